import BatchArchive
import BatchCatalog
import GRDB
import GRDBSQLite
import JSONLines

/// A table of a SQLite database, named as `file.sqlite#table`.
struct JoinTable: Sendable, Hashable {
    /// The path of the database file.
    var path: String
    var name: String

    /// How long to wait for a program that has locked the database, in seconds.
    static let lockWait = 5

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
    /// The file is opened for reading only. `rowLimit` is the maximum size of a row in bytes; `whenLocked` says what to
    /// do while another program has locked the database.
    ///
    /// - Throws: ``JoinFailure`` if the file is not a database, stays locked, cannot be read on its read-only medium,
    ///   has no such table, or has a row that exceeds the limit.
    func forEachRow(
        rowLimit: Int,
        whenLocked: Database.BusyMode = .timeout(Double(JoinTable.lockWait)),
        _ body: ([UInt8]) throws -> Void
    ) throws {
        var count = 0
        do {
            try open(rowLimit, whenLocked)
                .read { database in
                    guard try database.tableExists(name) || database.viewExists(name) else {
                        throw JoinFailure(.database("it has no table \(name)"), path: path)
                    }
                    let sql = "SELECT * FROM \(name.quotedDatabaseIdentifier)"
                    let statement = try database.makeStatement(sql: sql)
                    let rows = try Row.fetchCursor(statement)
                    while let row = try rows.next() {
                        try body(Self.line(of: row, statement))
                        count += 1
                    }
                }
        } catch let error as DatabaseError {
            throw JoinFailure(cause(of: error, rowLimit: rowLimit, row: count + 1), path: path)
        }
    }

    private func cause(of error: DatabaseError, rowLimit: Int, row: Int) -> JoinFailure.Cause {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(seconds: Self.lockWait)
        case .SQLITE_TOOBIG: .database("row \(row) of \(name) is longer than \(SourceContent.sizeText(rowLimit))")
        case _ where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK:
            .database("a program was interrupted while it wrote to it and has to open it again")
        default: .database(error.message ?? "SQLite error \(error.resultCode.rawValue)")
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

// MARK: Opening

extension JoinTable {
    private func open(_ rowLimit: Int, _ whenLocked: Database.BusyMode) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = whenLocked
        configuration.prepareDatabase { database in
            unsafe sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_LENGTH, CInt(clamping: rowLimit))
        }
        do {
            return try .opened(path, configuration)
        } catch let error as DatabaseError {
            return try withoutLocks(configuration, after: error)
        }
    }

    private func withoutLocks(_ configuration: Configuration, after error: DatabaseError) throws -> DatabaseQueue {
        do {
            return try .openedWithoutLocks(path, configuration, after: error)
        } catch let changes as DatabaseQueue.UnmergedChanges {
            throw JoinFailure(.unmergedChanges(in: changes.log), path: path)
        }
    }
}
