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

    /// Opens an index that is there.
    package init(at path: String) throws(ResultIndexFailure) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw .unusable(path: path, reason: ResultIndex.reason(error))
        }
    }

    /// The names of the columns and the rows of one SELECT, at most `limit` of them.
    package func run(
        _ sql: String,
        limit: Int = .max
    ) throws(ResultIndexFailure) -> (columns: [String], rows: [[IndexValue]]) {
        do {
            return try database.read { database in
                let statement = try database.makeStatement(sql: sql)
                var rows: [[IndexValue]] = []
                let cursor = try Row.fetchCursor(statement)
                while rows.count < limit, let row = try cursor.next() {
                    rows.append(row.databaseValues.map { IndexValue($0) })
                }
                return (statement.columnNames, rows)
            }
        } catch {
            throw .badQuery(ResultIndex.reason(error))
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

    /// Where a request lies in all batches that have its id, oldest first.
    package func places(ofCustomID id: String) throws(ResultIndexFailure) -> [Place] {
        do {
            return try database.read { database in
                let sql = """
                    SELECT batches.batch_id, date, line_number FROM results JOIN batches USING (batch_id)
                    WHERE custom_id = ? ORDER BY created_at, batches.batch_id
                    """
                return try Row.fetchAll(database, sql: sql, arguments: [id])
                    .compactMap { row in
                        CalendarDay(row["date"] as String)
                            .map { Place(batchID: row["batch_id"], day: $0, line: row["line_number"]) }
                    }
            }
        } catch {
            throw .badQuery(ResultIndex.reason(error))
        }
    }

    /// The ids of the batches in the index.
    package func batchIDs() throws(ResultIndexFailure) -> Set<String> {
        do {
            return try database.read { try Set(String.fetchAll($0, sql: "SELECT batch_id FROM batches")) }
        } catch {
            throw .badQuery(ResultIndex.reason(error))
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
