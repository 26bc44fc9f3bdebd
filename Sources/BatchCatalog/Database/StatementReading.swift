package import GRDB
import GRDBSQLite

// GRDB ends a text at the first U+0000, so that two texts can become equal. These functions use the length.

extension Statement {
    /// The whole text of a column of the current row; nil if the value is NULL.
    package func text(at column: Int) -> String? {
        let handle = unsafe sqliteStatement
        // SQLite keeps the bytes until the next step. The length is read after the text, which may convert the value.
        guard let text = unsafe sqlite3_column_text(handle, CInt(column)) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, CInt(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }
}

extension IndexValue {
    /// The value of a column of the statement's current row.
    init(at column: Int, of statement: Statement) {
        let (handle, index) = unsafe (statement.sqliteStatement, CInt(column))
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: self = unsafe .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: self = unsafe .real(sqlite3_column_double(handle, index))
        case SQLITE_BLOB: self = unsafe .text("\(sqlite3_column_bytes(handle, index)) bytes")
        default: self = statement.text(at: column).map { .text($0) } ?? .null
        }
    }
}
