import BatchArchive
import FoundationEssentials
import GRDB
package import MessageBatches

/// A value in a row of a query's result.
package enum IndexValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// Runs SQL over the result index, read-only.
package struct IndexQuery {
    private let database: DatabaseQueue
    private let path: String

    /// Opens an existing index.
    ///
    /// Queries also see the table `runs`, with these rows.
    package init(at path: String, runs: [CatalogRun] = []) throws(ResultIndexFailure) {
        self.path = path
        if let obstacle = databaseObstacle(at: path) { throw .unusable(path: path, reason: obstacle) }
        var configuration = Configuration.archiveDatabase
        configuration.prepareDatabase { database in
            try database.execute(sql: ResultIndexSchema.runTable)
            for run in runs { try database.execute(sql: CatalogRun.insertion, arguments: run.values()) }
            try database.execute(sql: "PRAGMA query_only = 1")
        }
        do {
            database = try DatabaseQueue.reading(path, configuration)
        } catch {
            throw ResultIndex.failure(error, path: path)
        }
    }

    /// Whether this version of the program created the index.
    func isCurrent() throws(ResultIndexFailure) -> Bool {
        try read(ResultIndex.isCurrent)
    }

    /// Whether the index is as it was written.
    ///
    /// Reads the whole file, a million rows in about a tenth of a second, unless ``IndexCheck`` records that this was
    /// done since the last change.
    func isIntact(in folder: ArchiveFolder) throws(ResultIndexFailure) -> Bool {
        let check = IndexCheck(folder: folder)
        return try read { database in
            let status = check.statusOfIndex()
            if check.isRecorded(for: status) { return true }
            guard try IndexSeal.isIntact(database) else { return false }
            if status == check.statusOfIndex() { check.record(status) }
            return true
        }
    }

    /// Runs one SELECT and passes its rows to `body`, at most `limit` of them.
    ///
    /// Rows come in blocks of a thousand with the column names, so memory use does not depend on the result. `body` is
    /// called at least once, even without rows.
    package func run(
        _ sql: String,
        limit: Int = .max,
        _ body: (_ columns: [String], _ rows: [[IndexValue]]) throws -> Void
    ) throws {
        do {
            try database.read { database in
                let statement = try database.makeStatement(sql: sql)
                let columns = statement.columnNames
                var rows: [[IndexValue]] = []
                var (count, isCalled) = (0, false)
                let cursor = try Row.fetchCursor(statement)
                while count < limit, try cursor.next() != nil {
                    rows.append(columns.indices.map { IndexValue(at: $0, of: statement) })
                    count += 1
                    if rows.count == Self.rowsAtOnce {
                        try body(columns, rows)
                        isCalled = true
                        rows.removeAll(keepingCapacity: true)
                    }
                }
                if !isCalled || !rows.isEmpty { try body(columns, rows) }
            }
        } catch let error as DatabaseError where error.resultCode != .SQLITE_BUSY {
            // GRDB's message for several statements is about its own API.
            let hasSeveral = error.message?.hasPrefix("Multiple statements") ?? false
            throw ResultIndexFailure.badQuery(hasSeveral ? "it is more than one statement" : ResultIndex.reason(error))
        } catch let error as DatabaseError {
            throw ResultIndex.failure(error, path: path)
        }
    }

    private static let rowsAtOnce = 1_000

    /// Runs a query of the program itself.
    private func read<Result>(_ work: (Database) throws -> Result) throws(ResultIndexFailure) -> Result {
        do {
            return try database.read(work)
        } catch {
            throw ResultIndex.failure(error, path: path)
        }
    }
}

extension IndexQuery {
    /// A line of a raw file.
    package struct Place: Sendable, Hashable {
        package var batchID: String
        package var day: CalendarDay
        /// The line number, from 1.
        package var line: Int
    }

    /// The places of the requests with an ID in all batches, in no particular order.
    package func places(ofCustomID id: String) throws(ResultIndexFailure) -> [Place] {
        try read { database in
            let sql = """
                SELECT batch_id, date, place & 4294967295 AS line_number
                FROM stored_rows JOIN batches ON number = place >> 32 WHERE custom_id = ifnull(CAST(? AS TEXT), '')
                """
            // As bytes, because GRDB ends a text at the first U+0000, and no bytes at all become NULL.
            return try Row.fetchAll(database, sql: sql, arguments: [Data(id.utf8)])
                .compactMap { row in
                    let reader = RowReader(row: row)
                    let (id, line) = (try reader.text("batch_id"), try reader.number("line_number"))
                    return CalendarDay(try reader.text("date")).map { Place(batchID: id, day: $0, line: line) }
                }
        }
    }

    /// The stamps of the indexed manifests, as they were when their rows were inserted.
    package func stamps() throws(ResultIndexFailure) -> Set<Int64> {
        try read { try Set(Int64.fetchAll($0, sql: "SELECT stamp FROM filled")) }
    }

    /// The number of indexed batches whose rows an older version of the program made, and which lack costs.
    package func outdatedBatches() throws(ResultIndexFailure) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM filled WHERE is_outdated") ?? 0 }
    }

    /// What the index contains of a batch.
    package struct Content: Hashable {
        /// The identity of the flat rows; see ``Manifest/flatContent``.
        var rows: String
        var revision: Int
        var isOutdated: Bool
    }

    /// The IDs of the indexed batches, each with its content.
    package func contents() throws(ResultIndexFailure) -> [String: Content] {
        try read { database in
            let sql = "SELECT batch_id, content, revision, is_outdated FROM filled JOIN batches USING (number)"
            var contents: [String: Content] = [:]
            for row in try Row.fetchAll(database, sql: sql) {
                let reader = RowReader(row: row)
                contents[try reader.text("batch_id")] = Content(
                    rows: try reader.text("content"),
                    revision: try reader.number("revision"),
                    isOutdated: try reader.number("is_outdated") != 0
                )
            }
            return contents
        }
    }
}
