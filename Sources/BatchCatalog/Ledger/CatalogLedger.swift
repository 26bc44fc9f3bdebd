package import BatchArchive
package import BatchPipeline
package import MessageBatches
import Synchronization

/// The ledger of one run, stored in the catalog.
///
/// The lock protects `state`. If the catalog cannot be written, that is reported once and the run continues: the
/// catalog can be rebuilt.
package final class CatalogLedger: BatchLedger {
    private let catalog: Catalog
    private let options: Options
    private let state: Mutex<State>

    package struct Options: Sendable {
        /// The API's scheme, host and port.
        package var origin: String
        /// Whether batches are retried before their scheduled time.
        package var ignoresRetrySchedule: Bool
        /// Whether the catalog is written; false for a dry run.
        package var writes: Bool
        package var now: @Sendable () -> Timestamp
        package var observe: @Sendable (CatalogEvent) -> Void
        /// Describes why a batch was not archived, as a clause for the catalog.
        ///
        /// Nil as outcome means that a listing of its time no longer contains the batch.
        package var describe: @Sendable (BatchOutcome?) -> String

        package init(
            origin: String,
            ignoresRetrySchedule: Bool,
            writes: Bool,
            now: @escaping @Sendable () -> Timestamp,
            observe: @escaping @Sendable (CatalogEvent) -> Void,
            describe: @escaping @Sendable (BatchOutcome?) -> String
        ) {
            self.origin = origin
            self.ignoresRetrySchedule = ignoresRetrySchedule
            self.writes = writes
            self.now = now
            self.observe = observe
            self.describe = describe
        }
    }

    private struct State {
        /// The batches that are not in a final state, by ID, including changes of this run.
        var unfinished: [String: CatalogBatch] = [:]
        /// The lost batches that no run has reported yet.
        var unreported: [CatalogBatch] = []
        /// The creation time back to which this run read the listing; nil if it did not read that far.
        var listedSince: Timestamp?
        /// The row of this run; nil until the run begins.
        var run: CatalogRun?
        var hasWarned = false
    }

    package init(_ catalog: Catalog, _ options: Options) {
        self.catalog = catalog
        self.options = options
        var state = State()
        do {
            for row in try catalog.batches(in: LocalState.nonFinalStates) { state.unfinished[row.id] = row }
            state.unreported = try catalog.batches(in: [.lost]).filter { $0.lossReportedAt == nil }
        } catch {
            options.observe(.unavailable(error))
            state.hasWarned = true
        }
        self.state = Mutex(state)
    }

    package func advice(on listing: ListedBatches) async -> ListingAdvice {
        let now = options.now()
        let finalIDs = ids(in: LocalState.finalStates)
        let lost = ids(in: [.lost])
        return state.withLock { state in
            var advice = ListingAdvice()
            var changed: [CatalogBatch] = []
            var listed: Set<String> = []
            for batch in listing.batches {
                listed.insert(batch.id)
                if lost.contains(batch.id) { advice.lost.insert(batch.id) }
                if finalIDs.contains(batch.id) || listing.archived.contains(batch.id) { continue }
                var row = state.unfinished[batch.id] ?? CatalogBatch(batch)
                row.update(from: batch, at: now, serverDate: listing.serverDate)
                track(row, in: &state, &changed)
                if row.state == .lost { advice.lost.insert(row.id) }
                advice.retryScheduled[row.id] = options.ignoresRetrySchedule ? nil : row.scheduledRetry(at: now)
            }
            for var row in state.unfinished.values
            where !listed.contains(row.id) && listing.completed?.contains(row) == true {
                row.recordMissing(options.describe(nil), at: now, serverDate: listing.serverDate)
                track(row, in: &state, &changed)
            }
            // Batches that ended later in the run do not count as another listing.
            if let since = listing.listedSince { state.listedSince = since }
            save(changed, &state)
            if let completed = listing.completed { add(completed, now: listing.serverDate ?? now, &state) }
            return advice
        }
    }

    package func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool {
        state.withLock { state in
            var changed: [CatalogBatch] = []
            var row = state.unfinished[batch.id] ?? (try? catalog.batch(batch.id)) ?? CatalogBatch(batch)
            row.record(outcome, error: options.describe(outcome), at: options.now())
            track(row, in: &state, &changed)
            save(changed, &state)
            return row.state == .lost
        }
    }

    /// The batches that the API is about to remove or has removed, at the end of the run.
    ///
    /// A batch is expiring if it is not archived and has fewer than `warnDays` days left at `moment`.
    package func retentionReport(at moment: Timestamp, warnDays: Int) -> RetentionReport {
        state.withLock { state in
            RetentionReport(
                expiring: state.unfinished.values.filter { $0.daysLeft(at: moment) < Double(warnDays) }
                    .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                newlyLost: state.unreported.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                moment: moment
            )
        }
    }

    /// Inserts the row of this run, so that a killed run appears in the history.
    ///
    /// A dry run has no row. If the catalog cannot be written, there is no row either; opening the catalog reported
    /// that.
    package func begin(_ run: CatalogRun) {
        guard options.writes else { return }
        let begun = try? catalog.begin(run)
        state.withLock { $0.run = begun }
    }

    /// Completes the row of this run, updates the states from the files, and marks the reported losses.
    ///
    /// The archive is complete without these changes, so an error is only reported.
    package func finish(in folder: ArchiveFolder, _ complete: (inout CatalogRun) -> Void) {
        guard var run = state.withLock({ $0.run }) else { return }
        run.listedSince = state.withLock { $0.listedSince }
        complete(&run)
        do {
            try ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).updateUnfinished()
            try catalog.save(run)
            markLossesAsReported()
        } catch {
            options.observe(.unavailable(error))
        }
    }

    private func markLossesAsReported() {
        let now = options.now()
        state.withLock { state in
            let reported = state.unreported.map { row in
                var row = row
                row.lossReportedAt = now
                return row
            }
            save(reported, &state)
            state.unreported = []
        }
    }

    private func track(_ row: CatalogBatch, in state: inout State, _ changed: inout [CatalogBatch]) {
        changed.append(row)
        state.unfinished[row.id] = row.state.isFinal ? nil : row
        if row.state == .lost { state.unreported.append(row) }
    }

    private func ids(in states: [LocalState]) -> Set<String> {
        (try? catalog.ids(in: states)) ?? []
    }

    private func add(_ window: CompletedWindow, now: Timestamp, _ state: inout State) {
        attempt(&state) {
            var windows = try catalog.completedWindows(of: options.origin, now: now).windows
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

/// The batches that the API is about to remove or has removed, as a run leaves them.
package struct RetentionReport: Sendable {
    /// Batches that are not archived and have few days left, oldest first, including quarantined ones.
    package var expiring: [CatalogBatch]
    /// Lost batches that no earlier run has reported.
    package var newlyLost: [CatalogBatch]
    /// The moment from which the remaining days are counted.
    package var moment: Timestamp

    package init(expiring: [CatalogBatch] = [], newlyLost: [CatalogBatch] = [], moment: Timestamp) {
        self.expiring = expiring
        self.newlyLost = newlyLost
        self.moment = moment
    }
}

extension CatalogBatch {
    /// When and why the next try is scheduled; nil if the batch can be tried now.
    fileprivate func scheduledRetry(at now: Timestamp) -> ScheduledRetry? {
        guard !state.isFinal, let nextTryAt, nextTryAt > now else { return nil }
        return ScheduledRetry(id: id, until: nextTryAt, attempts: attempts, reason: lastError)
    }
}

extension CompletedWindow {
    /// Whether the batch was created within the window.
    fileprivate func contains(_ batch: CatalogBatch) -> Bool {
        (since.map { $0 <= batch.createdAt } ?? true) && batch.createdAt <= end
    }
}
