import BatchArchive
import BatchPipeline
import MessageBatches
import Prices

// Values are added to a group in place: a group is large, because of its tables and histograms, and most batches are
// small.
extension SummarizedBatch {
    /// Adds the batch to a group, divided by the first request key of the grouping, if it has one.
    func add(by grouping: Grouping, to group: inout RollUp.Group) {
        addWhole(to: &group.all)
        switch grouping.requestKeys.first {
        case nil: addSizes(to: &group.all)
        case .model: addModels(to: &group.parts)
        case .result: addResults(to: &group.parts)
        case .stopReason: addStopReasons(\.reasons, to: &group.parts)
        case .stopCategory: addStopReasons(\.categories, to: &group.parts)
        case .error: addErrors(to: &group.errors)
        case .prefix: addPrefixes(grouping.prefixRule, to: &group.parts)
        case .serviceTier: addCells(summaries.summary(ServiceSummary.self)?.tiers, to: &group.parts)
        case .geo: addCells(summaries.summary(ServiceSummary.self)?.geos, to: &group.parts)
        }
    }

    private var tokens: TokenSummary? { summaries.summary(TokenSummary.self) }

    private func addWhole(to measures: inout Measures) {
        if let outcomes = summaries.summary(OutcomeSummary.self) {
            measures.outcomes.merge(outcomes)
            measures.requests = measures.requests.addingClamped(outcomes.requests)
            measures.succeeded = measures.succeeded.addingClamped(outcomes[.succeeded])
            measures.errored = measures.errored.addingClamped(outcomes[.errored])
        }
        if let reasons = summaries.summary(StopReasonSummary.self) {
            let total = reasons.total
            measures.usable = measures.usable.addingClamped(total.usable)
            measures.empty = measures.empty.addingClamped(total.empty)
        }
        if let tokens { measures.add(tokens) }
        measures.countBatch(batch)
    }

    /// Adds the size histograms.
    ///
    /// Only rows about whole batches show sizes, and the four histograms are the most expensive values to add.
    private func addSizes(to measures: inout Measures) {
        if let sizes = summaries.summary(PercentileSummary.self) { measures.sizes.merge(sizes) }
    }

    private func addErrors(to errors: inout BoundedTable<ErrorFingerprint, ErrorMeasures>) {
        guard let found = summaries.summary(ErrorSummary.self)?.fingerprints else { return }
        let prices = tokens?.total.prices ?? PriceTally()
        func add(_ tally: ErrorTally, to measures: inout ErrorMeasures) {
            measures.tally.merge(tally)
            guard prices.requests > 0 else { return }
            measures.addCostAtStake(prices.amounts.cost.share(of: tally.count, in: prices.requests))
        }
        for row in found.rows { errors.update(row.key) { add(row.value, to: &$0) } }
        errors.updateOther { add(found.other, to: &$0) }
    }
}

// MARK: - Parts

extension SummarizedBatch {
    typealias Parts = BoundedTable<PartKey, Measures>

    /// Adds cells by model, service tier or region.
    private func addCells(_ cells: BoundedTable<Label, UsageCell>?, areModels: Bool = false, to parts: inout Parts) {
        guard let cells else { return }
        for row in cells.rows {
            parts.update(PartKey(row.key)) { $0.addSucceeded(row.value, model: areModels ? row.key : nil) }
        }
        if cells.other != UsageCell() { parts.updateOther { $0.addSucceeded(cells.other, model: nil) } }
    }

    private func addModels(to parts: inout Parts) {
        addCells(tokens?.models, areModels: true, to: &parts)
        guard let models = summaries.summary(ModelSummary.self)?.models else { return }
        for row in models.rows { parts.update(PartKey(row.key)) { $0.addUsable(row.value.usable) } }
        parts.updateOther { $0.addUsable(models.other.usable) }
    }

    private func addResults(to parts: inout Parts) {
        guard let outcomes = summaries.summary(OutcomeSummary.self) else { return }
        for type in ResultType.known where outcomes[type] > 0 {
            parts.update(PartKey(Label(type.name))) { measures in
                measures.addRequests(outcomes[type])
                if type == .succeeded, let tokens { measures.add(tokens) }
            }
        }
        for row in outcomes.unknown.rows { parts.update(PartKey(row.key)) { $0.addRequests(row.value.count) } }
        parts.updateOther { $0.addRequests(outcomes.unknown.other.count) }
    }

    private func addStopReasons(
        _ table: (StopReasonSummary) -> BoundedTable<Label, StopReasonTally>,
        to parts: inout Parts
    ) {
        guard let rows = summaries.summary(StopReasonSummary.self).map(table) else { return }
        func add(_ tally: StopReasonTally, to measures: inout Measures) {
            measures.addSucceeded(tally.cell, model: nil)
            measures.addUsable(tally.usable)
            measures.empty = measures.empty.addingClamped(tally.empty)
        }
        for row in rows.rows { parts.update(PartKey(row.key)) { add(row.value, to: &$0) } }
        if rows.other.requests > 0 { parts.updateOther { add(rows.other, to: &$0) } }
    }

    private func addPrefixes(_ rule: PrefixRule, to parts: inout Parts) {
        guard case .depth(let depth) = rule, let summary = summaries.summary(PrefixSummary.self) else { return }
        let groups = summary.groups(atDepth: depth)
        func add(_ tally: PrefixTally, to measures: inout Measures) {
            measures.addRequests(tally.requests)
            measures.addUsable(tally.usable)
            measures.succeeded = measures.succeeded.addingClamped(tally.succeeded)
            measures.errored = measures.errored.addingClamped(tally.errored)
            measures.add(tally.cell, model: nil)
        }
        for row in groups.rows { parts.update(PartKey(row.key)) { add(row.value, to: &$0) } }
        if groups.other != PrefixTally() { parts.updateOther { add(groups.other, to: &$0) } }
    }
}

extension Measures {
    fileprivate mutating func addRequests(_ count: Int) {
        requests = requests.addingClamped(count)
    }

    /// Adds succeeded requests to a row that counts only those.
    fileprivate mutating func addSucceeded(_ cell: UsageCell, model: Label?) {
        addRequests(cell.requests)
        succeeded = succeeded.addingClamped(cell.requests)
        countsSucceededOnly = true
        add(cell, model: model)
    }

    fileprivate mutating func addUsable(_ count: Int) {
        usable = usable.addingClamped(count)
    }

    fileprivate mutating func add(_ cell: UsageCell, model: Label?) {
        usage.addClamped(cell.usage)
        cost.add(cell, model: model)
    }

    fileprivate mutating func add(_ tokens: TokenSummary) {
        for row in tokens.models.rows { usage.addClamped(row.value.usage) }
        usage.addClamped(tokens.models.other.usage)
        tokens.add(to: &cost)
    }
}
