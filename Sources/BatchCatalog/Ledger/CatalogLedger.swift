package import BatchArchive
package import BatchPipeline
package import MessageBatches
import Synchronization

/// The catalog as the ledger of one run.
///
/// The lock guards `state`. A catalog that cannot be written is reported once, and the run continues: the catalog is an
/// index.
package final class CatalogLedger: BatchLedger {
    private let catalog: Catalog
    private let options: Options
    private let state: Mutex<State>

    package struct Options: Sendable {
        /// The API's scheme, host and port.
        package var origin: String
        /// Whether batches whose next try is later are tried now.
        package var ignoresPauses: Bool
        /// A dry run writes nothing.
        package var writes: Bool
        package var now: @Sendable () -> Timestamp
        package var observe: @Sendable (CatalogEvent) -> Void
        /// The clause that the catalog records for a batch that was not archived; nil stands for a batch that a listing
        /// of its time does not show any more.
        package var describe: @Sendable (BatchOutcome?) -> String

        package init(
            origin: String,
            ignoresPauses: Bool,
            writes: Bool,
            now: @escaping @Sendable () -> Timestamp,
            observe: @escaping @Sendable (CatalogEvent) -> Void,
            describe: @escaping @Sendable (BatchOutcome?) -> String
        ) {
            self.origin = origin
            self.ignoresPauses = ignoresPauses
            self.writes = writes
            self.now = now
            self.observe = observe
            self.describe = describe
        }
    }

    private struct State {
        /// The batches that are not in a final state, by ID, as far as this run knows.
        var unsettled: [String: CatalogBatch] = [:]
        /// The lost batches that no exit status has reported.
        var unreported: [CatalogBatch] = []
        /// From which creation time on this run read the listing to its end; nil if it did not.
        var walkedSince: Timestamp?
        /// The row of this run, once it has begun.
        var run: CatalogRun?
        var hasWarned = false
    }

    package init(_ catalog: Catalog, _ options: Options) {
        self.catalog = catalog
        self.options = options
        var state = State()
        do {
            for row in try catalog.batches(in: LocalState.unsettled) { state.unsettled[row.id] = row }
            state.unreported = try catalog.batches(in: [.lost]).filter { $0.lossToldAt == nil }
        } catch {
            options.observe(.unavailable(error))
            state.hasWarned = true
        }
        self.state = Mutex(state)
    }

    package func advice(on listing: ListedBatches) async -> ListingAdvice {
        let now = options.now()
        let settled = ids(in: LocalState.settled)
        let lost = ids(in: [.lost])
        return state.withLock { state in
            var advice = ListingAdvice()
            var changed: [CatalogBatch] = []
            var listed: Set<String> = []
            for batch in listing.batches {
                listed.insert(batch.id)
                if lost.contains(batch.id) { advice.lost.insert(batch.id) }
                if settled.contains(batch.id) || listing.archived.contains(batch.id) { continue }
                var row = state.unsettled[batch.id] ?? CatalogBatch(batch)
                row.see(batch, at: now, serverDate: listing.serverDate)
                note(row, in: &state, &changed)
                if row.state == .lost { advice.lost.insert(row.id) }
                advice.retryScheduled[row.id] = options.ignoresPauses ? nil : row.postponement(at: now)
            }
            for var row in state.unsettled.values
            where !listed.contains(row.id) && listing.completed?.holds(row) == true {
                row.miss(options.describe(nil), at: now, serverDate: listing.serverDate)
                note(row, in: &state, &changed)
            }
            state.walkedSince = listing.completed.map { $0.since ?? Timestamp(seconds: 0) }
            save(changed, &state)
            if let completed = listing.completed { add(completed, &state) }
            return advice
        }
    }

    package func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool {
        state.withLock { state in
            var changed: [CatalogBatch] = []
            var row = state.unsettled[batch.id] ?? (try? catalog.batch(batch.id)) ?? CatalogBatch(batch)
            row.record(outcome, error: options.describe(outcome), at: options.now())
            note(row, in: &state, &changed)
            save(changed, &state)
            return row.state == .lost
        }
    }

    /// What the archive is about to lose or has lost at the end of the run.
    ///
    /// Batches that are not archived and have less than `warnDays` left by `moment` are at risk.
    package func retentionReport(at moment: Timestamp, warnDays: Int) -> RetentionReport {
        state.withLock { state in
            RetentionReport(
                atRisk: state.unsettled.values.filter { $0.daysLeft(at: moment) < Double(warnDays) }
                    .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                newlyLost: state.unreported.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                moment: moment
            )
        }
    }

    /// Adds the row of this run, so that a run that is killed can be seen.
    ///
    /// A dry run has none, nor has a run whose catalog cannot be written, which was reported when the catalog was opened.
    package func begin(_ run: CatalogRun) {
        guard options.writes else { return }
        let begun = try? catalog.begin(run)
        state.withLock { $0.run = begun }
    }

    /// Completes the row of this run, records how it left the files, and marks the reported losses.
    ///
    /// The archive is complete without it, so an error is only reported.
    package func finish(in folder: ArchiveFolder, _ complete: (inout CatalogRun) -> Void) {
        guard var run = state.withLock({ $0.run }) else { return }
        run.walkedSince = state.withLock { $0.walkedSince }
        complete(&run)
        do {
            try ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).updateUnfinished()
            try catalog.save(run)
            markLossesReported()
        } catch {
            options.observe(.unavailable(error))
        }
    }

    private func markLossesReported() {
        let now = options.now()
        state.withLock { state in
            let reported = state.unreported.map { row in
                var row = row
                row.lossToldAt = now
                return row
            }
            save(reported, &state)
            state.unreported = []
        }
    }

    private func note(_ row: CatalogBatch, in state: inout State, _ changed: inout [CatalogBatch]) {
        changed.append(row)
        state.unsettled[row.id] = row.state.isSettled ? nil : row
        if row.state == .lost { state.unreported.append(row) }
    }

    private func ids(in states: [LocalState]) -> Set<String> {
        (try? catalog.ids(in: states)) ?? []
    }

    private func add(_ window: CompletedWindow, _ state: inout State) {
        attempt(&state) {
            var windows = try catalog.completedWindows(of: options.origin)
            windows.add(window)
            try catalog.save(windows, of: options.origin)
        }
    }

    private func save(_ rows: [CatalogBatch], _ state: inout State) {
        attempt(&state) { try catalog.save(rows) }
    }

    private func attempt(_ state: inout State, _ write: () throws -> Void) {
        guard options.writes else { return }
        do {
            try write()
        } catch {
            if !state.hasWarned { options.observe(.unavailable(error)) }
            state.hasWarned = true
        }
    }
}

/// What the API is about to remove, and what it has removed, from the point of view of an archive after a run.
package struct RetentionReport: Sendable {
    /// Batches that are not archived and have few days left, oldest first; those in quarantine too.
    package var atRisk: [CatalogBatch]
    /// Batches whose loss no run has reported before.
    package var newlyLost: [CatalogBatch]
    /// When days are counted from.
    package var moment: Timestamp

    package init(atRisk: [CatalogBatch] = [], newlyLost: [CatalogBatch] = [], moment: Timestamp) {
        self.atRisk = atRisk
        self.newlyLost = newlyLost
        self.moment = moment
    }
}

extension CatalogBatch {
    /// Why it is not tried yet; nil if it may be.
    fileprivate func postponement(at now: Timestamp) -> ScheduledRetry? {
        guard !state.isSettled, let nextTryAt, nextTryAt > now else { return nil }
        return ScheduledRetry(id: id, until: nextTryAt, attempts: attempts, reason: lastError)
    }
}

extension CompletedWindow {
    /// Whether the batch was created inside.
    fileprivate func holds(_ batch: CatalogBatch) -> Bool {
        (since.map { $0 <= batch.createdAt } ?? true) && batch.createdAt <= end
    }
}
