import BatchCatalog
import MessageBatches

/// Where an archive stands, as far as its catalog knows.
struct ArchiveStatus {
    let archive: String
    let now: Timestamp
    let counts: [LocalState: Int]
    /// Not archived, with few days left; each stands in one of the lists below too.
    let atRisk: [CatalogBatch]
    /// Tried, and not archived yet.
    let failing: [CatalogBatch]
    let quarantined: [CatalogBatch]
    let lost: [CatalogBatch]
    /// The newest first.
    let runs: [CatalogRun]

    init(of catalog: Catalog, archive: String, now: Timestamp, warnDays: Int, lastRuns: Int) throws {
        self.archive = archive
        self.now = now
        counts = try catalog.batchCounts()
        let unsettled = try catalog.batches(in: LocalState.unsettled)
        atRisk = unsettled.filter { $0.daysLeft(at: now) < Double(warnDays) }
        failing = unsettled.filter { [.failing, .partial, .unavailable].contains($0.state) }
        quarantined = unsettled.filter { $0.state == .quarantined }
        lost = try catalog.batches(in: [.lost])
        runs = try catalog.runs(last: lastRuns)
    }

    /// Batches in any of some states.
    func count(_ states: LocalState...) -> Int {
        states.reduce(0) { $0 + (counts[$1] ?? 0) }
    }
}
