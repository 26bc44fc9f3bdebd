import MessageBatches
package import Tables

/// The comparison of two sets of batches, metric by metric.
package struct Comparison: Sendable, Equatable {
    /// One metric of both sets.
    package struct Row: Sendable, Equatable {
        package var metric: ComparedMetric
        package var before: Cell
        package var after: Cell
        /// `after` minus `before`.
        package var difference: Cell
        /// The difference as a fraction of `before`: 0.1 means 10 % more.
        ///
        /// Nil if it is not defined.
        package var relative: Double?
        /// The least that the exact value of `after` can be.
        var leastAfter: Double?
    }

    package let rows: [Row]

    package init(before: Measures, after: Measures) {
        rows = ComparedMetric.allCases.map { metric in
            let (old, new) = (metric.value(of: before), metric.value(of: after))
            let difference = new.subtracting(old)
            let base = old.number ?? 0
            let relative = base != 0 ? difference.number.map { $0 / abs(base) } : difference.number == 0 ? 0 : nil
            return Row(
                metric: metric,
                before: old,
                after: new,
                difference: difference,
                relative: relative,
                leastAfter: metric.leastValue(of: after)
            )
        }
    }

    /// The row of a metric.
    package subscript(_ metric: ComparedMetric) -> Row {
        guard let row = rows.first(where: { $0.metric == metric }) else {
            preconditionFailure("every metric has a row")
        }
        return row
    }
}

extension Comparison {
    private static let titles: [ComparedMetric: String] = [
        .inputP50: "Input tokens p50", .inputP95: "Input tokens p95", .outputP50: "Output tokens p50",
        .outputP95: "Output tokens p95", .cost: "Cost", .costPerRequest: "Cost per request",
        .queueP50: "Queue time p50", .queueP95: "Queue time p95",
    ]

    /// The table with one row per metric: formatted texts for people, typed values for programs.
    package func table(names: [String], forPeople: Bool, notes: [String]) -> Table {
        let headings = forPeople ? names : ["A", "B"]
        return Table(
            caption: "\(names[0]) and \(names[1])",
            columns: [
                Column("metric", "Metric", canShrink: false),
                Column("a", headings[0], alignment: .right, canShrink: false),
                Column("b", headings[1], alignment: .right, canShrink: false),
                Column("difference", "Difference", alignment: .right, canShrink: false),
                Column("change", "Change", kind: .percent),
            ],
            rows: rows.map { row in
                let cells =
                    forPeople
                    ? [row.before, row.after].map { Self.readable($0, row.metric) } + [Self.readableDifference(row)]
                    : [row.before, row.after, row.difference]
                let name = forPeople ? Self.title(row.metric) : row.metric.rawValue
                return [.text(name)] + cells + [.decimal(row.relative)]
            },
            notes: notes
        )
    }

    private static func readable(_ value: Cell, _ metric: ComparedMetric) -> Cell {
        .text(value.displayText(metric.kind)?.visible)
    }

    /// The difference of rates is in percentage points, because the next column has percentages of the first value.
    private static func readableDifference(_ row: Row) -> Cell {
        guard row.metric.kind == .percent, let fraction = row.difference.number else {
            return readable(row.difference, row.metric)
        }
        return .text(NumberText.percentagePoints(fraction))
    }

    private static func title(_ metric: ComparedMetric) -> String {
        if let title = titles[metric] { return title }
        let words = metric.rawValue.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

extension Cell {
    /// This value minus another of the same kind; missing if either is missing.
    fileprivate func subtracting(_ other: Cell) -> Cell {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): .integer(left - right)
        case (.decimal(let left), .decimal(let right)): .decimal(left - right)
        case (.money(let left), .money(let right)): .money(left - right)
        default: .missing
        }
    }
}
