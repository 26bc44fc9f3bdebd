import BatchAnalytics
import BatchCatalog
import BatchPipeline
import Foundation
import MessageBatches
import Prices

/// The JSON document about a run that `--json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
struct ExportDocument: Encodable {
    private let command: String
    /// Version 2 has the words of one glossary for the states of batches.
    private let schemaVersion = 2
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
    private let completedBefore: Timestamp?
    private let isListingOrdered: Bool
    /// Missing if the run had no batch to download.
    private let concurrency: Concurrency?
    private let batches: [String: Int]
    private let lines: [String: Int]
    /// The counts of usage fields, by the names of their columns.
    private let usage: [String: Int64]
    /// The cost in US dollars.
    ///
    /// All amounts are numbers with all their digits. They are missing if nothing was archived.
    private let costUSD: MoneyNumber?
    private let listPriceUSD: MoneyNumber?
    private let savedByBatchUSD: MoneyNumber?
    private let savedByCacheUSD: MoneyNumber?
    private let priceTable = BuiltInPrices.version
    /// The number of succeeded requests without a price.
    ///
    /// Amounts do not include these requests.
    private let unpricedRequests: Int
    private let unpricedByModel: [String: Int]
    private let assumedPriceRequests: Int
    private let notBilledRequests: Int
    private let report: String?
    private let receivedBytes: Int
    private let storedBytes: Int
    /// The received bytes of partial downloads that the next run resumes; nil if the run was not stopped.
    private let partialBytes: Int?
    private let wouldFetch: [String]?
    /// The batches whose end a dry run with `--wait-ended` would wait for.
    private let wouldWaitFor: [String]?
    /// The result of `--wait-ended`; nil without it.
    private let waitEnded: Wait?
    private var problems: [Problem]
    private let retryScheduled: [Retry]
    private let expiring: [Expiring]
    private let lost: [Lost]
    private let join: JoinDocument?
    /// The files of `import`; missing in the document of an export.
    private let files: [ImportedFile]?

    private struct Problem: Encodable {
        let batchID: String
        let state: String
        let reason: String
    }

    /// How many batches were downloaded at once: the limit, the highest number, and how often the API slowed down the
    /// run.
    private struct Concurrency: Encodable {
        let mode: String
        let limit: Int
        let highest: Int
        let slowdowns: Int
    }

    /// The batches for which the run waited, those that ended, and the IDs of those that are still pending.
    private struct Wait: Encodable {
        let batches: Int
        let ended: Int
        let stillPending: [String]
    }

    /// A batch whose retry is scheduled for later.
    private struct Retry: Encodable {
        let batchID: String
        let until: Timestamp
        let attempts: Int
        let reason: String?
    }

    /// A batch that is not archived and whose results the API removes soon.
    private struct Expiring: Encodable {
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
        command = summary.imported == nil ? "export" : "import"
        files = summary.imported
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
        completedBefore = report.completedBefore
        isListingOrdered = report.isListingOrdered
        concurrency = report.concurrency.map {
            Concurrency(mode: $0.modeName, limit: $0.limit, highest: $0.highest, slowdowns: $0.slowdowns)
        }
        batches = summary.counts
        lines = report.lines
        let counts = summary.tokens
        usage = Dictionary(uniqueKeysWithValues: UsageField.allCases.map { ($0.column, counts[$0]) })
        let cost = summary.statistics.flatMap { $0.cost.isUnknown ? nil : $0.cost }
        costUSD = cost.map { MoneyNumber($0.batch) }
        listPriceUSD = cost.map { MoneyNumber($0.list) }
        savedByBatchUSD = cost.map { MoneyNumber($0.savedByBatch) }
        savedByCacheUSD = cost.map { MoneyNumber($0.savedByCache) }
        let priced = summary.statistics?.cost
        unpricedRequests = priced?.unpricedRequests ?? 0
        assumedPriceRequests = priced?.assumedRequests ?? 0
        notBilledRequests = priced?.prices.notBilled ?? 0
        unpricedByModel = Dictionary(
            (priced?.unpricedByModel ?? []).map { ($0.model ?? RollUp.other, $0.requests) },
            uniquingKeysWith: { $0.addingClamped($1) }
        )
        self.report = summary.statistics?.page
        receivedBytes = report.receivedBytes
        storedBytes = report.storedBytes
        partialBytes = summary.partial?.receivedBytes
        wouldFetch = summary.isDryRun ? report.wouldFetch.map(\.id) : nil
        wouldWaitFor = report.wouldWaitFor.isEmpty ? nil : report.wouldWaitFor.map(\.id)
        waitEnded = report.wait.map { wait in
            Wait(batches: wait.batches, ended: wait.ended, stillPending: wait.stillPending.keys.sorted())
        }
        retryScheduled = report.retryScheduled.map { batch in
            Retry(batchID: batch.id, until: batch.until, attempts: batch.attempts, reason: batch.reason)
        }
        expiring = summary.retention.expiring.map { row in
            Expiring(
                batchID: row.id,
                state: row.state.rawValue,
                daysLeft: row.retentionEnds.tenthsOfDays(since: summary.retention.moment)
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

extension ExportReport.Concurrency {
    /// The mode as JSON documents and logs name it.
    var modeName: String { isAutomatic ? "auto" : "fixed" }
}

extension BatchOutcome {
    /// The local state of the batch after this run, as JSON documents name it.
    var stateName: String {
        switch self {
        case .archived, .alreadyArchived: "archived"
        case .busy: "busy"
        case .removed: "removed"
        case .unavailable: "unavailable"
        case .quarantined: "quarantined"
        case .failed: "failed"
        }
    }
}
