import BatchPipeline
import GRDB
package import MessageBatches

/// The flat rows of an archive in a SQLite database, for SQL and for finding a request quickly.
///
/// The file can be deleted at any time; it is rebuilt from the flat files. A batch is indexed completely or not at all,
/// even after the program is killed.
package final class ResultIndex: Sendable {
    /// A batch as the index lists it.
    package struct Batch: Sendable {
        package var batch: MessageBatch
        package var revision: Int
        /// The number of result lines per type.
        package var found: [String: Int]
        package var rawBytes: Int
        /// Changes when the manifest is written again.
        package var stamp: Int64
        /// Identifies the flat rows; see `flatContent`.
        package var content: String
        /// Whether an older version of the program made the rows.
        package var isOutdated: Bool

        package init(
            batch: MessageBatch,
            revision: Int,
            found: [String: Int],
            rawBytes: Int,
            stamp: Int64,
            content: String,
            isOutdated: Bool
        ) {
            self.batch = batch
            self.revision = revision
            self.found = found
            self.rawBytes = rawBytes
            self.stamp = stamp
            self.content = content
            self.isOutdated = isOutdated
        }
    }

    private let database: DatabaseQueue
    private let path: String

    /// Opens the index for writing, creates it if it does not exist, and empties it if it cannot be trusted.
    package init(at path: String) throws(ResultIndexFailure) {
        self.path = path
        if let obstacle = databaseObstacle(at: path) { throw .unusable(path: path, reason: obstacle) }
        do {
            var configuration = Configuration.archiveDatabase
            // One transaction spans many calls.
            configuration.allowsUnsafeTransactions = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                // A lost index can be rebuilt, so writes do not wait for the disk.
                try database.execute(sql: "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF")
            }
            if try !database.read(Self.isSound) { try Self.createTables(in: database) }
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    /// Whether this version of the program created the tables.
    static func isCurrent(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA user_version") == ResultIndexSchema.version
    }

    /// Whether this version of the program created the tables, and nothing has changed the file since.
    private static func isSound(_ database: Database) throws -> Bool {
        try isCurrent(database) && IndexSeal.isIntact(database)
    }

    /// Replaces the tables of a new, damaged or other version's file with empty ones.
    private static func createTables(in database: DatabaseQueue) throws {
        try database.erase()
        try database.writeWithoutTransaction { database in
            try database.beginTransaction(.immediate)
            try database.execute(sql: ResultIndexSchema.tables)
            try database.execute(sql: "PRAGMA user_version = \(ResultIndexSchema.version)")
            try IndexSeal.commit(database)
        }
    }

    /// The first number that no batch has used.
    package func nextNumber() throws(ResultIndexFailure) -> Int64 {
        try write { try Int64.fetchOne($0, sql: "SELECT coalesce(max(number), 0) + 1 FROM batches") ?? 1 }
    }

    /// Begins an update of the index.
    ///
    /// No other process can begin one until ``endUpdate(without:)`` is called.
    ///
    /// - Throws: ``ResultIndexFailure/busy(path:)``, without waiting, if another process is updating the index, which
    ///   may take minutes.
    package func beginUpdate() throws(ResultIndexFailure) {
        try write { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? database.execute(sql: "PRAGMA busy_timeout = \(Configuration.lockTimeout * 1_000)") }
            try database.beginTransaction(.immediate)
        }
    }

    /// Inserts a batch, and replaces an earlier entry with its ID.
    ///
    /// ``append(_:)`` adds its rows. Numbers start at ``nextNumber()``.
    package func begin(_ batch: Batch, number: Int64) throws(ResultIndexFailure) {
        try write { database in
            try Self.remove(batch.batch.id, from: database)
            try Self.insert(batch, number: number, into: database)
        }
    }

    /// Updates the entry of a batch whose rows do not change.
    package func revise(_ batch: Batch) throws(ResultIndexFailure) {
        try write { database in
            if let number = try Self.removeEntry(of: batch.batch.id, from: database) {
                try Self.insert(batch, number: number, into: database)
            }
        }
    }

    /// Prepares for about this many new rows.
    ///
    /// If there are more new rows than existing ones, the index on the IDs is dropped and built again at the end, which
    /// is faster.
    package func expect(rows: Int) throws(ResultIndexFailure) {
        try write { database in
            let sql = "SELECT coalesce(sum(succeeded + errored + canceled + expired), 0) FROM batches"
            guard rows > (try Int.fetchOne(database, sql: sql) ?? 0) else { return }
            try database.execute(sql: "DROP INDEX IF EXISTS rows_by_custom_id")
        }
    }

    /// Inserts rows of the batch passed to ``begin(_:number:)``.
    package func append(_ rows: IndexedRows) throws(ResultIndexFailure) {
        try write { try rows.insert(into: $0) }
    }

    /// Commits the batches inserted so far; all their rows must be inserted.
    package func save() throws(ResultIndexFailure) {
        try write { database in
            try IndexSeal.commit(database)
            try database.beginTransaction(.immediate)
        }
    }

    /// Ends the update.
    ///
    /// All its batches are indexed from now on, except those with the given IDs, whose rows are incomplete.
    package func endUpdate(without ids: [String]) throws(ResultIndexFailure) {
        try write { database in
            for id in ids { try Self.remove(id, from: database) }
            try database.execute(sql: ResultIndexSchema.customIDIndex)
            try IndexSeal.commit(database)
        }
    }

    /// Removes batches that the archive no longer contains.
    package func remove(_ ids: [String]) throws(ResultIndexFailure) {
        try write { database in
            for id in ids { try Self.remove(id, from: database) }
        }
    }

    private static func insert(_ entry: Batch, number: Int64, into database: Database) throws {
        let batch = entry.batch
        try database.cachedStatement(sql: "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(
                arguments: [
                    number, batch.id, batch.day.text, batch.createdAt.text, batch.endedAt?.text,
                    entry.found["succeeded"] ?? 0, entry.found["errored"] ?? 0, entry.found["canceled"] ?? 0,
                    entry.found["expired"] ?? 0, entry.rawBytes, entry.revision,
                ]
            )
        try database.cachedStatement(sql: "INSERT INTO filled VALUES (?, ?, ?, ?)")
            .execute(arguments: [number, entry.stamp, entry.content, entry.isOutdated])
    }

    private static func remove(_ id: String, from database: Database) throws {
        guard let number = try removeEntry(of: id, from: database) else { return }
        try database.execute(
            sql: "DELETE FROM stored_rows WHERE place BETWEEN ? AND ?",
            arguments: [number << 32, number << 32 | Int64(UInt32.max)]
        )
    }

    /// Removes the entry of a batch, but not its rows, and returns its number.
    private static func removeEntry(of id: String, from database: Database) throws -> Int64? {
        let deletion = try database.cachedStatement(sql: "DELETE FROM batches WHERE batch_id = ? RETURNING number")
        guard let number = try Int64.fetchOne(deletion, arguments: [id]) else { return nil }
        try database.execute(sql: "DELETE FROM filled WHERE number = ?", arguments: [number])
        return number
    }

    private func write<Result>(_ work: (Database) throws -> Result) throws(ResultIndexFailure) -> Result {
        do {
            return try database.writeWithoutTransaction(work)
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    static func failure(_ error: any Error, path: String) -> ResultIndexFailure {
        let isBusy = (error as? DatabaseError)?.resultCode == .SQLITE_BUSY
        return isBusy ? .busy(path: path) : .unusable(path: path, reason: reason(error))
    }

    static func reason(_ error: any Error) -> String {
        (error as? DatabaseError)?.message ?? "\(error)"
    }
}

/// An error of the result index.
///
/// It contains only facts; commands format the message for the user.
package enum ResultIndexFailure: Error, Sendable, Hashable {
    /// The file cannot be opened, created or written; the reason is SQLite's message.
    case unusable(path: String, reason: String)
    /// The index does not exist or is not up to date, and the folder of the archive cannot be written.
    case notWritable(path: String)
    /// Another command is updating the index.
    case busy(path: String)
    /// The user's SQL is invalid; the reason is SQLite's message.
    case badQuery(String)
    /// A line is not a valid row of the flat table.
    case badRow(batchID: String)
}
