import BatchArchive
import GRDB

/// The database `catalog.sqlite`: the state of every batch the archive has seen, and the history of runs.
///
/// The catalog is an index that can be rebuilt: a batch is archived if and only if it has a manifest. It uses one
/// connection; other processes can read at the same time.
package final class Catalog: Sendable {
    /// The file name in the archive.
    package static let fileName = ArchivePaths.catalog

    /// The path of the file, or `:memory:`.
    package let path: String
    private let queue: DatabaseQueue

    /// Opens a catalog for writing, and creates the file or migrates its tables if needed.
    ///
    /// With `usesWriteAheadLog`, other processes can read during writes. The write-ahead log needs shared memory, so do
    /// not use it on network file systems. Opening checks the whole file and its columns, which takes a tenth of a
    /// second for 30,000 batches.
    package convenience init(path: String, usesWriteAheadLog: Bool) throws(CatalogFailure) {
        var configuration = Configuration.archiveDatabase
        if usesWriteAheadLog {
            configuration.journalMode = .wal
        } else {
            // A file from elsewhere may have the write-ahead log switched on.
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        }
        try self.init(path: path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Self.check(queue, path: path)
            try CatalogSchema.migrator.migrate(queue)
            try Self.checkColumns(queue, path: path)
            return queue
        }
    }

    /// Creates a catalog in memory with the rows of an existing file.
    ///
    /// The file does not change. The tables of an earlier version are migrated in memory.
    package convenience init(reading path: String) throws(CatalogFailure) {
        try self.init(path: path) {
            let file = try DatabaseQueue.reading(path, .archiveDatabase)
            try Self.check(file, path: path)
            guard try file.read(CatalogSchema.isCatalog) else {
                throw CatalogFailure.damaged(path: path, detail: "it does not have the tables of a catalog")
            }
            let copy = try DatabaseQueue()
            try file.backup(to: copy)
            try CatalogSchema.migrator.migrate(copy)
            try Self.checkColumns(copy, path: path)
            return copy
        }
    }

    /// Creates a catalog in memory, for archives in which no file can be written.
    package convenience init(inMemory: Void) throws(CatalogFailure) {
        try self.init(path: ":memory:") {
            let queue = try DatabaseQueue()
            try CatalogSchema.migrator.migrate(queue)
            return queue
        }
    }

    private init(path: String, _ open: () throws -> DatabaseQueue) throws(CatalogFailure) {
        self.path = path
        if let obstacle = databaseObstacle(at: path) { throw .damaged(path: path, detail: obstacle) }
        do {
            queue = try open()
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    private static func check(_ queue: DatabaseQueue, path: String) throws {
        try queue.read { db in
            if try CatalogSchema.migrator.hasBeenSuperseded(db) { throw CatalogFailure.newer(path: path) }
            let problem = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
            if let problem, problem != "ok" { throw CatalogFailure.damaged(path: path, detail: problem) }
        }
    }

    private static func checkColumns(_ queue: DatabaseQueue, path: String) throws {
        guard try queue.read(CatalogSchema.hasItsColumns) else {
            throw CatalogFailure.damaged(path: path, detail: "its tables or their columns are not those of a catalog")
        }
    }

    /// Runs `body` on the database and converts its errors to ``CatalogFailure``.
    func read<Value>(_ body: (Database) throws -> Value) throws(CatalogFailure) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    /// Runs `body` in one transaction and converts its errors to ``CatalogFailure``.
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
        case let error as RowReader.InvalidColumn:
            .damaged(path: path, detail: "column \(error.column) has an invalid value")
        case is RowDecodingError:
            .damaged(path: path, detail: "a column has an invalid value")
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
    /// SQLite's message, without the statement and its values.
    fileprivate var clause: String {
        message ?? "SQLite error \(extendedResultCode.rawValue)"
    }
}

/// An error of the catalog.
///
/// It contains only facts; commands format the message for the user.
package enum CatalogFailure: Error, Sendable, Hashable {
    /// The file is not a catalog, or contains invalid values; `detail` says where.
    case damaged(path: String, detail: String)
    /// A later version of the program created the file.
    case newer(path: String)
    /// The system or SQLite refused the operation: no space, no permission, or another program has locked the file.
    case refused(path: String, detail: String)
}
