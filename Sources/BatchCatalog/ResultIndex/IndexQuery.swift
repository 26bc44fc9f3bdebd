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
    /// With `tables`, queries also see prices, costs and runs.
    package init(at path: String, tables: QueryTables? = nil) throws(ResultIndexFailure) {
        self.path = path
        if let obstacle = databaseObstacle(at: path) { throw .unusable(path: path, reason: obstacle) }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in try tables?.create(in: database) }
        do {
            database = try DatabaseQueue.reading(path, configuration)
        } catch {
            throw ResultIndex.failure(error, path: path)
        }
    }

    /// Whether this version of the program created the tables; other versions cannot be queried.
    package func isCurrent() throws(ResultIndexFailure) -> Bool {
        try read { try Int.fetchOne($0, sql: "PRAGMA user_version") == ResultIndexSchema.version }
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
                while count < limit, let row = try cursor.next() {
                    rows.append(row.databaseValues.map { IndexValue($0) })
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
                FROM stored_rows JOIN batches ON number = place >> 32 WHERE custom_id = ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [id])
                .compactMap { row in
                    CalendarDay(row["date"] as String)
                        .map { Place(batchID: row["batch_id"], day: $0, line: row["line_number"]) }
                }
        }
    }

    /// The stamps of the indexed manifests, as they were when their rows were inserted.
    package func stamps() throws(ResultIndexFailure) -> Set<Int64> {
        try read { try Set(Int64.fetchCursor($0, sql: "SELECT stamp FROM filled")) }
    }

    /// The IDs of the indexed batches, each with the identity of its flat rows.
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
