import BatchCatalog
import GRDB
import JSONLines

/// A table of a SQLite database, named as `file.sqlite#table`.
struct JoinTable: Sendable, Hashable {
    /// The path of the database file.
    var path: String
    var name: String

    /// Parses `file.sqlite#table`; nil for any other path.
    ///
    /// The extension must be `.sqlite`, `.sqlite3` or `.db`.
    init?(_ text: String) {
        guard let mark = text.lastIndex(of: "#") else { return nil }
        let (path, name) = (text[..<mark], text[text.index(after: mark)...])
        guard !name.isEmpty, [".sqlite", ".sqlite3", ".db"].contains(where: { path.hasSuffix($0) }) else { return nil }
        self.path = String(path)
        self.name = String(name)
    }

    /// Calls `body` with every row as one line of JSON, in SQLite's order, which is by rowid for a plain table.
    ///
    /// Text and numbers become JSON strings and numbers. NULL becomes null. A BLOB becomes text if it is valid UTF-8.
    /// The file is opened for reading only.
    ///
    /// - Throws: ``JoinFailure`` if the file is not a database or has no such table.
    func forEachRow(_ body: ([UInt8]) throws -> Void) throws {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                guard try database.tableExists(name) || database.viewExists(name) else {
                    throw JoinFailure(.database("it has no table \(name)"), path: path)
                }
                let sql = "SELECT * FROM \(name.quotedDatabaseIdentifier)"
                let statement = try database.makeStatement(sql: sql)
                let rows = try Row.fetchCursor(statement)
                while let row = try rows.next() { try body(Self.line(of: row, statement)) }
            }
        } catch let error as DatabaseError {
            throw JoinFailure(.database(error.message ?? "SQLite error \(error.resultCode.rawValue)"), path: path)
        }
    }

    private static func line(of row: Row, _ statement: Statement) -> [UInt8] {
        JSONNode.object(row.enumerated().map { ($1.0, node(of: $1.1, at: $0, statement)) }).line
    }

    private static func node(of value: DatabaseValue, at column: Int, _ statement: Statement) -> JSONNode {
        switch value.storage {
        case .null: .null
        case .int64(let number): .number(Int(number))
        // JSON has no infinity. SQLite has no NaN.
        case .double(let number): number.isFinite ? .verbatim(Array("\(number)".utf8)) : .null
        case .string: .optional(statement.text(at: column))
        case .blob(let data): .text(String(decoding: data, as: UTF8.self))
        }
    }
}
