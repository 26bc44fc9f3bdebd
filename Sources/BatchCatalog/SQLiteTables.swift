package import BatchPipeline
import GRDB
import JSONLines

/// Reads tables of SQLite databases for joins.
package struct SQLiteTables: JoinTableReader {
    package init() {}

    /// Gives every row in the order SQLite has them: for a plain table that of the rowids.
    ///
    /// Text and numbers become JSON strings and numbers, NULL becomes null, a BLOB becomes text if it is UTF-8; the file is
    /// opened for reading only.
    package func forEachRow(of table: JoinTable, _ body: ([UInt8]) throws -> Void) throws {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: table.path, configuration: configuration)
            try queue.read { database in
                guard try database.tableExists(table.name) || database.viewExists(table.name) else {
                    throw JoinFailure(.database("it has no table \(table.name)"), path: table.path)
                }
                let name = table.name.quotedDatabaseIdentifier
                let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \(name)")
                while let row = try rows.next() { try body(Self.line(of: row)) }
            }
        } catch let error as DatabaseError {
            throw JoinFailure(.database(error.message ?? "SQLite error \(error.resultCode.rawValue)"), path: table.path)
        }
    }

    private static func line(of row: Row) -> [UInt8] {
        var line: [UInt8] = []
        for (column, value) in row {
            line.append(line.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            JSONString.append(column, to: &line)
            line.append(UInt8(ascii: ":"))
            switch value.storage {
            case .null: line += "null".utf8
            case .int64(let number): line += String(number).utf8
            // JSON has no infinity; SQLite has no NaN.
            case .double(let number): line += (number.isFinite ? "\(number)" : "null").utf8
            case .string(let text): JSONString.append(text, to: &line)
            case .blob(let data): JSONString.append(String(decoding: data, as: UTF8.self), to: &line)
            }
        }
        return line + (line.isEmpty ? Array("{}\n".utf8) : [UInt8(ascii: "}"), 0x0A])
    }
}
