import BatchPipeline
import MessageBatches

/// What one batch adds to a roll-up.
struct EntryGroups {
    private(set) var group = RollUp.Group()
    private let summaries: SummarySet
    private let pricer: Pricer
    private let day: CalendarDay

    init(_ entry: RollUpEntry, grouping: Grouping, pricer: Pricer) {
        summaries = entry.summaries
        self.pricer = pricer
        day = entry.createdAt.day
        addAll(entry)
        switch grouping.requestKeys.first {
        case nil: break
        case .model: addModels()
        case .result: addResults()
        case .stopReason: addStopReasons()
        case .error: addErrors()
        case .prefix: addPrefixes()
        case .serviceTier: addTokens(by: \.tier)
        case .geo: addTokens(by: \.geo)
        }
    }

    private mutating func addAll(_ entry: RollUpEntry) {
        if let outcomes = summaries.summary(OutcomeSummary.self) {
            group.all.outcomes = outcomes
            group.all.requests = outcomes.requests
            group.all.succeeded = outcomes[.succeeded]
            group.all.errored = outcomes[.errored]
        }
        if let reasons = summaries.summary(StopReasonSummary.self) {
            group.all.usable = reasons.total.usable
            group.all.empty = reasons.total.empty
        }
        if let tokens = summaries.summary(TokenSummary.self) {
            group.all.usage = tokens.total.usage
            group.all.cost = pricer.cost(of: tokens, day: day)
        }
        group.all.sizes = summaries.summary(PercentileSummary.self) ?? PercentileSummary()
        group.all.countBatch(entry)
    }

    private mutating func addTokens(by label: (UsageKey) -> Label) {
        guard let tokens = summaries.summary(TokenSummary.self) else { return }
        for row in tokens.cells.rows {
            var measures = measures(of: row.value, key: row.key)
            measures.isOfSucceeded = true
            group.parts.add(measures, to: PartKey(label(row.key)))
        }
        if tokens.cells.other.requests > 0 { group.parts.addToOther(unpricedMeasures(tokens.cells.other)) }
    }

    private mutating func addModels() {
        addTokens(by: \.model)
        guard let models = summaries.summary(ModelSummary.self)?.models else { return }
        for row in models.rows { group.parts.add(Measures(usable: row.value.usable), to: PartKey(row.key)) }
        group.parts.addToOther(Measures(usable: models.other.usable))
    }

    private mutating func addResults() {
        guard let outcomes = summaries.summary(OutcomeSummary.self) else { return }
        for type in ResultType.known where outcomes[type] > 0 {
            var measures = Measures(requests: outcomes[type])
            if type == .succeeded {
                measures.usage = group.all.usage
                measures.cost = group.all.cost
            }
            group.parts.add(measures, to: PartKey(Label(type.name)))
        }
        for row in outcomes.unknown.rows { group.parts.add(Measures(requests: row.value.count), to: PartKey(row.key)) }
        group.parts.addToOther(Measures(requests: outcomes.unknown.other.count))
    }

    private mutating func addStopReasons() {
        guard let summary = summaries.summary(StopReasonSummary.self) else { return }
        func measures(_ tally: StopReasonTally) -> Measures {
            var measures = Measures(requests: tally.requests, usable: tally.usable)
            measures.succeeded = tally.requests
            measures.empty = tally.empty
            measures.isOfSucceeded = true
            return measures
        }
        for row in summary.reasons.rows { group.parts.add(measures(row.value), to: PartKey(row.key)) }
        if summary.reasons.other.requests > 0 { group.parts.addToOther(measures(summary.reasons.other)) }
        addCells(summary.cells)
    }

    private mutating func addPrefixes() {
        guard let summary = summaries.summary(PrefixSummary.self) else { return }
        func measures(_ tally: PrefixTally) -> Measures {
            var measures = Measures(requests: tally.requests, usable: tally.usable)
            measures.succeeded = tally.succeeded
            measures.errored = tally.errored
            return measures
        }
        for row in summary.prefixes.rows { group.parts.add(measures(row.value), to: PartKey(row.key)) }
        group.parts.addToOther(measures(summary.prefixes.other))
        addCells(summary.cells)
    }

    private mutating func addErrors() {
        guard let errors = summaries.summary(ErrorSummary.self)?.fingerprints else { return }
        let cost = group.all.cost
        func measures(_ tally: ErrorTally) -> ErrorMeasures {
            var measures = ErrorMeasures()
            measures.tally = tally
            if cost.pricedRequests > 0 {
                let stake = cost.batch.picoDollars * Int128(tally.count) / Int128(cost.pricedRequests)
                measures.costAtStake = Money(picoDollars: stake)
            }
            return measures
        }
        for row in errors.rows { group.errors.add(measures(row.value), to: row.key) }
        group.errors.addToOther(measures(errors.other))
    }
}

// MARK: - Cells

extension EntryGroups {
    /// Adds tokens and costs of groups whose requests were added before.
    ///
    /// A manifest has room for the largest cells only. Succeeded requests of a group beyond those in its cells have no
    /// price; cells of a group that has no row of its own belong to "other".
    private mutating func addCells(_ cells: BoundedTable<GroupedUsageKey, UsageCell>) {
        var inCells: [PartKey: Int] = [:]
        var inOther = 0
        for row in cells.rows {
            var measures = measures(of: row.value, key: row.key.usage)
            (measures.requests, measures.succeeded) = (0, 0)
            let part = PartKey(row.key.group)
            if group.parts[part] == nil {
                inOther += row.value.requests
                group.parts.addToOther(measures)
            } else {
                inCells[part, default: 0] += row.value.requests
                group.parts.add(measures, to: part)
            }
        }
        for row in group.parts.rows {
            let missing = row.value.succeeded - inCells[row.key, default: 0]
            if missing > 0 { group.parts.add(unpriced(missing), to: row.key) }
        }
        let missing = group.parts.other.succeeded - inOther
        if missing > 0 { group.parts.addToOther(unpriced(missing)) }
    }

    private func measures(of cell: UsageCell, key: UsageKey) -> Measures {
        var measures = Measures(requests: cell.requests)
        measures.succeeded = cell.requests
        measures.usage = cell.usage
        measures.cost = pricer.cost(of: cell, key: key, day: day)
        return measures
    }

    private func unpricedMeasures(_ cell: UsageCell) -> Measures {
        var measures = unpriced(cell.requests)
        measures.requests = cell.requests
        measures.succeeded = cell.requests
        measures.usage = cell.usage
        return measures
    }

    private func unpriced(_ requests: Int) -> Measures {
        var measures = Measures()
        measures.cost.addUnpriced(requests, model: nil)
        return measures
    }
}

extension Measures {
    fileprivate init(requests: Int = 0, usable: Int = 0) {
        self.init()
        self.requests = requests
        self.usable = usable
    }
}
