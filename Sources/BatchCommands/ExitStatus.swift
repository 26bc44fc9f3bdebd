/// How the program ends: the one table of exit statuses.
///
/// README shows the same table; a test compares the two.
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

    /// What the status says, as in README.
    package var meaning: String {
        switch self {
        case .done: "done"
        case .error: "error"
        case .usage: "usage, or no key"
        case .partial: "partial: some batches failed, a later run tries them again"
        case .integrity: "integrity: something was quarantined, or damage was found"
        case .keyRefused: "the key was refused"
        case .lost: "results lost since the last run, or at risk"
        case .threshold: "a threshold asked for was crossed"
        case .busy: "another run holds the archive"
        case .interrupted: "interrupted (SIGINT), state saved"
        case .terminated: "terminated (SIGTERM), state saved"
        }
    }

    /// Several at once: the first that applies wins.
    private static let precedence: [ExitStatus] = [
        .interrupted, .terminated, .busy, .usage, .keyRefused, .error, .integrity, .lost, .partial, .threshold,
        .done,
    ]

    /// The one status of a run to which several apply; `done` if none does.
    package static func combined(_ statuses: Set<ExitStatus>) -> ExitStatus {
        precedence.first { statuses.contains($0) } ?? .done
    }

    /// The statuses that apply, the most severe first.
    package static func sorted(_ statuses: Set<ExitStatus>) -> [ExitStatus] {
        precedence.filter { statuses.contains($0) }
    }
}
