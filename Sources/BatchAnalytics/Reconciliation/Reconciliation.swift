package import MessageBatches

/// The comparison of archived batches with the usage and cost reports of the API, by day and model.
package struct Reconciliation: Sendable {
    /// What is compared.
    package enum Metric: Sendable, Hashable {
        case usage(UsageField)
        /// The cost of tokens, without web searches: the older cost report does not split these by service tier.
        case tokenCost

        /// The reported fields, then the cost.
        static let all = UsageField.billed.map(Metric.usage) + [.tokenCost]

        /// The name in formats for programs.
        package var name: String {
            switch self {
            case .usage(let field): field.column
            case .tokenCost: "token_cost_usd"
            }
        }

        var isTokens: Bool {
            if case .usage(let field) = self { field.isTokens } else { false }
        }
    }

    /// One value of both sides: a count, or an amount in pico-dollars.
    package struct Value: Sendable, Equatable {
        package let metric: Metric
        /// The least that the archive accounts for.
        package let low: Int128
        /// The most that the archive accounts for; nil if requests without a price leave it open.
        package let high: Int128?
        /// Nil if the report has no value for the period.
        package let reported: Int128?
        /// How much rounding can change the reported value.
        let rounding: Int128

        /// How far the reported value is outside the range, or 0; positive if the report has more.
        ///
        /// Nil if the report has no value.
        package var difference: Int128? {
            guard let reported else { return nil }
            if reported + rounding < low { return reported - low }
            if let high, reported - rounding > high { return reported - high }
            return 0
        }

        /// Whether both sides are zero.
        var isZero: Bool { high == 0 && reported ?? 0 == 0 }
    }

    /// All values of one model in one period.
    package struct Group: Sendable, Equatable {
        package let day: CalendarDay?
        package let model: String
        package let values: [Value]
        package let reasons: [ReconciliationReason]

        /// The values outside their range.
        package var differences: [Value] { values.filter { $0.difference ?? 0 != 0 } }
    }

    package let window: ReconciledPeriod
    /// The days in order, with their models by name, then the models of the whole window.
    ///
    /// A window of one day has no groups for the whole.
    package let groups: [Group]
    /// The workspaces of the report that the archive does not have; their rows are not compared.
    package let otherWorkspaceIDs: [String]
    package let crossingBatches: Int

    package init(_ archived: ArchivedUsage, with report: UsageReport, facts: ReconciliationFacts) {
        window = archived.window
        crossingBatches = archived.crossingBatches
        let workspaces = ComparedWorkspaces(archived, report)
        otherWorkspaceIDs = workspaces.others
        let reported = ReportedUsage(report, in: archived, workspaces)
        let periods = Set(archived.bounds.keys).union(reported.values.keys).union([archived.window])
        let days = periods.filter { $0.day != nil }.sorted { $0.start < $1.start }
        let all = days.count > 1 ? days + [archived.window] : days
        groups = all.flatMap { period in
            let own = archived.bounds[period] ?? [:]
            let theirs = reported.values[period] ?? [:]
            return Set(own.keys).union(theirs.keys).sorted()
                .map { model in
                    Group(
                        model,
                        in: period,
                        own: own[model] ?? ArchivedUsage.Bounds(),
                        others: archived.others[period] ?? ArchivedUsage.Part(),
                        reported: theirs[model] ?? ReportedUsage.Value(),
                        facts: facts
                    )
                }
        }
    }

    /// The number of compared values, and how many of them are outside their range.
    package var counts: (compared: Int, different: Int) {
        let compared = groups.reduce(0) { $0 + $1.values.count { $0.reported != nil && !$0.isZero } }
        return (compared, groups.reduce(0) { $0 + $1.differences.count })
    }
}

/// The workspaces whose rows are compared.
private struct ComparedWorkspaces {
    private let known: Set<String>?
    private let includesDefault: Bool
    /// The workspaces of the report that are not compared.
    let others: [String]

    init(_ archived: ArchivedUsage, _ report: UsageReport) {
        let named = Set(report.usage.compactMap(\.workspaceID) + report.costs.compactMap(\.workspaceID))
        // An archive that does not name all its workspaces is compared with the whole organization.
        let isLimited = !archived.hasUnknownWorkspace && !archived.workspaceIDs.isEmpty
        known = isLimited ? archived.workspaceIDs : nil
        // The older reports name the default workspace null, but its batches have its ID.
        includesDefault = !archived.workspaceIDs.isSubset(of: named)
        let hasDefault = (report.usage.map(\.workspaceID) + report.costs.map(\.workspaceID)).contains(nil)
        let rest = isLimited ? named.subtracting(archived.workspaceIDs).sorted() : []
        others = rest + (isLimited && hasDefault && !includesDefault ? ["default"] : [])
    }

