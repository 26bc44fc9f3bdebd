import GRDB

/// Inserts rows, many with each step.
///
/// Rows mostly come one behind the other. SQLite then numbers them itself, as it would look for the place of a given number from the
/// root of the table: that took a seventh of its time.
struct RowInsertion {
    /// For any row.
    private var single: RowStatement
    /// For rows that follow the last one, the longest first.
    private var series: [RowStatement]
    private let database: Database

    private static let singleSQL = ResultIndexSchema.rowInsertion(count: 1, isNumbered: false)
    private static let seriesSQL = [32, 8, 1]
        .map { (count: $0, sql: ResultIndexSchema.rowInsertion(count: $0, isNumbered: true)) }

    init(_ database: Database) throws {
        self.database = database
        single = RowStatement(try database.cachedStatement(sql: Self.singleSQL), rows: 1, isNumbered: false)
        series = try Self.seriesSQL.map { count, sql in
            RowStatement(try database.cachedStatement(sql: sql), rows: count, isNumbered: true)
        }
    }

    /// Inserts rows of a batch; `last` is the last place in the table if it is known.
    mutating func insert(_ rows: IndexedRows, behind last: inout Int64?) throws {
        defer { clear() }
        var row = 0
        while row < rows.count { row += try insertSome(of: rows, from: row, behind: &last) }
    }

    /// Inserts as many rows as go with one step; returns how many.
    private mutating func insertSome(of rows: IndexedRows, from row: Int, behind last: inout Int64?) throws -> Int {
        let run = last.map { rows.run(from: row, behind: $0, upTo: series[0].rows) } ?? 0
        guard let end = last, let index = series.firstIndex(where: { $0.rows <= run }) else {
            try single.insert(rows, from: row)
            last = max(last ?? 0, rows.place(of: row))
            return 1
        }
        try series[index].insert(rows, from: row)
        let count = series[index].rows
        last = end + Int64(count)
        guard database.lastInsertedRowID == last else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row is not where it should be")
        }
        return count
    }

    private func clear() {
        single.clear()
        for statement in series { statement.clear() }
    }
}
