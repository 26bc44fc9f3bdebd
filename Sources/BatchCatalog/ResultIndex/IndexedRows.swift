import BatchPipeline
import GRDB
package import JSONLines

/// The rows of one block of a flat file as values for SQLite.
///
/// Reading rows can be done for many blocks at once; inserting them cannot.
package struct IndexedRows: Sendable {
    package private(set) var count = 0
    /// Row after row the values of ``ResultIndexSchema/storedColumns``, the place first.
    private var values: [DatabaseValue] = []

    /// What happens to the value of a column.
    private enum Target {
        /// It is the same in all rows of a batch and stored there, or it is a column of another version.
        case skip
        case lineNumber
        /// It is stored at this position of the row.
        case store(Int, FlatSchema.Kind)
    }

    private static let keys = JSONKeyTable(FlatSchema.columns.map(\.name))
    private static let targets: [Target] = FlatSchema.columns.map { column in
        if column.name == ResultIndexSchema.lineColumn { return .lineNumber }
        let position = ResultIndexSchema.storedColumns.firstIndex { $0.name == column.name }
        return position.map { .store($0 + 1, column.kind) } ?? .skip
    }
    /// A row without values: counts are 0, everything else is null.
    private static let emptyRow =
        [0.databaseValue] + ResultIndexSchema.storedColumns.map { $0.kind == .integer ? 0.databaseValue : .null }
    private static let width = emptyRow.count

    /// Reads rows of the flat table.
    ///
    /// Columns of other versions are left out, or stay null or 0.
    ///
    /// `number` is that of the batch in the index; `id` is for failures only.
    package init(_ lines: LineBlock, of id: String, number: Int64) throws(ResultIndexFailure) {
        let (keys, targets) = (Self.keys, Self.targets)
        values.reserveCapacity(lines.lineEnds.count * Self.width)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(lines.bytes) { cursor throws(JSONSyntaxError) in
                for line in lines.lineEnds.indices {
                    cursor.move(to: lines.range(ofLine: line))
                    if cursor.isAtEnd() { continue }
                    try append(&cursor, number: number, keys, targets)
                }
            }
        } catch {
            throw .badRow(batchID: id)
        }
    }

    private mutating func append(
        _ cursor: inout JSONCursor,
        number: Int64,
        _ keys: JSONKeyTable,
        _ targets: [Target]
    ) throws(JSONSyntaxError) {
        let start = values.count
        values += Self.emptyRow
        try cursor.beginObject()
        var line: Int64 = 0
        var column = -1
        while try cursor.nextKey(in: keys, &column) {
            switch column < 0 ? .skip : targets[column] {
            case .skip: try cursor.skipValue()
            case .lineNumber: line = try cursor.wholeNumber(upTo: Int64(UInt32.max)) ?? 0
            case .store(let position, let kind): values[start + position] = try Self.value(kind, &cursor)
            }
        }
        values[start] = (number << 32 | line).databaseValue
        count += 1
    }

    private static func value(
        _ kind: FlatSchema.Kind,
        _ cursor: inout JSONCursor
    ) throws(JSONSyntaxError) -> DatabaseValue {
        switch kind {
        case .integer: return (try cursor.wholeNumber(upTo: .max) ?? 0).databaseValue
        case .text, .timestamp: return try cursor.string().map { cursor.text($0).databaseValue } ?? .null
        case .boolean:
            if try cursor.consumeNull() { return .null }
            guard try cursor.kind() == .literal else {
                try cursor.skipValue()
                return .null
            }
            return (try cursor.skipValue().count == "true".utf8.count).databaseValue
        }
    }

    /// Inserts the rows with one prepared statement.
    func insert(into database: Database) throws {
        let statement = try database.cachedStatement(sql: ResultIndexSchema.rowInsertion)
        for start in stride(from: 0, to: values.count, by: Self.width) {
            // Checked arguments are compared with the statement's, for every row.
            statement.setUncheckedArguments(StatementArguments(values[start..<start + Self.width]))
            try statement.execute()
        }
    }
}
