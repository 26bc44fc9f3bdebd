import BatchArchive
import BatchCatalog
import MessageBatches

/// The JSON document that `status --json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
struct StatusDocument: Encodable {
    let command = "status"
    /// Version 2 has the words of one glossary for the states of batches.
    let schemaVersion = 2
    let version = BatchkeepVersion.current
    let archive: String
    let source: String?
    let asOf: Timestamp
    /// The number of batches in each local state.
    ///
    /// All states are listed.
    let batches: [String: Int]
    let expiring: [Batch]
    let failed: [Batch]
    let partial: [Batch]
    let unavailable: [Batch]
    let quarantined: [Batch]
    let lost: [Batch]
    /// The IDs of archived batches without a proof of completeness.
    let unproven: [String]
    let runs: [Run]
    let unwrittenFiles: UnwrittenFiles
    let check: CheckDocument.Check

    init(_ status: ArchiveStatus, _ result: ArchiveCheck) {
        check = CheckDocument.Check(result)
        archive = status.archive
        source = status.source
        asOf = status.now
        batches = Dictionary(uniqueKeysWithValues: LocalState.allCases.map { ($0.rawValue, status.counts[$0] ?? 0) })
        expiring = status.expiring.map { Batch($0, at: status.now) }
        func rows(in state: LocalState) -> [Batch] {
            status.unfinished.filter { $0.state == state }.map { Batch($0, at: status.now) }
        }
        failed = rows(in: .failed)
        partial = rows(in: .partial)
        unavailable = rows(in: .unavailable)
        quarantined = status.quarantined.map { Batch($0, at: status.now) }
        lost = status.lost.map { Batch($0, at: status.now) }
        unproven = status.pending.unproven
        runs = status.runs.map { Run($0) }
        unwrittenFiles = UnwrittenFiles(
            joins: status.pending.joins,
            checksums: status.pending.unlisted,
            summaries: status.pending.days.map(\.text),
            views: status.pending.views
        )
    }

    /// The derived files that a later run writes; see `PendingWork`.
    struct UnwrittenFiles: Encodable {
        let joins: [String]
        let checksums: [String]
        let summaries: [String]
        let views: [String]
    }

    struct Batch: Encodable {
        let batchID: String
        let state: String
        let processingStatus: String
        let createdAt: Timestamp
        let daysLeft: Double
        let attempts: Int
        let lastError: String?
        let nextTryAt: Timestamp?
        let requestIDs: [String]
        let lostAt: Timestamp?
        let requestCounts: [String: Int]

        init(_ row: CatalogBatch, at now: Timestamp) {
            batchID = row.id
            state = row.state.rawValue
            processingStatus = row.status.name
            createdAt = row.createdAt
            daysLeft = row.retentionEnds.tenthsOfDays(since: now)
            attempts = row.attempts
            lastError = row.lastError
            nextTryAt = row.nextTryAt
            requestIDs = row.requestIDs
            lostAt = row.state == .lost ? row.finalizedAt : nil
            requestCounts = row.counts.byType
        }

        enum CodingKeys: String, CodingKey {
            case batchID, state, processingStatus, createdAt, daysLeft, attempts, lastError, nextTryAt, lostAt
            case requestCounts
            // The encoder writes `requestIDs` as `request_i_ds`.
            case requestIDs = "requestIds"
        }
    }

    struct Run: Encodable {
        let number: Int64
        let command: String
        let arguments: [String]
        let version: String
        let startedAt: Timestamp
        let finishedAt: Timestamp?
        let exitStatus: Int32?
        let error: String?
        let batches: [String: Int]
        let isListingOrdered: Bool

        init(_ run: CatalogRun) {
            number = run.number
            command = run.command
            arguments = run.arguments
            version = run.version
            startedAt = run.startedAt
            finishedAt = run.finishedAt
            exitStatus = run.exitStatus
            error = run.error
            batches = run.counts
            isListingOrdered = run.isListingOrdered
        }
    }
}
