package import BatchArchive
import BatchPipeline
import MessageBatches
import Prices

/// The summaries of one batch with their costs, which are computed once for all roll-ups.
///
/// Values are added to a group in place: a group is large, because of its tables and histograms, and most batches are
/// small.
package struct PricedBatch {
    let batch: SummarizedBatch
    private let pricer: Pricer
    private let day: CalendarDay
    private let cells: BoundedTable<UsageKey, UsageCell>
    /// The costs of the rows of `cells`, in the same order.
    private let cellCosts: [Cost]
    /// The cost of the whole batch.
    private let cost: Cost

    package init(_ batch: SummarizedBatch, pricer: Pricer) {
        self.batch = batch
        self.pricer = pricer
        let day = batch.batch.day
        self.day = day
        cells = batch.summaries.summary(TokenSummary.self)?.cells ?? BoundedTable(capacity: 0)
        cellCosts = cells.rows.map { pricer.cost(of: $0.value, key: $0.key, day: day) }
        var cost = Cost()
        for part in cellCosts { cost.merge(part) }
        cost.addUnpriced(cells.other.requests, model: nil)
        self.cost = cost
    }

    /// Adds the batch to a group, divided by a request key if one is given.
    func add(by key: Grouping.RequestKey?, to group: inout RollUp.Group) {
        addWhole(to: &group.all)
        switch key {
        case nil: addSizes(to: &group.all)
        case .model: addModels(to: &group.parts)
        case .result: addResults(to: &group.parts)
        case .stopReason: addStopReasons(to: &group.parts)
        case .error: addErrors(to: &group.errors)
        case .prefix: addPrefixes(to: &group.parts)
        case .serviceTier: addTokens(by: \.tier, to: &group.parts)
        case .geo: addTokens(by: \.geo, to: &group.parts)
        }
    }

    private func addWhole(to measures: inout Measures) {
        if let outcomes = batch.summaries.summary(OutcomeSummary.self) {
            measures.outcomes.merge(outcomes)
            measures.requests = measures.requests.addingClamped(outcomes.requests)
            measures.succeeded = measures.succeeded.addingClamped(outcomes[.succeeded])
            measures.errored = measures.errored.addingClamped(outcomes[.errored])
        }
        if let reasons = batch.summaries.summary(StopReasonSummary.self) {
            let total = reasons.total
            measures.usable = measures.usable.addingClamped(total.usable)
            measures.empty = measures.empty.addingClamped(total.empty)
        }
        for row in cells.rows { measures.usage.addClamped(row.value.usage) }
        measures.usage.addClamped(cells.other.usage)
        measures.cost.merge(cost)
        measures.countBatch(batch.batch)
    }

    /// Adds the size histograms.
    ///
    /// Only rows about whole batches show sizes, and the four histograms are the most expensive values to add.
    private func addSizes(to measures: inout Measures) {
        if let sizes = batch.summaries.summary(PercentileSummary.self) { measures.sizes.merge(sizes) }
    }

    private func addErrors(to errors: inout BoundedTable<ErrorFingerprint, ErrorMeasures>) {
        guard let found = batch.summaries.summary(ErrorSummary.self)?.fingerprints else { return }
        func add(_ tally: ErrorTally, to measures: inout ErrorMeasures) {
            measures.tally.merge(tally)
            guard cost.pricedRequests > 0 else { return }
            measures.addCostAtStake(cost.batch.share(of: tally.count, in: cost.pricedRequests))
        }
        for row in found.rows { errors.update(row.key) { add(row.value, to: &$0) } }
        errors.updateOther { add(found.other, to: &$0) }
    }
}

// MARK: - Parts

extension PricedBatch {
    typealias Parts = BoundedTable<PartKey, Measures>

    private func addTokens(by label: (UsageKey) -> Label, to parts: inout Parts) {
        for (row, cost) in zip(cells.rows, cellCosts) {
            parts.update(PartKey(label(row.key))) { measures in
                measures.addSucceeded(row.value.requests)
                measures.add(row.value.usage, cost)
            }
        }
        guard cells.other.requests > 0 else { return }
        parts.updateOther { measures in
            measures.addSucceeded(cells.other.requests)
            measures.add(cells.other.usage, .unpriced(cells.other.requests))
        }
    }

    private func addModels(to parts: inout Parts) {
        addTokens(by: \.model, to: &parts)
        guard let models = batch.summaries.summary(ModelSummary.self)?.models else { return }
        for row in models.rows { parts.update(PartKey(row.key)) { $0.addUsable(row.value.usable) } }
        parts.updateOther { $0.addUsable(models.other.usable) }
    }

