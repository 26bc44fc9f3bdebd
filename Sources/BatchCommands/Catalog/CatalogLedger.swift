import BatchCatalog
import BatchPipeline
import MessageBatches
import Synchronization

/// The catalog as the ledger of one run.
///
/// The lock guards `state`. What cannot be written is told once, and the run goes on: the catalog is an index.
final class CatalogLedger: BatchLedger {
    private let catalog: Catalog
    private let options: Options
    private let state: Mutex<State>

    struct Options: Sendable {
        /// The service asked: scheme, host and port.
        var origin: String
        /// Whether batches whose next try lies in the future are tried all the same.
        var ignoresPauses = false
        /// A dry run writes nothing.
        var writes = true
        var now: @Sendable () -> Timestamp
        /// Takes warnings.
        var warn: @Sendable (String) -> Void
    }

    private struct State {
        /// The batches later runs have to do with, by id, as far as this run knows.
        var unsettled: [String: CatalogBatch] = [:]
        /// The lost batches no exit status has told of.
        var untold: [CatalogBatch] = []
        var walkedSince: Timestamp?
        var hasWarned = false
    }

    init(_ catalog: Catalog, _ options: Options) {
        self.catalog = catalog
        self.options = options
        var state = State()
        do {
            for row in try catalog.batches(in: LocalState.unsettled) { state.unsettled[row.id] = row }
            state.untold = try catalog.batches(in: [.lost]).filter { $0.lossToldAt == nil }
        } catch {
            options.warn(FailureText.withoutCatalog(error))
            state.hasWarned = true
        }
        self.state = Mutex(state)
    }

    func survey(_ survey: BatchSurvey) async -> SurveyFindings {
        let now = options.now()
        let settled = ids(in: LocalState.settled)
        let lost = ids(in: [.lost])
        return state.withLock { state in
            var findings = SurveyFindings()
            var changed: [CatalogBatch] = []
            var listed: Set<String> = []
            for batch in survey.batches {
                listed.insert(batch.id)
                if lost.contains(batch.id) { findings.lost.insert(batch.id) }
                if settled.contains(batch.id) || survey.archived.contains(batch.id) { continue }
                var row = state.unsettled[batch.id] ?? CatalogBatch(batch)
                row.see(batch, at: now, serverDate: survey.serverDate)
                note(row, in: &state, &changed)
                if row.state == .lost { findings.lost.insert(row.id) }
                findings.postponed[row.id] = options.ignoresPauses ? nil : row.postponement(at: now)
            }
            for var row in state.unsettled.values where !listed.contains(row.id) && survey.walked?.holds(row) == true {
                row.miss(FailureText.notListed, at: now, serverDate: survey.serverDate)
                note(row, in: &state, &changed)
            }
            state.walkedSince = survey.walked.map { $0.since ?? Timestamp(seconds: 0) }
            save(changed, &state)
            if let walked = survey.walked { extendPast(by: walked, &state) }
            return findings
        }
    }

    func settle(_ batch: MessageBatch, _ outcome: BatchOutcome) async -> Bool {
        state.withLock { state in
            var changed: [CatalogBatch] = []
            var row = state.unsettled[batch.id] ?? (try? catalog.batch(batch.id)) ?? CatalogBatch(batch)
            row.take(outcome, error: FailureText.clause(outcome), at: options.now())
            note(row, in: &state, &changed)
            save(changed, &state)
            return row.state == .lost
        }
    }

    /// Where the archive stands at the end of the run.
    ///
    /// Batches with less than `warnDays` left by `moment` and not archived count as at risk.
    func standing(at moment: Timestamp, warnDays: Int) -> CatalogStanding {
        state.withLock { state in
            CatalogStanding(
                atRisk: state.unsettled.values.filter { $0.daysLeft(at: moment) < Double(warnDays) }
                    .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                newlyLost: state.untold.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) },
                moment: moment
            )
        }
    }

    /// From which creation time on this run walked the listing to its end; nil if it did not.
    var walkedSince: Timestamp? {
        state.withLock { $0.walkedSince }
    }

    /// Takes in that an exit status has told of the losses.
    func markLossesTold() {
        let now = options.now()
        state.withLock { state in
            let told = state.untold.map { row in
                var row = row
                row.lossToldAt = now
                return row
            }
            save(told, &state)
            state.untold = []
        }
    }

    private func note(_ row: CatalogBatch, in state: inout State, _ changed: inout [CatalogBatch]) {
        changed.append(row)
        state.unsettled[row.id] = row.state.isSettled ? nil : row
        if row.state == .lost { state.untold.append(row) }
    }

    private func ids(in states: [LocalState]) -> Set<String> {
        (try? catalog.ids(in: states)) ?? []
    }

    private func extendPast(by span: WalkedSpan, _ state: inout State) {
        attempt(&state) {
            var past = try catalog.walkedPast(of: options.origin)
            past.add(span)
            try catalog.save(past)
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
            if !state.hasWarned { options.warn(FailureText.withoutCatalog(error)) }
            state.hasWarned = true
        }
    }
}

/// Where an archive stands behind a run.
struct CatalogStanding {
    /// Batches that are not archived and have few days left, oldest first; those in quarantine too.
    var atRisk: [CatalogBatch] = []
    /// Batches whose loss no run has told of before.
    var newlyLost: [CatalogBatch] = []
    /// What days are counted from.
    var moment: Timestamp
}

extension CatalogBatch {
    /// Why it is not tried yet; nil if it may be.
    fileprivate func postponement(at now: Timestamp) -> PostponedBatch? {
        guard !state.isSettled, let nextTryAt, nextTryAt > now else { return nil }
        return PostponedBatch(id: id, until: nextTryAt, attempts: attempts, reason: lastError)
    }
}

extension WalkedSpan {
    /// Whether the batch was created inside.
    fileprivate func holds(_ batch: CatalogBatch) -> Bool {
        (since.map { $0 <= batch.createdAt } ?? true) && batch.createdAt <= newest
    }
}
