import MessageBatches
import Prices

/// Why another price table gives other costs for an archived batch.
enum PriceChange: Sendable, Hashable {
    /// The model had no price.
    case nowPriced(model: String)
    case changed(model: String)

    /// A clause for messages.
    var clause: String {
        switch self {
        case .nowPriced(let model): "\(model.isEmpty ? RollUp.none : model) now has a price"
        case .changed(let model): "the price of \(model) changed"
        }
    }
}

extension PriceChange {
    /// Compares the rows that a manifest records with another table, for a batch created on `day`.
    ///
    /// Rows are compared, not versions of tables, so a new table without other figures changes nothing. `tokens` shows
    /// which models and sizes of prompts of the batch have no price.
    static func changes(
        from rows: [PriceRow],
        _ tokens: TokenSummary?,
        day: CalendarDay,
        to table: PriceTable
    ) -> Set<PriceChange> {
        var changes: Set<PriceChange> = []
        let recorded = PriceTable(rows: rows)
        for row in rows where isChanged(row, from: recorded, to: table, day: day) {
            changes.insert(.changed(model: row.model))
        }
        for row in tokens?.unpriced.rows ?? [] where row.value.readable > 0 {
            let old = recorded.prices(of: row.key.text, geo: "", day: day)
            guard let new = table.prices(of: row.key.text, geo: "", day: day) else { continue }
            let sizes = row.value.smallestPrompt...row.value.largestPrompt
            let starts = [sizes.lowerBound, sizes.upperBound] + new.rangeStarts.filter(sizes.contains)
            let isNew = starts.contains {
                new.range(promptTokens: $0).prices != nil && old?.range(promptTokens: $0).prices == nil
            }
            guard isNew else { continue }
            let model = table.name(of: row.key.text)
            changes.insert(old == nil ? .nowPriced(model: model) : .changed(model: model))
        }
        return changes
    }

    /// Whether a table has another price for some size of prompt that a row applies to.
    private static func isChanged(
        _ row: PriceRow,
        from recorded: PriceTable,
        to table: PriceTable,
        day: CalendarDay
    ) -> Bool {
        ["", "us"]
            .contains { geo in
                let old = recorded.prices(of: row.model, geo: geo, day: day)
                let new = table.prices(of: row.model, geo: geo, day: day)
                let starts = [row.promptMinimum ?? 0] + (new?.rangeStarts ?? []).filter(row.covers)
                return starts.contains { old?.range(promptTokens: $0) != new?.range(promptTokens: $0) }
            }
    }
}

/// The number of archived batches whose costs another price table changes, with the reasons.
struct PriceChanges: Sendable {
    private(set) var batches = 0
    /// The number of batches per reason.
    private var reasons: [PriceChange: Int] = [:]

    /// Adds the changes of one batch.
    mutating func add(_ changes: Set<PriceChange>) {
        guard !changes.isEmpty else { return }
        batches += 1
        for change in changes { reasons[change, default: 0] += 1 }
    }

    mutating func merge(_ other: PriceChanges) {
        batches += other.batches
        reasons.merge(other.reasons, uniquingKeysWith: +)
    }

    /// The reasons as a clause, those of most batches first.
    var clause: String {
        let sorted = reasons.sorted { ($1.value, $0.key.clause) < ($0.value, $1.key.clause) }.map(\.key.clause)
        let rest = sorted.count > 3 ? ", and \(sorted.count - 3) more" : ""
        return sorted.prefix(3).joined(separator: ", ") + rest
    }
}