    private func addResults(to parts: inout Parts) {
        guard let outcomes = batch.summaries.summary(OutcomeSummary.self) else { return }
        for type in ResultType.known where outcomes[type] > 0 {
            parts.update(PartKey(Label(type.name))) { measures in
                measures.addRequests(outcomes[type])
                guard type == .succeeded else { return }
                for row in cells.rows { measures.usage.addClamped(row.value.usage) }
                measures.add(cells.other.usage, cost)
            }
        }
        for row in outcomes.unknown.rows { parts.update(PartKey(row.key)) { $0.addRequests(row.value.count) } }
        parts.updateOther { $0.addRequests(outcomes.unknown.other.count) }
    }

    private func addStopReasons(to parts: inout Parts) {
        guard let summary = batch.summaries.summary(StopReasonSummary.self) else { return }
        func add(_ tally: StopReasonTally, to measures: inout Measures) {
            measures.addSucceeded(tally.requests)
            measures.addUsable(tally.usable)
            measures.empty = measures.empty.addingClamped(tally.empty)
        }
        for row in summary.reasons.rows { parts.update(PartKey(row.key)) { add(row.value, to: &$0) } }
        if summary.reasons.other.requests > 0 { parts.updateOther { add(summary.reasons.other, to: &$0) } }
        addCells(summary.cells, of: summary.reasons, succeeded: \.requests, to: &parts)
    }

    private func addPrefixes(to parts: inout Parts) {
        guard let summary = batch.summaries.summary(PrefixSummary.self) else { return }
        func add(_ tally: PrefixTally, to measures: inout Measures) {
            measures.addRequests(tally.requests)
            measures.addUsable(tally.usable)
            measures.succeeded = measures.succeeded.addingClamped(tally.succeeded)
            measures.errored = measures.errored.addingClamped(tally.errored)
        }
        for row in summary.prefixes.rows { parts.update(PartKey(row.key)) { add(row.value, to: &$0) } }
        parts.updateOther { add(summary.prefixes.other, to: &$0) }
        addCells(summary.cells, of: summary.prefixes, succeeded: \.succeeded, to: &parts)
    }

    /// Adds the tokens and costs of groups whose requests were added before.
    ///
    /// A manifest stores only the largest cells. Succeeded requests of a group that are missing from its cells have no
    /// price. Cells of a group without a row of its own are added to "other".
    private func addCells<Tally: Mergeable>(
        _ cells: BoundedTable<GroupedUsageKey, UsageCell>,
        of groups: BoundedTable<Label, Tally>,
        succeeded: (Tally) -> Int,
        to parts: inout Parts
    ) {
        var inCells: [Label: Int] = [:]
        var inOther = 0
        for row in cells.rows {
            let cost = pricer.cost(of: row.value, key: row.key.usage, day: day)
            if groups[row.key.group] == nil {
                inOther = inOther.addingClamped(row.value.requests)
                parts.updateOther { $0.add(row.value.usage, cost) }
            } else {
                inCells[row.key.group] = inCells[row.key.group, default: 0].addingClamped(row.value.requests)
                parts.update(PartKey(row.key.group)) { $0.add(row.value.usage, cost) }
            }
        }
        for row in groups.rows {
            let missing = succeeded(row.value) - inCells[row.key, default: 0]
            if missing > 0 { parts.update(PartKey(row.key)) { $0.cost.addUnpriced(missing, model: nil) } }
        }
        let missing = succeeded(groups.other) - inOther
        if missing > 0 { parts.updateOther { $0.cost.addUnpriced(missing, model: nil) } }
    }
}

extension Measures {
    fileprivate mutating func addRequests(_ count: Int) {
        requests = requests.addingClamped(count)
    }

    /// Adds succeeded requests to a row that counts only those.
    fileprivate mutating func addSucceeded(_ count: Int) {
        addRequests(count)
        succeeded = succeeded.addingClamped(count)
        countsSucceededOnly = true
    }

    fileprivate mutating func addUsable(_ count: Int) {
        usable = usable.addingClamped(count)
    }

    fileprivate mutating func add(_ usage: TokenUsage, _ cost: Cost) {
        self.usage.addClamped(usage)
        self.cost.merge(cost)
    }
}

extension Cost {
    /// The cost of succeeded requests whose model is not known.
    fileprivate static func unpriced(_ requests: Int) -> Cost {
        var cost = Cost()
        cost.addUnpriced(requests, model: nil)
        return cost
    }
}
