/// The processing status of a batch.
///
/// A status that this version does not know is kept by name and counted.
package enum ProcessingStatus: Sendable, Hashable {
    case inProgress
    case canceling
    case ended
    case other(String)

    /// The statuses that the API documents.
    package static let known: [ProcessingStatus] = [.inProgress, .canceling, .ended]

    /// Creates a status from its name in the API.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name of the status in the API.
    package var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .canceling: "canceling"
        case .ended: "ended"
        case .other(let name): name
        }
    }
}
