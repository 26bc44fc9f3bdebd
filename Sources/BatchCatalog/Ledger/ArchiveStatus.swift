package import MessageBatches

/// The state of an archive, as far as its catalog knows.
package struct ArchiveStatus {
    package let archive: String
    /// The name of the archive's workspace if it is one of several.
    package let source: String?
    package let now: Timestamp
    package let counts: [LocalState: Int]
    /// Not archived, with few days left; each is in one of the lists below too.
    package let atRisk: [CatalogBatch]
    /// Tried, and not archived yet.
    package let failing: [CatalogBatch]
    package let quarantined: [CatalogBatch]
    package let lost: [CatalogBatch]
    /// The newest first.
    package let runs: [CatalogRun]

    package init(
        of catalog: Catalog,
        archive: String,
        source: String?,
        now: Timestamp,
        warnDays: Int,
        lastRuns: Int
    ) throws {
        (self.archive, self.source, self.now) = (archive, source, now)
        counts = try catalog.batchCounts()
        let unsettled = try catalog.batches(in: LocalState.unsettled)
        atRisk = unsettled.filter { $0.daysLeft(at: now) < Double(warnDays) }
        failing = unsettled.filter { [.failing, .partial, .unavailable].contains($0.state) }
        quarantined = unsettled.filter { $0.state == .quarantined }
        lost = try catalog.batches(in: [.lost])
        runs = try catalog.runs(last: lastRuns)
    }

    /// The number of batches in any of some states.
    package func count(_ states: LocalState...) -> Int {
        states.reduce(0) { $0 + (counts[$1] ?? 0) }
    }
}
