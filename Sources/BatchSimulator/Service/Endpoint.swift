/// The endpoints of the Message Batches API.
package enum Endpoint: String, Sendable, Hashable, CaseIterable {
    case list
    case create
    case retrieve
    case results
    case cancel
    case delete
}

/// The target of a request, from its method and path.
package enum Route: Sendable, Hashable {
    /// An endpoint, with the batch ID if it has one.
    case endpoint(Endpoint, batchID: String?)
    /// A report of the Admin API.
    case report(Report)
    /// A path of the API with an unsupported method; `allowed` lists the supported ones.
    case wrongMethod(allowed: String)
    /// A path that is not part of the API.
    case unknown

    private static let root = "/v1/messages/batches"

    init(method: String, path: String, prefix: String) {
        if path.hasPrefix(prefix), let report = Report(rawValue: String(path.dropFirst(prefix.count))) {
            self = method == "GET" ? .report(report) : .wrongMethod(allowed: "GET")
            return
        }
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
        let endpoints: [String: Endpoint]
        switch (parts.count, parts.last) {
        case (0, _): endpoints = ["GET": .list, "POST": .create]
        case (1, _): endpoints = ["GET": .retrieve, "DELETE": .delete]
        case (2, "cancel"): endpoints = ["POST": .cancel]
        case (2, "results"): endpoints = ["GET": .results]
        default:
            self = .unknown
            return
        }
        if let endpoint = endpoints[method] {
            self = .endpoint(endpoint, batchID: parts.first)
        } else {
            self = .wrongMethod(allowed: endpoints.keys.sorted().joined(separator: ", "))
        }
    }
}
