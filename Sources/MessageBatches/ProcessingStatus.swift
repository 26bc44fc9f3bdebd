/// Where a batch stands.
///
/// The set is open: a status this version does not know is carried through and counted.
package enum ProcessingStatus: Sendable, Hashable {
    case inProgress
    case canceling
    case ended
    case other(String)

    /// The three statuses the API documents.
    package static let known: [ProcessingStatus] = [.inProgress, .canceling, .ended]

    /// Takes the name as it stands on the wire.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name as it stands on the wire.
    package var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .canceling: "canceling"
        case .ended: "ended"
        case .other(let name): name
        }
    }
}
