import MessageBatches
package import Tables

extension Reconciliation {
    /// The rule by which requests are assigned to days, which every output states.
    package static let rule =
        "A request counts within the time from its batch's creation to its end. If that time crosses the start or end "
        + "of a day, our value is a range. A difference is what lies outside of it."

    /// The table: one row per day and model for people, one row per day, model and metric for programs.
    package func table(forPeople: Bool, notes: [String]) -> Table {
        var table = forPeople ? peopleTable : dataTable
        let times = [window.start, window.end].map(NumberText.minute).joined(separator: " to ")
        table.caption = "Archive and reports of the API, \(times) UTC"
        table.notes = sentences + notes
        return table
    }

    /// The result, the rule, and what is not compared, as sentences.
    private var sentences: [String] {
        let counts = counts
        let values = counts.compared.counted("value", "values")
        var sentences = [
            counts.different == 0
                ? "No differences in \(values)."
                : "\(counts.different.displayText) of \(values) \(counts.different == 1 ? "differs" : "differ").",
            Self.rule, "Days are those of UTC, as in the reports. Costs are those of tokens, without web searches.",
        ]
        if crossingBatches > 0 {
            let batches = crossingBatches.counted("batch crosses", "batches cross")
            sentences.append("\(batches) the start or end of a day.")
        }
        if !window.isOfWholeDays {
            sentences.append("Cost reports have whole days in UTC only, so costs of other times are not compared.")
        }
        if !otherWorkspaceIDs.isEmpty {
            let names = otherWorkspaceIDs.joined(separator: ", ")
            sentences.append("Not compared, because the archive does not have these workspaces: \(names).")
        }
        return sentences
    }

    // MARK: Programs

    private var dataTable: Table {
        Table(
            columns: [
                Column("day", "Day", canShrink: false), Column("model", "Model"), Column("metric", "Metric"),
                Column("ours_low", "Ours, least", alignment: .right),
                Column("ours_high", "Ours, most", alignment: .right),
                Column("theirs", "Theirs", alignment: .right), Column("difference", "Difference", alignment: .right),
                Column("reasons", "Likely reasons"),
            ],
            rows: groups.flatMap { group in
                group.values.filter { !$0.isZero }
                    .map { value in
                        let numbers = [value.low, value.high, value.reported, value.difference]
                        return [.text(group.day?.text), .text(group.model), .text(value.metric.name)]
                            + numbers.map { value.metric.cell($0) } + [.text(group.reasonNames(for: value))]
                    }
            }
        )
    }

    // MARK: People

    private var peopleTable: Table {
        Table(
            columns: [
                Column("day", "Day", canShrink: false, weight: .important),
                Column("model", "Model", weight: .important),
                Column("tokens_ours", "Our tokens", kind: .integer),
                Column("tokens_theirs", "Theirs", kind: .integer),
                Column("tokens_difference", "Difference", kind: .integer, weight: .important),
                Column("cost_ours", "Our cost", kind: .money),
                Column("cost_theirs", "Theirs", kind: .money),
                Column("cost_difference", "Difference", kind: .money, weight: .important),
                Column("reasons", "Likely reasons", isBelow: true),
            ],
            rows: groups.map { group in
                let tokens = group.values.filter(\.metric.isTokens)
                let cost = group.values.filter { $0.metric == .tokenCost }
                return [.text(group.day?.text ?? "all days"), .text(group.model)]
                    + Self.cells(tokens, .usage(.input)) + Self.cells(cost, .tokenCost)
                    + [.text(group.explanation)]
            }
        )
    }

    /// The sums of some values: ours as a range, theirs, and what is outside the ranges.
    private static func cells(_ values: [Value], _ metric: Metric) -> [Cell] {
        let low = values.reduce(Int128(0)) { $0 + $1.low }
        let high = sum(values.map(\.high))
        let numbers = [low, high].map { metric.text($0) }
        let range: Cell =
            if high == low {
                // Exact amounts have equal decimals in their column.
                metric.cell(low)
            } else {
                .text(high == nil ? "at least \(numbers[0])" : "\(numbers[0]) to \(numbers[1])")
            }
        return [range, metric.cell(sum(values.map(\.reported))), metric.cell(sum(values.map(\.difference)))]
    }

    /// The sum; nil if a value is missing.
    private static func sum(_ values: [Int128?]) -> Int128? {
        values.contains(nil) ? nil : values.reduce(0) { $0 + ($1 ?? 0) }
    }
}

extension Reconciliation.Metric {
    fileprivate func cell(_ number: Int128?) -> Cell {
        guard let number else { return .missing }
        return switch self {
        case .usage: .integer(Int64(clamping: number))
        case .tokenCost: .money(Money(picoDollars: number))
        }
    }

    fileprivate func text(_ number: Int128?) -> String {
        cell(number).displayText(self == .tokenCost ? .money : .integer) ?? ""
    }
}

extension Reconciliation.Group {
    /// The names of the reasons for a value, separated by commas; nil if it needs none.
    fileprivate func reasonNames(for value: Reconciliation.Value) -> String? {
        let isExplained = value.difference ?? 0 != 0 || (value.metric == .tokenCost && value.high == nil)
        guard isExplained, !reasons.isEmpty else { return nil }
        return reasons.map(\.name).joined(separator: ",")
    }

    /// What differs, and the likely reasons; nil if there is nothing to explain.
    fileprivate var explanation: String? {
        let parts = differences.map { value in
            let difference = value.difference ?? 0
            return "\(value.metric.name) \(difference > 0 ? "+" : "")\(value.metric.text(difference))"
        }
        let clauses = reasons.map(\.clause)
        let text = [parts.joined(separator: ", "), clauses.joined(separator: "; ")].filter { !$0.isEmpty }
        return text.isEmpty ? nil : text.joined(separator: ": ")
    }
}
