import BatchPipeline
import GRDB
import GRDBSQLite
package import JSONLines
import MessageBatches

/// The rows of one block of a flat file, converted to values for SQLite.
///
/// Many blocks can be converted in parallel; inserting is serial.
package struct IndexedRows: Sendable {
    package private(set) var count = 0
    /// The values of all rows, one row after the other: the place, then ``ResultIndexSchema/storedColumns``.
    private var values: [DatabaseValue] = []

    /// How the value of a column is stored.
    private enum Target {
        /// The value is not stored per row: it is the same in the whole batch, or the column is of another schema
        /// version.
        case skip
        case lineNumber
        /// The value is stored at this position in the row.
        case store(Int, FlatSchema.Kind)
    }

    private static let keys = JSONKeyTable(FlatSchema.columns.map(\.name))
    private static let targets: [Target] = FlatSchema.columns.map { column in
        if column.name == ResultIndexSchema.lineColumn { return .lineNumber }
        let position = ResultIndexSchema.storedColumns.firstIndex { $0.name == column.name }
        return position.map { .store($0 + 1, column.kind) } ?? .skip
    }
    /// The default values of a row: 0 for integers, null for all others.
    private static let emptyRow =
        [0.databaseValue] + ResultIndexSchema.storedColumns.map { $0.kind == .integer ? 0.databaseValue : .null }
    private static let width = emptyRow.count

    /// Converts rows of the flat table.
    ///
    /// Columns of other schema versions are skipped; missing columns get their default value. `number` is the batch's
    /// number in the index. `id` is its ID, which only errors contain.
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
        case .money:
            if try cursor.consumeNull() { return .null }
            let range = try cursor.skipValue()
            // An amount that does not fit into 64 bits, over nine million dollars for one request, is approximate.
            guard let amount = Money(String(decoding: cursor.bytes(range), as: UTF8.self)) else { return .null }
            return Int64(exactly: amount.picoDollars)?.databaseValue ?? Double(amount.picoDollars).databaseValue
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

    /// Inserts the rows with one prepared statement, bound through SQLite's interface.
    ///
    /// As arguments of GRDB, the 30 values of a row take longer than the insertion itself.
    func insert(into database: Database) throws {
        let statement = try database.cachedStatement(sql: ResultIndexSchema.rowInsertion)
        let handle = unsafe statement.sqliteStatement
        for start in stride(from: 0, to: values.count, by: Self.width) {
            for column in 0..<Self.width {
                let parameter = CInt(column + 1)
                switch values[start + column].storage {
                case .int64(let number): unsafe sqlite3_bind_int64(handle, parameter, number)
                case .string(let text):
                    // -1 is SQLITE_TRANSIENT: SQLite copies the bytes.
                    let copy = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                    unsafe sqlite3_bind_text(handle, parameter, text, CInt(text.utf8.count), copy)
                case .double(let number): unsafe sqlite3_bind_double(handle, parameter, number)
                case .null, .blob: unsafe sqlite3_bind_null(handle, parameter)
                }
            }
            let step = unsafe sqlite3_step(handle)
            let reset = unsafe sqlite3_reset(handle)
            guard step == SQLITE_DONE, reset == SQLITE_OK else {
                let message = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
                throw DatabaseError(resultCode: ResultCode(rawValue: reset), message: message)
            }
        }
        unsafe sqlite3_clear_bindings(handle)
    }
}
