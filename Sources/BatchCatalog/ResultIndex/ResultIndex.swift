import BatchPipeline
import GRDB
package import MessageBatches
import Synchronization

/// The flat rows of an archive in a SQLite file of their own, for SQL and for finding a request at once.
///
/// Nothing in it is its own: it can be removed at any time and is made anew from the flat files. A batch stands in it whole or not at
/// all, also after the program was killed.
package final class ResultIndex: Sendable {
    /// A batch as the index lists it.
    package struct Batch: Sendable {
        package var batch: MessageBatch
        package var revision: Int
        /// Result lines by type.
        package var found: [String: Int]
        package var rawBytes: Int
        /// Tells the manifest from one that was written anew.
        package var stamp: Int64
        /// Tells the flat rows from others.
        package var content: String

        package init(
            batch: MessageBatch,
            revision: Int,
            found: [String: Int],
            rawBytes: Int,
            stamp: Int64,
            content: String
        ) {
            self.batch = batch
            self.revision = revision
            self.found = found
            self.rawBytes = rawBytes
            self.stamp = stamp
            self.content = content
        }
    }

    /// The kinds of rows, for ``IndexedRows``.
    package let kinds: RowKinds
    private let database: DatabaseQueue
    private let path: String
    private let filling = Mutex(Filling())
    /// Seconds to wait for readers.
    private static let patience = 10

    /// What is known of the rows put in.
    private struct Filling {
        /// The ids since the last save.
        var ids = RowIDSegment()
        /// The last place; nil before the first.
        var last: Int64?
    }

    /// Opens the index for writing, making it if need be.
    package init(at path: String) throws(ResultIndexFailure) {
        self.path = path
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(Double(Self.patience))
            // A filling spans many calls.
            configuration.allowsUnsafeTransactions = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            if try database.read({ try Int.fetchOne($0, sql: "PRAGMA user_version") }) != ResultIndexSchema.version {
                try Self.make(in: database)
            }
            kinds = RowKinds(
                try database.writeWithoutTransaction { database in
                    // Losing the index costs a filling, so nothing waits for the disk.
                    try database.execute(sql: "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF")
                    return try RowKind.all(in: database)
                }
            )
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    /// Puts empty tables in the place of what another version left.
    private static func make(in database: DatabaseQueue) throws {
        try database.erase()
        try database.write { database in
            try database.execute(sql: ResultIndexSchema.tables)
            try database.execute(sql: "PRAGMA user_version = \(ResultIndexSchema.version)")
        }
    }

    /// The first number that no batch has had.
    package func nextNumber() throws(ResultIndexFailure) -> Int64 {
        try write { try Int64.fetchOne($0, sql: "SELECT coalesce(max(number), 0) + 1 FROM batches") ?? 1 }
    }

    /// Begins a filling, which no other can while it lasts; end with ``endFilling(without:)``.
    ///
    /// - Throws: ``ResultIndexFailure/busy(path:)`` at once while another one lasts: it may take minutes.
    package func beginFilling() throws(ResultIndexFailure) {
        try write { database in
            try database.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? database.execute(sql: "PRAGMA busy_timeout = \(Self.patience * 1_000)") }
            try database.beginTransaction(.immediate)
            filling.withLock { $0 = Filling() }
        }
    }

    /// Puts a batch in, in the place of what the index had of it; its rows follow.
    ///
    /// Numbers are given from ``nextNumber()`` on.
    package func begin(_ batch: Batch, number: Int64) throws(ResultIndexFailure) {
        try write { database in
            try Self.remove(batch.batch.id, from: database)
            try Self.insert(batch, number: number, into: database)
        }
    }

    /// Enters what is new of a batch whose rows are in the index and stay as they are.
    package func revise(_ batch: Batch) throws(ResultIndexFailure) {
        try write { database in
            if let number = try Self.removeEntry(of: batch.batch.id, from: database) {
                try Self.insert(batch, number: number, into: database)
            }
        }
    }

    /// Puts in rows of the batch that was begun.
    package func append(_ rows: IndexedRows) throws(ResultIndexFailure) {
        try write { database in
            var insertion = try RowInsertion(database)
            try filling.withLock { filling in
                try insertion.insert(rows, behind: &filling.last)
                filling.ids.append(rows.ids)
            }
        }
    }

    /// Writes the batches put in until now, all of whose rows are there.
    package func save() throws(ResultIndexFailure) {
        try write { database in
            try writeWhatIsKept(into: database)
            try database.commit()
            try database.beginTransaction(.immediate)
        }
    }

    /// Ends the filling: from now on all its batches are in the index, but for those named, whose rows are not all there.
    package func endFilling(without ids: [String]) throws(ResultIndexFailure) {
        try write { database in
            for id in ids { try Self.remove(id, from: database) }
            try writeWhatIsKept(into: database)
            try RowIDSegment.mergeSmall(in: database)
            try database.commit()
        }
    }

    /// Writes what came up with the rows and is written once for many of them.
    private func writeWhatIsKept(into database: Database) throws {
        try RowKind.insert(kinds.takeNew(), into: database)
        try filling.withLock { try $0.ids.flush(into: database) }
    }

    /// Takes batches out that the archive no longer has.
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
        try database.cachedStatement(sql: "INSERT INTO filled VALUES (?, ?, ?)")
            .execute(arguments: [number, entry.stamp, entry.content])
    }

    private static func remove(_ id: String, from database: Database) throws {
        guard let number = try removeEntry(of: id, from: database) else { return }
        try database.execute(
            sql: "DELETE FROM stored_rows WHERE place BETWEEN ? AND ?",
            arguments: [number << 32, number << 32 | Int64(UInt32.max)]
        )
    }

    /// Takes a batch out and leaves its rows; returns the number they have.
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
