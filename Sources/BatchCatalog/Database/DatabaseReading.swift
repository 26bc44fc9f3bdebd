import BatchArchive
import FoundationEssentials
package import GRDB
import MessageBatches

/// Reads the values of a row, and throws if a value does not fit its column.
///
/// GRDB's own accessors end the program in that case, which a damaged file must not do.
struct RowReader {
    let row: Row

    /// A column whose value cannot be used.
    struct InvalidColumn: Error {
        let column: String
    }

    /// The value of a column; throws if the row does not have the column.
    private func value(_ column: String) throws(InvalidColumn) -> DatabaseValue {
        do {
            return try row.decode(DatabaseValue.self, forColumn: column)
        } catch {
            throw InvalidColumn(column: column)
        }
    }

    func text(_ column: String) throws(InvalidColumn) -> String {
        guard let value = try optionalText(column) else { throw InvalidColumn(column: column) }
        return value
    }

    /// The text of a column, or nil for NULL.
    func optionalText(_ column: String) throws(InvalidColumn) -> String? {
        switch try value(column).storage {
        case .null: return nil
        case .string(let text): return text
        case .int64, .double, .blob: throw InvalidColumn(column: column)
        }
    }

    func number(_ column: String) throws(InvalidColumn) -> Int {
        guard let value = try optionalNumber(column) else { throw InvalidColumn(column: column) }
        return value
    }

    /// The number of a column, or nil for NULL.
    func optionalNumber(_ column: String) throws(InvalidColumn) -> Int? {
        switch try value(column).storage {
        case .null: return nil
        case .int64(let number): return Int(number)
        case .double, .string, .blob: throw InvalidColumn(column: column)
        }
    }

    /// The number of a column that counts something, from 0 to 2⁴⁰, so that sums cannot overflow.
    func count(_ column: String) throws(InvalidColumn) -> Int {
        let value = try number(column)
        guard Self.counts.contains(value) else { throw InvalidColumn(column: column) }
        return value
    }

    /// The numbers by name in a column of JSON, each from 0 to 2⁴⁰.
    func counts(_ column: String) throws(InvalidColumn) -> [String: Int] {
        let values = try json(column, as: [String: Int].self)
        guard values.values.allSatisfy(Self.counts.contains) else { throw InvalidColumn(column: column) }
        return values
    }

    private static let counts = 0...(1 << 40)

    func time(_ column: String) throws(InvalidColumn) -> Timestamp {
        guard let value = Timestamp(try text(column)) else { throw InvalidColumn(column: column) }
        return value
    }

    func optionalTime(_ column: String) throws(InvalidColumn) -> Timestamp? {
        try optionalText(column) == nil ? nil : try time(column)
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type) throws(InvalidColumn) -> Value {
        let text = try text(column)
        guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
            throw InvalidColumn(column: column)
        }
        return value
    }
}

/// JSON text with sorted keys, for columns that store several values.
enum ColumnJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension String {
    /// The text with U+0000 as a control picture, because GRDB ends a text there.
    ///
    /// The catalog's texts are for people, or IDs that are not valid with U+0000 but must not replace a valid one.
    var withoutNull: String {
        replacing("\0", with: "\u{2400}")
    }
}

extension Configuration {
    /// Seconds to wait for the locks of other connections.
    static let lockTimeout = 10

    /// The configuration of every connection to a database of an archive.
    static var archiveDatabase: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(lockTimeout))
        configuration.prepareDatabase { database in try database.execute(sql: "PRAGMA cell_size_check = ON") }
        return configuration
    }
}

extension DatabaseQueue {
    /// Opens an existing database for reading only.
    ///
    /// If a killed program left an unfinished transaction, the transaction is rolled back first. Only a connection that
    /// may write can do that; if this program may not write, SQLite's error is thrown.
    static func reading(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        var reading = configuration
        reading.readonly = true
        do {
            return try opened(path, reading)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
            // Another program may be rolling back now, so this waits for the caller's timeout.
            _ = try opened(path, configuration)
            return try opened(path, reading)
        } catch let error as DatabaseError {
            return try openedWithoutLocks(path, reading, after: error)
        }
    }

    /// Opens a database next to which SQLite cannot create the files that it needs, as on read-only media or in the
    /// folder of another user.
    ///
    /// - Throws: `error`, which is that of opening the database as usual, if it has another reason. ``UnmergedChanges`` if
    ///   a file next to the database contains changes, which would be missing.
    package static func openedWithoutLocks(
        _ path: String,
        _ configuration: Configuration,
        after error: DatabaseError
    ) throws -> DatabaseQueue {
        guard
            [.SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_IOERR].contains(error.resultCode),
            error.extendedResultCode != .SQLITE_READONLY_ROLLBACK,
            let status = try FileStatus.of(path), !status.isFolder
        else { throw error }
        let log = path + "-wal"
        if try (FileStatus.of(log)?.size ?? 0) > 0 { throw UnmergedChanges(log: log) }
        let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
        return try opened("file:\(escaped)?immutable=1", configuration)
    }

    /// The changes in a file next to a database, which this program cannot use without writing there.
    package struct UnmergedChanges: Error, CustomStringConvertible {
        package let log: String
        package var description: String { "its last changes are in '\(log)', which needs write access to the folder" }
    }

    /// Opens a connection and reads the file once, so that an unusable file throws here.
    package static func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA schema_version") }
        return queue
    }
}

/// Returns why a path in an archive cannot hold a database: something that is not a file is there, such as a link.
///
/// SQLite would follow a link, and wait for the other end of a pipe.
func databaseObstacle(at path: String) -> String? {
    guard let kind = try? FileStatus.of(path, followsLink: false)?.kind, kind != .file else { return nil }
    return "it is \(kind.rawValue), not a file"
}
