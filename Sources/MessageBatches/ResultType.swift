/// The result type of a request.
///
/// A type that this version does not know is kept by name and counted. The spelling is that of the API: `canceled` with
/// one l.
package enum ResultType: Sendable, Hashable {
    case succeeded
    case errored
    case canceled
    case expired
    case other(String)

    /// The types that the API documents, in the order of every table.
    package static let known: [ResultType] = [.succeeded, .errored, .canceled, .expired]

    /// Creates a type from its name in the API.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name of the type in the API.
    package var name: String {
        switch self {
        case .succeeded: "succeeded"
        case .errored: "errored"
        case .canceled: "canceled"
        case .expired: "expired"
        case .other(let name): name
        }
    }
}
