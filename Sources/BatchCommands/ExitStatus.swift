/// An exit status of the program.
///
/// The page `ExitStatuses` contains the same table, and a test compares the two.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case error = 1
    case usage = 2
    case partial = 3
    case integrity = 4
    case keyRefused = 5
    case lost = 7
    case threshold = 8
    case busy = 11
    case interrupted = 130
    case terminated = 143

    /// The meaning of the status, as on the page `ExitStatuses`.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .error: "error"
        case .usage: "invalid usage, no API key, or a folder that is not an archive"
        case .partial: "partial: some batches failed, and a later run retries them"
        case .integrity: "integrity: batches are quarantined, or files are damaged"
        case .keyRefused: "the API key was rejected"
        case .lost: "results lost or expiring"
        case .threshold: "a threshold was crossed"
        case .busy: "archive in use: another run has locked it"
        case .interrupted: "interrupted (SIGINT), state saved"
        case .terminated: "terminated (SIGTERM), state saved"
        }
    }

    /// The statuses from most to least severe.
    ///
    /// If several apply, the first one wins.
    private static let precedence: [ExitStatus] = [
        .interrupted, .terminated, .busy, .usage, .keyRefused, .error, .integrity, .lost, .partial, .threshold,
        .done,
    ]

    /// The most severe of several statuses, or `done` if there is none.
    package static func combined(_ statuses: Set<ExitStatus>) -> ExitStatus {
        precedence.first { statuses.contains($0) } ?? .done
    }

    /// The statuses sorted from most to least severe.
    package static func sorted(_ statuses: Set<ExitStatus>) -> [ExitStatus] {
        precedence.filter { statuses.contains($0) }
    }
}
