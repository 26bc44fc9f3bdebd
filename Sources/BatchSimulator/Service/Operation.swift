/// The endpoints of the Message Batches API.
package enum Operation: String, Sendable, Hashable, CaseIterable {
    case list
    case create
    case retrieve
    case results
    case cancel
    case delete
}

/// What a method and a path ask for.
enum Route: Sendable, Hashable {
    /// An operation, on a batch where it has one.
    case operation(Operation, batchID: String?)
    /// A path of the API with a method it does not take; the methods it takes.
    case wrongMethod(allowed: String)
    /// A path the API does not have.
    case unknown

    private static let root = "/v1/messages/batches"

    init(method: String, path: String, prefix: String) {
        guard path.hasPrefix(prefix + Self.root) else {
            self = .unknown
            return
        }
        let rest = path.dropFirst(prefix.count + Self.root.count)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        guard rest.isEmpty || rest.hasPrefix("/"), !parts.contains("") else {
            self = .unknown
            return
        }
        let operations: [String: Operation]
        switch (parts.count, parts.last) {
        case (0, _): operations = ["GET": .list, "POST": .create]
        case (1, _): operations = ["GET": .retrieve, "DELETE": .delete]
        case (2, "cancel"): operations = ["POST": .cancel]
        case (2, "results"): operations = ["GET": .results]
        default:
            self = .unknown
            return
        }
        if let operation = operations[method] {
            self = .operation(operation, batchID: parts.first)
        } else {
            self = .wrongMethod(allowed: operations.keys.sorted().joined(separator: ", "))
        }
    }
}
