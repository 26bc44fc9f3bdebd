/// What became of one request.
///
/// The set is open: an unknown type is carried through and counted.
///
/// Spelled as on the wire: `canceled` with one l.
package enum ResultType: Sendable, Hashable {
    case succeeded
    case errored
    case canceled
    case expired
    case other(String)

    /// The four types the API documents, in the order every table shows them.
    package static let known: [ResultType] = [.succeeded, .errored, .canceled, .expired]

    /// Takes the name as it stands on the wire.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name as it stands on the wire.
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
