import BatchAnalytics
import MessageBatches
import Prices
import Tables

extension Cell {
    /// A value of a roll-up.
    init(_ value: RollUpTable.Value) {
        switch value {
        case .text(let text): self = .text(text)
        case .count(let count), .seconds(let count): self = .integer(Int64(count))
        case .money(let money): self = .money(money.text)
        case .ratio(let ratio): self = .decimal(ratio)
        case .moment(let moment): self = .timestamp(moment)
        case .missing: self = .missing
        }
    }
}

extension RollUpTable.Unit {
    /// How people read it.
    var kind: ValueKind {
        switch self {
        case .text: .text
        case .count: .integer
        case .money: .money
        case .ratio: .percent
        case .seconds: .duration
        case .moment: .timestamp
        }
    }
}

extension TableFormat {
    /// Whether people read it: they get the columns that matter, programs get all.
    var isForPeople: Bool {
        self == .table || self == .markdown
    }
}

/// How roll-ups become tables.
enum FigureTable {
    /// The columns people see behind those that name the group, the most important first.
    static let mainColumns = [
        "batches", "requests", "share", "error_class", "errored", "usable_rate", "cost_usd", "unpriced_requests",
        "assumed_price_requests", "input_tokens", "cache_read_tokens", "output_tokens", "cache_hit_ratio",
        "list_price_usd", "saved_by_cache_usd", "queue_seconds_p50", "first_seen", "last_seen", "cost_at_stake_usd",
        "sample_custom_id",
    ]
    /// Columns that people see only where they are not all zero.
    private static let rareColumns: Set<String> = ["unpriced_requests", "assumed_price_requests"]

    private static let titles = [
        "batch_id": "Batch", "created_at": "Created", "result_type": "Result", "other_results": "Other results",
        "cache_hit_ratio": "Cache hits", "cost_usd": "Cost", "list_price_usd": "List price",
        "saved_by_batch_usd": "Saved by batch", "saved_by_cache_usd": "Saved by cache",
        "unpriced_requests": "Unpriced", "assumed_price_requests": "Price assumed", "error_class": "What helps",
        "error_type": "Type", "error_message": "Message", "cost_at_stake_usd": "Cost at stake",
        "sample_custom_id": "Example", "sample_request_id": "Its request", "queue_seconds_p50": "Queue p50",
        "error_rate": "Error rate", "usable_rate": "Usable",
    ]
    /// Ids and names that people copy.
    private static let wholeColumns: Set<String> = ["batch_id", "model", "fingerprint", "sample_request_id"]

    /// The heading of a column.
    static func title(_ name: String) -> String {
        if let title = titles[name] { return title }
        if let field = UsageField.allCases.first(where: { $0.column == name }) { return field.title }
        let words = name.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// A column of a table for a column of a roll-up.
    static func column(_ column: RollUpTable.Column) -> Column {
        Column(
            column.name,
            title(column.name),
            kind: column.unit.kind,
            canShrink: wholeColumns.contains(column.name) ? false : nil
        )
    }

    /// The table, with all columns or with those that matter.
    static func table(_ rollUp: RollUpTable, caption: String, forPeople: Bool, notes: [String]) -> Table {
        let places = forPeople ? mainPlaces(rollUp) : Array(rollUp.columns.indices)
        func cells(_ row: [RollUpTable.Value]) -> [Cell] { places.map { Cell(row[$0]) } }
        var totals = cells(rollUp.totals)
        if rollUp.keyColumns > 0 { totals[0] = .text("Total") }
        return Table(
            caption: caption,
            columns: places.map { column(rollUp.columns[$0]) },
            rows: rollUp.rows.map(cells),
            totals: totals,
            notes: notes
        )
    }

    private static func mainPlaces(_ rollUp: RollUpTable) -> [Int] {
        let keys = Array(0..<rollUp.keyColumns)
        let values = mainColumns.compactMap { name in
            rollUp.columns.indices.dropFirst(rollUp.keyColumns).first { rollUp.columns[$0].name == name }
        }
        return keys
            + values.filter { place in
                let name = rollUp.columns[place].name
                // A row that is a batch need not say that it is one.
                if name == "batches", keys.contains(where: { rollUp.columns[$0].name == "batch_id" }) { return false }
                return !rareColumns.contains(name) || rollUp.totals[place].number != 0
            }
    }
}

extension RollUpTable {
    /// What the amounts leave out, as a sentence; nil if nothing.
    var unpricedSentence: String? {
        guard !unpriced.isEmpty else { return nil }
        let total = unpriced.reduce(0) { $0 + $1.requests }
        let named = unpriced.prefix(8).map { "\($0.model ?? "others") (\($0.requests.reading))" }
        let rest = unpriced.count > 8 ? ", and \(unpriced.count - 8) more" : ""
        return "\(total.counted("request has", "requests have")) no price: \(named.joined(separator: ", "))\(rest)."
    }

    /// The value of the row of totals in a column.
    func total(_ name: String) -> Value {
        columns.firstIndex { $0.name == name }.map { totals[$0] } ?? .missing
    }
}
