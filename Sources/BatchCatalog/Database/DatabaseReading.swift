import FoundationEssentials
import GRDB
import MessageBatches

/// Reads the values of a row, and throws where one is not what its column holds: a damaged file must not end the program.
struct RowReader {
    let row: Row

    /// What is wrong with a row.
    struct Unusable: Error {
        let column: String
    }

    func text(_ column: String) throws(Unusable) -> String {
        guard let value = optionalText(column) else { throw Unusable(column: column) }
        return value
    }

    func optionalText(_ column: String) -> String? {
        String.fromDatabaseValue(row[column])
    }

    func number(_ column: String) throws(Unusable) -> Int {
        guard let value = optionalNumber(column) else { throw Unusable(column: column) }
        return value
    }

    func optionalNumber(_ column: String) -> Int? {
        Int.fromDatabaseValue(row[column])
    }

    func time(_ column: String) throws(Unusable) -> Timestamp {
        guard let value = Timestamp(try text(column)) else { throw Unusable(column: column) }
        return value
    }

    func optionalTime(_ column: String) throws(Unusable) -> Timestamp? {
        optionalText(column) == nil ? nil : try time(column)
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type) throws(Unusable) -> Value {
        let text = try text(column)
        guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else { throw Unusable(column: column) }
        return value
    }
}

/// Small values as JSON text, keys sorted, for the columns that hold more than one thing.
enum ColumnJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension DatabaseQueue {
    /// A read-only connection to an existing database.
    ///
    /// What a killed program left half written is rolled back first. That needs a connection that may write; if this program
    /// may not, SQLite's refusal is the error.
    static func reading(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        var reading = configuration
        reading.readonly = true
        do {
            return try opened(path, reading)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // With the caller's timeout: another program may be doing it.
            _ = try opened(path, configuration)
            return try opened(path, reading)
        }
    }

    /// A connection that has looked at the file.
    private static func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
        return queue
    }
}
