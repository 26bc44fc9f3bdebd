import BatchPipeline
import GRDB
package import MessageBatches

/// The flat rows of an archive in a SQLite file of their own, for SQL and for finding a request at once.
///
/// Nothing in it is its own: it can be removed at any time and is made anew from the flat files. It is filled batch by batch;
/// a batch stands in it with the revision of its manifest, whole or not at all.
package final class ResultIndex: Sendable {
    /// A batch as the index lists it.
    package struct Batch: Sendable {
        package var batch: MessageBatch
        package var revision: Int
        /// Result lines by type.
        package var found: [String: Int]
        package var rawBytes: Int

        package init(batch: MessageBatch, revision: Int, found: [String: Int], rawBytes: Int) {
            self.batch = batch
            self.revision = revision
            self.found = found
            self.rawBytes = rawBytes
        }
    }

    /// Raised whenever the tables change; an index of another version is emptied and filled again.
    private static let version = FlatSchema.version * 100 + 1

    private let database: DatabaseQueue
    private let path: String

    /// Opens the index for writing, making it if need be.
    package init(at path: String) throws(ResultIndexFailure) {
        self.path = path
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            // A batch's transaction stays open from its first rows to its last.
            configuration.allowsUnsafeTransactions = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                // Losing the index costs a filling, so nothing waits for the disk.
                try database.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
                guard try Int.fetchOne(database, sql: "PRAGMA user_version") != Self.version else { return }
                try database.execute(sql: ResultIndexSchema.removal)
                try database.execute(sql: ResultIndexSchema.tables)
                try database.execute(sql: "PRAGMA user_version = \(Self.version)")
            }
        } catch {
            throw .unusable(path: path, reason: Self.reason(error))
        }
    }

    /// The batches in the index by id, with the revisions of their manifests.
    package func revisions() throws(ResultIndexFailure) -> [String: Int] {
        try write { database in
            let rows = try Row.fetchAll(database, sql: "SELECT batch_id, revision FROM batches")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["batch_id"], $0["revision"]) })
        }
    }

    /// Begins to put a batch in, in the place of what the index had of it.
    package func begin(_ batch: Batch) throws(ResultIndexFailure) {
        try write { database in
            try database.beginTransaction()
            try Self.remove(batch.batch.id, from: database)
            try Self.insert(batch, into: database)
        }
    }

    /// Puts in rows of the batch that was begun.
    package func append(_ rows: IndexedRows) throws(ResultIndexFailure) {
        try write { database in
            let statement = try database.cachedStatement(sql: ResultIndexSchema.rowInsertion)
            for row in rows.rows {
                statement.setUncheckedArguments(StatementArguments(row))
                try statement.execute()
            }
        }
    }

    /// Ends the batch that was begun: from now on it is in the index.
    package func commit() throws(ResultIndexFailure) {
        try write { try $0.commit() }
    }

    /// Gives up the batch that was begun.
    package func rollBack() throws(ResultIndexFailure) {
        try write { try $0.rollback() }
    }

    /// Takes batches out that the archive no longer has.
    package func remove(_ ids: [String]) throws(ResultIndexFailure) {
        try write { database in
            try database.inTransaction {
                for id in ids { try Self.remove(id, from: database) }
                return .commit
            }
        }
    }

    private static func insert(_ entry: Batch, into database: Database) throws {
        let batch = entry.batch
        try database.execute(
            sql: "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                batch.id, batch.day.text, batch.createdAt.text, batch.endedAt?.text, entry.found["succeeded"] ?? 0,
                entry.found["errored"] ?? 0, entry.found["canceled"] ?? 0, entry.found["expired"] ?? 0, entry.rawBytes,
                entry.revision,
            ]
        )
    }

    private static func remove(_ id: String, from database: Database) throws {
        guard try Bool.fetchOne(database, sql: "SELECT 1 FROM batches WHERE batch_id = ?", arguments: [id]) != nil
        else {
            return
        }
        try database.execute(sql: "DELETE FROM results WHERE batch_id = ?", arguments: [id])
        try database.execute(sql: "DELETE FROM batches WHERE batch_id = ?", arguments: [id])
    }

    private func write<Result>(_ work: (Database) throws -> Result) throws(ResultIndexFailure) -> Result {
        do {
            return try database.writeWithoutTransaction(work)
        } catch {
            throw .unusable(path: path, reason: Self.reason(error))
        }
    }

    static func reason(_ error: any Error) -> String {
        (error as? DatabaseError)?.message ?? "\(error)"
    }
}

extension ResultIndex {
    /// Replaces the prices that SQL sees.
    package func setPrices(_ rows: [PriceEntry]) throws(ResultIndexFailure) {
        try write { database in
            try database.inTransaction {
                try database.execute(sql: "DELETE FROM prices")
                for row in rows {
                    try database.execute(
                        sql: "INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        arguments: [
                            row.model, row.validFrom, row.validTo, row.promptMinimum, row.promptMaximum, row.input,
                            row.cacheWrite5m, row.cacheWrite1h, row.cacheRead, row.output,
                        ]
                    )
                }
                return .commit
            }
        }
    }

    /// A row of the price table, in US dollars per million tokens.
    package struct PriceEntry: Sendable {
        package var model: String
        package var validFrom: String?
        package var validTo: String?
        package var promptMinimum: Int?
        package var promptMaximum: Int?
        package var input: Double
        package var cacheWrite5m: Double?
        package var cacheWrite1h: Double?
        package var cacheRead: Double?
        package var output: Double

        package init(
            model: String,
            validFrom: String?,
            validTo: String?,
            promptMinimum: Int?,
            promptMaximum: Int?,
            input: Double,
            output: Double
        ) {
            self.model = model
            self.validFrom = validFrom
            self.validTo = validTo
            self.promptMinimum = promptMinimum
            self.promptMaximum = promptMaximum
            self.input = input
            self.output = output
        }
    }
}
