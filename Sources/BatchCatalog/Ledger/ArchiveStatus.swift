package import BatchArchive
package import MessageBatches

/// The state of an archive according to its catalog.
package struct ArchiveStatus {
    package let archive: String
    /// The name of the archive's workspace; nil if the archive has only one.
    package let source: String?
    package let now: Timestamp
    package let counts: [LocalState: Int]
    /// Batches that are not archived and have few days left; each of them is also counted in its own state.
    package let expiring: [CatalogBatch]
    /// Failed, partial and unavailable batches.
    package let unfinished: [CatalogBatch]
    package let quarantined: [CatalogBatch]
    package let lost: [CatalogBatch]
    /// The last runs, newest first.
    package let runs: [CatalogRun]
    /// The last export that has ended; it was killed if it has no end time.
    package let lastExport: CatalogRun?
    /// The last export that ended with exit status 0.
    package let lastSuccess: CatalogRun?
    /// Why the catalog could not be read; nil if it could.
    let catalogFailure: CatalogFailure?
    /// The derived files that interrupted runs have not written.
    package let pending: PendingWork

    /// Reads the state from a catalog.
    ///
    /// `isRunning` is whether a process has locked the archive: then the newest run may not have ended yet.
    package init(
        of catalog: Catalog,
        failure: CatalogFailure? = nil,
        isRunning: Bool = false,
        archive: String,
        pending: PendingWork,
        source: String?,
        now: Timestamp,
        warnDays: Int,
        lastRuns: Int
    ) throws {
        (self.archive, self.pending, self.source, self.now) = (archive, pending, source, now)
        counts = try catalog.batchCounts()
        let unfinished = try catalog.batches(in: LocalState.nonFinalStates)
        expiring = unfinished.filter { $0.daysLeft(at: now) < Double(warnDays) }
        self.unfinished = unfinished.filter { [.failed, .partial, .unavailable].contains($0.state) }
        quarantined = unfinished.filter { $0.state == .quarantined }
        lost = try catalog.batches(in: [.lost])
        runs = try catalog.runs(last: lastRuns)
        lastExport = try catalog.lastExport(isRunning: isRunning)
        lastSuccess = try catalog.lastSuccessfulExport()
        catalogFailure = failure
    }

    /// The number of batches in any of the given states.
    package func count(_ states: LocalState...) -> Int {
        states.reduce(0) { $0 + (counts[$1] ?? 0) }
    }
}
