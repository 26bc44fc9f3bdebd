package import BatchAnalytics
import GRDB
import MessageBatches
import Prices

/// Additional tables for queries: costs by the requested prices, the prices, and the runs.
package struct QueryTables: Sendable {
    private let pricer: Pricer
    private let runs: [CatalogRun]

    package init(pricer: Pricer, runs: [CatalogRun]) {
        self.pricer = pricer
        self.runs = runs
    }

    /// Creates the tables in a connection, and makes the connection read-only.
    func create(in database: Database) throws {
        database.add(function: try costFunction(in: database))
        try database.execute(sql: ResultIndexSchema.queryTables)
        for price in pricer.table.rows { try Self.insert(price, into: database) }
        for run in runs { try database.execute(sql: CatalogRun.insertion, arguments: run.values()) }
        try database.execute(sql: "PRAGMA query_only = 1")
    }

    /// Inserts a row of the price table under each name of its model.
    private static func insert(_ row: PriceRow, into database: Database) throws {
        // Prices are stored in pico-dollars per token, and shown in dollars per million tokens.
        let amounts = UsageField.priced.map { row.prices[$0].map { Double($0) / 1e6 } }
        let marks = Array(repeating: "?", count: 5 + amounts.count).joined(separator: ", ")
        for name in [row.model] + row.aliases {
            let cells: StatementArguments = [
                name, row.validFrom?.text, row.validTo?.text, row.promptMinimum, row.promptMaximum,
            ]
            try database.execute(
                sql: "INSERT INTO prices VALUES (\(marks))",
                arguments: cells + StatementArguments(amounts)
            )
        }
    }

    /// Returns the SQL function that computes the cost of a row.
    ///
    /// Its arguments are the number of the batch and ``ResultIndexSchema/costColumns``. The result is null if there is
    /// no price.
    private func costFunction(in database: Database) throws -> DatabaseFunction {
        var days: [Int64: CalendarDay] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT number, date FROM batches") {
            let reader = RowReader(row: row)
            days[Int64(try reader.number("number"))] = CalendarDay(try reader.text("date"))
        }
        let count = 1 + ResultIndexSchema.costColumns.count
        return DatabaseFunction(ResultIndexSchema.costFunction, argumentCount: count, pure: true) {
            [pricer, days] values in
            func number(_ index: Int) -> Int64 { Int64.fromDatabaseValue(values[index]) ?? 0 }
            func text(_ index: Int) -> String { String.fromDatabaseValue(values[index]) ?? "" }
            guard let day = days[number(0)] else { return nil }
            guard text(1) == "succeeded" else { return 0 }
            var usage = TokenUsage()
            for (index, field) in UsageField.billed.enumerated() { usage[field] = number(4 + index) }
            let cost = pricer.cost(of: usage, model: text(2), geo: text(3), day: day)
            return cost.pricedRequests > 0 ? Int64(exactly: cost.batch.picoDollars) : nil
        }
    }
}
