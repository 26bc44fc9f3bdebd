import GRDB
import GRDBSQLite

/// Inserts rows through SQLite's C interface, many with each step.
///
/// A million rows are some eighteen million values: bound one by one as GRDB's values, from strings made for them, they take
/// several times as long as SQLite itself needs.
struct RowInsertion {
    private static let rowsPerStep = 32

    private static let manyRows = ResultIndexSchema.rowInsertion(count: rowsPerStep)
    private static let oneRow = ResultIndexSchema.rowInsertion(count: 1)

    private let database: Database
    private let many: Statement
    private let one: Statement

    init(_ database: Database) throws {
        self.database = database
        many = try database.cachedStatement(sql: Self.manyRows)
        one = try database.cachedStatement(sql: Self.oneRow)
    }

    func insert(_ rows: IndexedRows) throws {
        try unsafe rows.texts.withUnsafeBytes { texts in
            var row = 0
            while row < rows.count {
                let count = rows.count - row < Self.rowsPerStep ? 1 : Self.rowsPerStep
                try unsafe insert(row..<row + count, of: rows, texts, by: count == 1 ? one : many)
                row += count
            }
        }
    }

    private func insert(
        _ range: Range<Int>,
        of rows: IndexedRows,
        _ texts: UnsafeRawBufferPointer,
        by statement: Statement
    ) throws {
        let handle = unsafe statement.sqliteStatement
        let numbersPerRow = rows.numbers.count / rows.count
        let textsPerRow = rows.textEnds.count / rows.count
        var parameter: CInt = 0
        for row in range {
            for index in row * numbersPerRow..<(row + 1) * numbersPerRow {
                parameter += 1
                unsafe sqlite3_bind_int64(handle, parameter, rows.numbers[index])
            }
            for index in row * textsPerRow..<(row + 1) * textsPerRow {
                parameter += 1
                let (last, end) = (index == 0 ? 1 : rows.textEnds[index - 1], rows.textEnds[index])
                guard end >= 0 else {
                    unsafe sqlite3_bind_null(handle, parameter)
                    continue
                }
                let start = last < 0 ? ~last : last
                let text = unsafe texts.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
                // Without a destructor SQLite takes the bytes where they are; they stay there for the step.
                unsafe sqlite3_bind_text(handle, parameter, text, CInt(end - start), nil)
            }
        }
        let step = unsafe sqlite3_step(handle)
        let reset = unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
        guard step == SQLITE_DONE, reset == SQLITE_OK else {
            throw DatabaseError(resultCode: ResultCode(rawValue: reset), message: database.lastErrorMessage)
        }
    }
}
