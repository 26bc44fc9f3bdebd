import BatchPipeline
import GRDB
package import JSONLines
package import MessageBatches

/// The rows of one piece of a flat file as values for SQLite: the part of indexing that can be done for many pieces at once.
package struct IndexedRows: Sendable {
    /// For each row the values of ``FlatSchema/columns`` and the cost.
    let rows: [[DatabaseValue]]

    package var count: Int { rows.count }

    /// What of a row decides its cost.
    package struct PricedRow: Sendable {
        package var usage = TokenUsage()
        package var model = ""
        package var geo = ""
        package var isSucceeded = false
    }

    private static let keys = JSONKeyTable(FlatSchema.columns.map(\.name))
    private static let places = Dictionary(
        uniqueKeysWithValues: FlatSchema.columns.enumerated().map { ($1.name, $0) }
    )

    /// Reads rows of the flat table; columns of other versions are left out or stay null.
    ///
    /// `cost` gives pico-dollars, or nil where there is no price.
    package init(
        _ lines: LineBlock,
        of batchID: String,
        cost: (PricedRow) -> Int64?
    ) throws(ResultIndexFailure) {
        var rows: [[DatabaseValue]] = []
        rows.reserveCapacity(lines.lineEnds.count)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(lines.bytes) { cursor throws(JSONSyntaxError) in
                for line in lines.lineEnds.indices {
                    cursor.move(to: lines.range(ofLine: line))
                    if cursor.isAtEnd() { continue }
                    cursor.move(to: lines.range(ofLine: line))
                    rows.append(try Self.row(&cursor, cost: cost))
                }
            }
        } catch {
            throw .badRow(batchID: batchID)
        }
        self.rows = rows
    }

    private static func row(
        _ cursor: inout JSONCursor,
        cost: (PricedRow) -> Int64?
    ) throws(JSONSyntaxError) -> [DatabaseValue] {
        var values = [DatabaseValue](repeating: .null, count: FlatSchema.columns.count + 1)
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            guard let place = cursor.index(of: key, in: keys) else {
                try cursor.skipValue()
                continue
            }
            values[place] = try value(&cursor)
        }
        values[values.count - 1] = cost(pricedRow(values))?.databaseValue ?? .null
        return values
    }

    private static func value(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> DatabaseValue {
        switch try cursor.kind() {
        case .string: return try cursor.string().map { cursor.text($0).databaseValue } ?? .null
        case .number: return try cursor.wholeNumber(upTo: .max)?.databaseValue ?? .null
        case .literal:
            if try cursor.takeNull() { return .null }
            // What is left is true or false.
            return (try cursor.skipValue().count == 4).databaseValue
        case .object, .array:
            try cursor.skipValue()
            return .null
        }
    }

    private static func pricedRow(_ values: [DatabaseValue]) -> PricedRow {
        func number(_ name: String) -> Int64 { places[name].flatMap { Int64.fromDatabaseValue(values[$0]) } ?? 0 }
        func text(_ name: String) -> String { places[name].flatMap { String.fromDatabaseValue(values[$0]) } ?? "" }
        var row = PricedRow(model: text("model"), geo: text("inference_geo"))
        row.isSucceeded = text("result_type") == "succeeded"
        row.usage.input = number("input_tokens")
        row.usage.cacheCreation5m = number("cache_creation_5m_tokens")
        row.usage.cacheCreation1h = number("cache_creation_1h_tokens")
        row.usage.cacheRead = number("cache_read_tokens")
        row.usage.output = number("output_tokens")
        row.usage.webSearches = number("web_search_requests")
        return row
    }
}
