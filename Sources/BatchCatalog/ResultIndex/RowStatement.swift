import GRDB
import GRDBSQLite

/// A statement that inserts a number of rows, used through SQLite's C interface, and what is bound to it.
///
/// A million rows are some eighteen million values: bound one by one as GRDB's values, from strings made for them, they take
/// several times as long as SQLite itself needs. And a value that stays is not bound again: most counts are 0 in row after row.
struct RowStatement {
    /// How many rows it inserts.
    let rows: Int
    /// Whether SQLite gives the rows their places.
    private let isNumbered: Bool
    private let statement: Statement
    private var numbers: [Int64?]
    private var hasText: [Bool]

    private static let numbersPerRow = IndexedRows.numbersPerRow
    private static let textsPerRow = IndexedRows.textsPerRow

    init(_ statement: Statement, rows: Int, isNumbered: Bool) {
        self.statement = statement
        self.rows = rows
        self.isNumbered = isNumbered
        numbers = Array(repeating: nil, count: rows * Self.numbersPerRow)
        hasText = Array(repeating: false, count: rows * Self.textsPerRow)
    }

    /// Inserts rows from one on; end with ``clear()``.
    mutating func insert(_ source: IndexedRows, from first: Int) throws {
        try unsafe source.texts.withUnsafeBytes { texts in
            unsafe bind(source, from: first, texts)
            try step()
        }
    }

    private mutating func bind(_ source: IndexedRows, from first: Int, _ texts: UnsafeRawBufferPointer) {
        let handle = unsafe statement.sqliteStatement
        let skipped = isNumbered ? 1 : 0
        var parameter: CInt = 0
        for row in 0..<rows {
            for column in skipped..<Self.numbersPerRow {
                parameter += 1
                let index = row * Self.numbersPerRow + column
                let number = source.numbers[first * Self.numbersPerRow + index]
                guard numbers[index] != number else { continue }
                numbers[index] = number
                unsafe sqlite3_bind_int64(handle, parameter, number)
            }
            for column in 0..<Self.textsPerRow {
                parameter += 1
                let index = row * Self.textsPerRow + column
                guard let range = source.rangeOfText(first * Self.textsPerRow + index) else {
                    if hasText[index] { unsafe sqlite3_bind_null(handle, parameter) }
                    hasText[index] = false
                    continue
                }
                hasText[index] = true
                let text = unsafe texts.baseAddress?.advanced(by: range.lowerBound).assumingMemoryBound(to: CChar.self)
                // Without a destructor SQLite takes the bytes where they are; they stay there for the step.
                unsafe sqlite3_bind_text(handle, parameter, text, CInt(range.count), nil)
            }
        }
    }

    private func step() throws {
        let handle = unsafe statement.sqliteStatement
        let step = unsafe sqlite3_step(handle)
        let reset = unsafe sqlite3_reset(handle)
        guard step == SQLITE_DONE, reset == SQLITE_OK else {
            let message = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            throw DatabaseError(resultCode: ResultCode(rawValue: reset), message: message)
        }
    }

    /// Lets go of what is bound; nothing is to be inserted any more.
    func clear() {
        unsafe sqlite3_clear_bindings(statement.sqliteStatement)
    }
}