    func contains(_ id: String?) -> Bool {
        guard let known else { return true }
        return id.map { known.contains($0) } ?? includesDefault
    }
}

/// The rows of the report, added up by period and model.
private struct ReportedUsage {
    struct Value {
        var usage = TokenUsage()
        var cost = ReportedAmount.zero
    }

    private(set) var values: [ReconciledPeriod: [String: Value]] = [:]

    init(_ report: UsageReport, in archived: ArchivedUsage, _ workspaces: ComparedWorkspaces) {
        for row in report.usage where workspaces.contains(row.workspaceID) {
            add(row, in: archived) { $0.usage.addClamped(row.value) }
        }
        // An amount with few decimal places may have lost its trailing zeros, so the most precise one decides.
        let rounding = report.costs.map(\.value.rounding).min() ?? .zero
        for row in report.costs where workspaces.contains(row.workspaceID) {
            add(row, in: archived) { $0.cost += ReportedAmount(money: row.value.money, rounding: rounding) }
        }
    }

    private mutating func add<Row>(
        _ row: UsageReport.Row<Row>,
        in archived: ArchivedUsage,
        _ change: (inout Value) -> Void
    ) {
        let window = archived.window
        // A server may return whole buckets at the edges.
        guard row.startsAt >= window.start, row.endsAt <= window.end else { return }
        let name = archived.name(of: row.model)
        for period in window.days(from: row.startsAt, to: row.startsAt) + [window] {
            change(&values[period, default: [:]][name, default: Value()])
        }
    }
}

extension Reconciliation.Group {
    fileprivate init(
        _ model: String,
        in period: ReconciledPeriod,
        own: ArchivedUsage.Bounds,
        others: ArchivedUsage.Part,
        reported: ReportedUsage.Value,
        facts: ReconciliationFacts
    ) {
        day = period.day
        self.model = model
        let unpriced = own.possible.unpriced + others.unpriced
        values = Reconciliation.Metric.all.map { metric in
            switch metric {
            case .usage(let field):
                Reconciliation.Value(
                    metric: metric,
                    low: Int128(own.certain.usage[field]),
                    high: Int128(own.possible.usage[field]) + Int128(others.usage[field]),
                    reported: Int128(reported.usage[field]),
                    rounding: 0
                )
            case .tokenCost:
                Reconciliation.Value(
                    metric: metric,
                    low: own.certain.tokenCost.picoDollars,
                    high: unpriced > 0 ? nil : (own.possible.tokenCost + others.tokenCost).picoDollars,
                    // Cost reports have whole days only.
                    reported: period.isOfWholeDays ? reported.cost.money.picoDollars : nil,
                    rounding: reported.cost.rounding.picoDollars
                )
            }
        }
        let differences = values.filter { $0.difference ?? 0 != 0 }
        reasons = Self.reasons(for: differences, own.possible, unpriced: unpriced, in: period, facts)
    }

    /// The likely reasons, the most specific first.
    private static func reasons(
        for differences: [Reconciliation.Value],
        _ own: ArchivedUsage.Part,
        unpriced: Int,
        in period: ReconciledPeriod,
        _ facts: ReconciliationFacts
    ) -> [ReconciliationReason] {
        var reasons: [ReconciliationReason] = []
        func add(_ count: Int, _ reason: (Int) -> ReconciliationReason) {
            if count > 0 { reasons.append(reason(count)) }
        }
        let counts = differences.filter { $0.metric != .tokenCost }.compactMap(\.difference)
        if counts.contains(where: { $0 > 0 }) {
            add(facts.gaps(in: period, areRemoved: false)) { .notArchived($0) }
            add(facts.gaps(in: period, areRemoved: true)) { .removed($0) }
            if !facts.isListed(period) { reasons.append(.notListed) }
            reasons.append(.otherTools)
        }
        if counts.contains(where: { $0 < 0 }) {
            if facts.isRecent(period) { reasons.append(.reportIncomplete) }
            add(own.notBilled) { .notBilled($0) }
            reasons.append(.notReported)
        }
        if counts.isEmpty, !differences.isEmpty {
            if facts.isRecent(period) { reasons.append(.reportIncomplete) }
            add(own.assumed) { .assumedPrices($0) }
            reasons.append(.prices)
        }
        add(unpriced) { .unpriced($0) }
        return reasons
    }
}
