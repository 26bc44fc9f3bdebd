import BatchAnalytics
import BatchCatalog
import BatchPipeline
import MessageBatches
import Prices

/// The JSON document about a run that `--json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
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
    private let settledBefore: Timestamp?
    private let isListingOrdered: Bool
    private let batches: [String: Int]
    private let lines: [String: Int]
    private let tokens: TokenUsage
    /// The cost in US dollars.
    ///
    /// All amounts are numbers with all their digits. They are missing if nothing was archived.
    private let costUSD: MoneyNumber?
    private let listPriceUSD: MoneyNumber?
    private let savedByBatchUSD: MoneyNumber?
    private let savedByCacheUSD: MoneyNumber?
    private let priceTable = BuiltInPrices.version
    /// The number of succeeded requests without a price, by model.
    ///
    /// Amounts do not include these requests.
    private let unpriced: [String: Int]
    private let report: String?
    private let receivedBytes: Int
    private let storedBytes: Int
    private let wouldFetch: [String]?
    private var problems: [Problem]
    private let postponed: [Postponed]
    private let atRisk: [AtRisk]
    private let lost: [Lost]
    private let join: JoinDocument?

    private struct Problem: Encodable {
        let batchID: String
        let state: String
        let reason: String
    }

    /// A batch whose retry is scheduled for later.
    private struct Postponed: Encodable {
        let batchID: String
        let until: Timestamp
        let attempts: Int
        let reason: String?
    }

    /// A batch that is not archived and whose results the API removes soon.
    private struct AtRisk: Encodable {
        let batchID: String
        let state: String
        let daysLeft: Double
    }

    /// A batch that is lost, and that no earlier run reported as lost.
    private struct Lost: Encodable {
        let batchID: String
        let createdAt: Timestamp
        let requests: Int
    }

    init(_ summary: ExportSummary) {
        let report = summary.report
        archive = summary.archivePath
        since = summary.selection.window.since
        until = summary.selection.window.until
        dryRun = summary.isDryRun
        startedAt = summary.startedAt
        finishedAt = summary.finishedAt
        seconds = summary.finishedAt.seconds(since: summary.startedAt)
        exitStatus = summary.status.rawValue
        exitStatuses = ExitStatus.sorted(summary.statuses).map(\.rawValue)
        error = summary.stop?.sentence
        settledBefore = report.completedBefore
        isListingOrdered = report.isListingOrdered
        batches = summary.counts
        lines = report.lines
        tokens = summary.tokens
        let cost = summary.statistics.flatMap { $0.cost.isUnknown ? nil : $0.cost }
        costUSD = cost.map { MoneyNumber($0.batch) }
        listPriceUSD = cost.map { MoneyNumber($0.list) }
        savedByBatchUSD = cost.map { MoneyNumber($0.savedByBatch) }
        savedByCacheUSD = cost.map { MoneyNumber($0.savedByCache) }
        unpriced = Dictionary(
            (summary.statistics?.cost.unpricedByModel ?? []).map { ($0.model ?? RollUp.other, $0.requests) },
            uniquingKeysWith: { $0.addingClamped($1) }
        )
        self.report = summary.statistics?.page
        receivedBytes = report.receivedBytes
        storedBytes = report.storedBytes
        wouldFetch = summary.isDryRun ? report.wouldFetch.map(\.id) : nil
        postponed = report.retryScheduled.map { batch in
            Postponed(batchID: batch.id, until: batch.until, attempts: batch.attempts, reason: batch.reason)
        }
        atRisk = summary.retention.atRisk.map { row in
            AtRisk(
                batchID: row.id,
                state: row.state.rawValue,
                daysLeft: (row.daysLeft(at: summary.retention.moment) * 10).rounded(.down) / 10
            )
        }
        lost = summary.retention.newlyLost.map { row in
            Lost(batchID: row.id, createdAt: row.createdAt, requests: row.counts.total)
        }
        join = summary.join.map { JoinDocument($0) }
        problems = report.problems.map { problem in
            Problem(
                batchID: problem.batch.id,
                state: problem.outcome.stateName,
                reason: FailureText.clause(problem.outcome)
            )
        }
        problems += report.notRetrieved.sorted { $0.key < $1.key }
            .map { Problem(batchID: $0.key, state: "unavailable", reason: FailureText.clause($0.value)) }
    }
}

extension BatchOutcome {
    /// The local state of the batch after this run, as JSON documents name it.
    var stateName: String {
        switch self {
        case .archived, .alreadyArchived: "archived"
        case .busy: "busy"
        case .removed: "withdrawn"
        case .unavailable: "unavailable"
        case .quarantined: "quarantined"
        case .failed: "failed"
        }
    }
}
