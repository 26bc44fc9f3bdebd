import BatchAnalytics
import Tables

/// How a comparison becomes a table: one row a figure, each with its own unit.
enum ComparisonTable {
    private static let titles: [ComparedFigure: String] = [
        .inputP50: "Input tokens p50", .inputP95: "Input tokens p95", .outputP50: "Output tokens p50",
        .outputP95: "Output tokens p95", .usableRate: "Usable rate", .unpriced: "Unpriced requests",
        .queueP50: "Queue time p50", .queueP95: "Queue time p95",
    ]

    static func table(_ comparison: Comparison, names: [String], forPeople: Bool, notes: [String]) -> Table {
        let headings = forPeople ? names : ["A", "B"]
        return Table(
            caption: "\(names[0]) and \(names[1])",
            columns: [
                Column("figure", "Figure", canShrink: false),
                Column("a", headings[0], alignment: .right, canShrink: false),
                Column("b", headings[1], alignment: .right, canShrink: false),
                Column("difference", "Difference", alignment: .right, canShrink: false),
                Column("relative", "Relative", kind: .percent),
            ],
            rows: comparison.rows.map { row in
                let values = [row.before, row.after, row.difference]
                let cells = forPeople ? values.map { readable($0, row.figure.unit) } : values.map { Cell($0) }
                let name = forPeople ? title(row.figure) : row.figure.rawValue
                return [.text(name)] + cells + [row.relative.map { .decimal($0) } ?? .missing]
            },
            notes: notes
        )
    }

    /// A value as people read it.
    static func text(_ value: RollUpTable.Value, _ unit: RollUpTable.Unit) -> String {
        Figure("", Cell(value), unit.kind).text
    }

    private static func readable(_ value: RollUpTable.Value, _ unit: RollUpTable.Unit) -> Cell {
        value == .missing ? .missing : .text(text(value, unit))
    }

    private static func title(_ figure: ComparedFigure) -> String {
        if let title = titles[figure] { return title }
        let words = figure.rawValue.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
