import GRDB
package import MessageBatches

/// A value of a row that SQL gave.
package enum IndexValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// Runs a user's SQL over the result index; nothing can be written through it.
package struct IndexQuery {
    private let database: DatabaseQueue
    private let path: String

    /// Opens an index that is there; with tables also for what they hold beside the index.
    package init(at path: String, tables: QueryTables? = nil) throws(ResultIndexFailure) {
        self.path = path
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in try tables?.make(in: database) }
        do {
            database = try DatabaseQueue.reading(path, configuration)
        } catch {
            throw ResultIndex.failure(error, path: path)
        }
    }

    /// Whether this version of the program made the tables; others cannot be asked.
    package func isCurrent() throws(ResultIndexFailure) -> Bool {
        try read { try Int.fetchOne($0, sql: "PRAGMA user_version") == ResultIndexSchema.version }
    }

    /// The rows of one SELECT, at most `limit` of them.
    ///
    /// They come a thousand at a time with the names of their columns, so that memory does not grow with the answer; once at least,
    /// also without a row.
    package func run(
        _ sql: String,
        limit: Int = .max,
        _ take: (_ columns: [String], _ rows: [[IndexValue]]) throws -> Void
    ) throws {
        do {
            try database.read { database in
                let statement = try database.makeStatement(sql: sql)
                let columns = statement.columnNames
                var rows: [[IndexValue]] = []
                var (count, isTaken) = (0, false)
                let cursor = try Row.fetchCursor(statement)
                while count < limit, let row = try cursor.next() {
                    rows.append(row.databaseValues.map { IndexValue($0) })
                    count += 1
                    if rows.count == Self.rowsAtOnce {
                        try take(columns, rows)
                        isTaken = true
                        rows.removeAll(keepingCapacity: true)
                    }
                }
                if !isTaken || !rows.isEmpty { try take(columns, rows) }
            }
        } catch let error as DatabaseError where error.resultCode != .SQLITE_BUSY {
            // GRDB says how its own interface would have it.
            let hasSeveral = error.message?.hasPrefix("Multiple statements") ?? false
            throw ResultIndexFailure.badQuery(hasSeveral ? "it is more than one statement" : ResultIndex.reason(error))
        } catch let error as DatabaseError {
            throw ResultIndex.failure(error, path: path)
        }
    }

    private static let rowsAtOnce = 1_000

    /// Asks what the program itself wants to know.
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
        /// From 1.
        package var line: Int
    }

    /// Where a request is in all batches that have its ID, in no particular order.
    package func places(ofCustomID id: String) throws(ResultIndexFailure) -> [Place] {
        try read { database in
            let sql = """
                SELECT batch_id, date, place & 4294967295 AS line_number
                FROM stored_rows JOIN batches ON number = place >> 32 WHERE custom_id = ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [id])
                .compactMap { row in
                    CalendarDay(row["date"] as String)
                        .map { Place(batchID: row["batch_id"], day: $0, line: row["line_number"]) }
                }
        }
    }

    /// The stamps of the manifests whose batches are in the index, as they were when it was filled.
    package func stamps() throws(ResultIndexFailure) -> Set<Int64> {
        try read { try Set(Int64.fetchCursor($0, sql: "SELECT stamp FROM filled")) }
    }

    /// The ids of the batches in the index, each with what its flat rows are known by.
    package func contents() throws(ResultIndexFailure) -> [String: String] {
        try read { database in
            let sql = "SELECT batch_id, content FROM filled JOIN batches USING (number)"
            return Dictionary(uniqueKeysWithValues: try Row.fetchAll(database, sql: sql).map { ($0[0], $0[1]) })
        }
    }
}

extension IndexValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .text("\(data.count) bytes")
        }
    }
}
