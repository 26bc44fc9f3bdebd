import GRDB

/// `catalog.sqlite`: what was seen, tried and archived, and by which runs.
///
/// An index, never the truth: what is archived is what has a manifest. One connection; SQLite lets other processes read
/// meanwhile.
package final class Catalog: Sendable {
    /// The name of the file in the archive.
    package static let fileName = "catalog.sqlite"

    /// The path, or a word for a catalog in memory.
    package let path: String
    private let queue: DatabaseQueue

    /// Opens a catalog to write to, making it or bringing its tables up to date where need be.
    ///
    /// With `usesWriteAheadLog` others can read while this one writes, which needs shared memory: not on network file
    /// systems. The whole file is checked: 30,000 batches take a tenth of a second.
    package convenience init(path: String, usesWriteAheadLog: Bool) throws(CatalogFailure) {
        var configuration = Configuration()
        configuration.label = "catalog"
        configuration.busyMode = .timeout(10)
        if usesWriteAheadLog {
            configuration.journalMode = .wal
        } else {
            // A file that was made elsewhere may ask for the log.
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        }
        try self.init(path: path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.check(queue, path: path)
            try CatalogSchema.migrator.migrate(queue)
            return queue
        }
    }

    /// Opens a catalog that is there, only to read.
    package convenience init(reading path: String) throws(CatalogFailure) {
        var configuration = Configuration()
        configuration.label = "catalog"
        configuration.busyMode = .timeout(10)
        try self.init(path: path) {
            let queue = try DatabaseQueue.reading(path, configuration)
            try Self.check(queue, path: path)
            guard try queue.read(CatalogSchema.migrator.hasCompletedMigrations) else {
                throw CatalogFailure.damaged(path: path, detail: "its tables are not there or not up to date")
            }
            return queue
        }
    }

    /// A catalog that is gone when the program ends, for where no file can be.
    package convenience init(inMemory: Void) throws(CatalogFailure) {
        try self.init(path: ":memory:") {
            let queue = try DatabaseQueue()
            try CatalogSchema.migrator.migrate(queue)
            return queue
        }
    }

    private init(path: String, _ open: () throws -> DatabaseQueue) throws(CatalogFailure) {
        self.path = path
        do {
            queue = try open()
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    private static func check(_ queue: DatabaseQueue, path: String) throws {
        try queue.read { db in
            if try CatalogSchema.migrator.hasBeenSuperseded(db) { throw CatalogFailure.newer(path: path) }
            let complaint = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
            if let complaint, complaint != "ok" { throw CatalogFailure.damaged(path: path, detail: complaint) }
        }
    }

    /// Runs `body` on the database, its errors as ``CatalogFailure``.
    func read<Value>(_ body: (Database) throws -> Value) throws(CatalogFailure) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    /// Runs `body` in one transaction, its errors as ``CatalogFailure``.
    func write<Value>(_ body: (Database) throws -> Value) throws(CatalogFailure) -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    private static func failure(_ error: any Error, path: String) -> CatalogFailure {
        switch error {
        case let error as CatalogFailure:
            error
        case let error as RowReader.Unusable:
            .damaged(path: path, detail: "column \(error.column) holds what it cannot hold")
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR: .damaged(path: path, detail: error.clause)
            default: .refused(path: path, detail: error.clause)
            }
        default:
            .refused(path: path, detail: "\(error)")
        }
    }
}

extension DatabaseError {
    /// SQLite's own words, without the statement and its values.
    fileprivate var clause: String {
        message ?? "SQLite error \(extendedResultCode.rawValue)"
    }
}

/// Something the catalog could not do.
///
/// Holds facts; commands make the text a user reads.
package enum CatalogFailure: Error, Sendable, Hashable {
    /// The file is not a catalog, or contains invalid values; the clause says where.
    case damaged(path: String, detail: String)
    /// A later version of the program made the file.
    case newer(path: String)
    /// The system or SQLite refused: no space, no permission, locked by another program.
    case refused(path: String, detail: String)
}
