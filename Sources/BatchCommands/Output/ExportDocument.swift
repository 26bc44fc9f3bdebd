import BatchPipeline
import MessageBatches

/// What `--output json` writes: one document about the run.
///
/// Keys are part of the interface and only ever added to.
struct ExportDocument: Encodable {
    private let command = "export"
    private let version = BatchkeepVersion.current
    private let archive: String
    private let since: Timestamp?
    private let until: Timestamp?
    private let dryRun: Bool
    private let startedAt: Timestamp
    private let finishedAt: Timestamp
    private let seconds: Double
    private let exitStatus: Int32
    private let exitStatuses: [Int32]
    private let error: String?
    private let batches: Batches
    private let lines: [String: Int]
    private let tokens: TokenUsage
    private let receivedBytes: Int
    private let storedBytes: Int
    private let wouldFetch: [String]?
    private let problems: [Problem]
    private let join: JoinDocument?

    private struct Batches: Encodable {
        let listed: Int
        let inWindow: Int
        let archivedNow: Int
        let alreadyArchived: Int
        let notEnded: Int
        let leftOut: Int
        let withdrawn: Int
        let unavailable: Int
        let quarantined: Int
        let failed: Int

        enum CodingKeys: String, CodingKey {
            case listed, withdrawn, unavailable, quarantined, failed
            case inWindow = "in_window"
            case archivedNow = "archived_now"
            case alreadyArchived = "already_archived"
            case notEnded = "not_ended"
            case leftOut = "left_out"
        }
    }

    private struct Problem: Encodable {
        let batchID: String
        let state: String
        let reason: String

        enum CodingKeys: String, CodingKey {
            case state, reason
            case batchID = "batch_id"
        }
    }

    enum CodingKeys: String, CodingKey {
        case command, version, archive, since, until, seconds, error, batches, lines, tokens, problems, join
        case dryRun = "dry_run"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case exitStatus = "exit_status"
        case exitStatuses = "exit_statuses"
        case receivedBytes = "received_bytes"
        case storedBytes = "stored_bytes"
        case wouldFetch = "would_fetch"
    }

    init(_ ending: ExportEnding, tokens: TokenUsage, stop: FailureText?) {
        let report = ending.report
        archive = ending.archivePath
        since = ending.selection.window.since
        until = ending.selection.window.until
        dryRun = ending.isDryRun
        startedAt = ending.startedAt
        finishedAt = ending.finishedAt
        seconds = ending.finishedAt.seconds(since: ending.startedAt)
        exitStatus = ending.status.rawValue
        exitStatuses = ExitStatus.sorted(ending.statuses).map(\.rawValue)
        error = stop?.sentence
        batches = Batches(
            listed: report.listed,
            inWindow: report.inWindow,
            archivedNow: report.archivedNow,
            alreadyArchived: report.alreadyArchived,
            notEnded: report.notEnded,
            leftOut: report.leftOut,
            withdrawn: report.withdrawn,
            unavailable: report.unavailable,
            quarantined: report.quarantined,
            failed: report.failed
        )
        lines = report.lines
        self.tokens = tokens
        receivedBytes = report.receivedBytes
        storedBytes = report.storedBytes
        wouldFetch = ending.isDryRun ? report.wouldFetch.map(\.id) : nil
        join = ending.join.map { JoinDocument($0) }
        problems = report.problems.map { problem in
            Problem(
                batchID: problem.batch.id,
                state: problem.outcome.stateName,
                reason: FailureText.clause(problem.outcome)
            )
        }
    }
}

extension BatchOutcome {
    /// The local state the batch is in after this run, as documents name it.
    var stateName: String {
        switch self {
        case .archived: "archived"
        case .withdrawn: "withdrawn"
        case .unavailable: "unavailable"
        case .quarantined: "quarantined"
        case .failed: "failed"
        }
    }
}
