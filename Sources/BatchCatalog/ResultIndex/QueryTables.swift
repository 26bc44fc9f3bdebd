import GRDB
package import MessageBatches

/// What a query sees beside the rows of the index: costs by the prices asked for, these prices, and the runs.
package struct QueryTables: Sendable {
    /// What of a row decides its cost.
    package struct PricedRow: Sendable {
        package var usage = TokenUsage()
        package var model = ""
        package var geo = ""
        package var day: CalendarDay
        package var isSucceeded = false
    }

    /// A row of the price table, in US dollars per million tokens.
    package struct Price: Sendable {
        package var model: String
        package var validFrom: String?
        package var validTo: String?
        package var promptMinimum: Int?
        package var promptMaximum: Int?
        /// In the order of `UsageField.priced`; nil without a price.
        package var amounts: [Double?]

        package init(model: String, amounts: [Double?]) {
            self.model = model
            self.amounts = amounts
        }
    }

    private let prices: [Price]
    private let runs: [CatalogRun]
    private let cost: @Sendable (PricedRow) -> Int64?

    /// `cost` gives pico-dollars, or nil where there is no price.
    package init(prices: [Price], runs: [CatalogRun], cost: @escaping @Sendable (PricedRow) -> Int64?) {
        self.prices = prices
        self.runs = runs
        self.cost = cost
    }

    /// Makes the tables in a connection, which afterwards can write nothing any more.
    func make(in database: Database) throws {
        database.add(function: try costFunction(in: database))
        try database.execute(sql: ResultIndexSchema.queryTables)
        for price in prices { try Self.insert(price, into: database) }
        for run in runs { try database.execute(sql: CatalogRun.insertion, arguments: run.values()) }
        try database.execute(sql: "PRAGMA query_only = 1")
    }

    private static func insert(_ price: Price, into database: Database) throws {
        let marks = Array(repeating: "?", count: 5 + price.amounts.count).joined(separator: ", ")
        let row: StatementArguments = [
            price.model, price.validFrom, price.validTo, price.promptMinimum, price.promptMaximum,
        ]
        try database.execute(
            sql: "INSERT INTO prices VALUES (\(marks))",
            arguments: row + StatementArguments(price.amounts)
        )
    }

    /// The cost of a row from the number of its batch, its kind and its tokens.
    private func costFunction(in database: Database) throws -> DatabaseFunction {
        let kinds = Dictionary(uniqueKeysWithValues: try RowKind.all(in: database).map { ($0, Kind($1)) })
        let dates = try Row.fetchAll(database, sql: "SELECT number, date FROM batches")
        let days = Dictionary(
            uniqueKeysWithValues: dates.map { ($0["number"] as Int64, CalendarDay($0["date"] as String)) }
        )
        return DatabaseFunction(ResultIndexSchema.costFunction, argumentCount: 2 + UsageField.billed.count, pure: true)
        { [cost] values in
            func number(_ index: Int) -> Int64 { Int64.fromDatabaseValue(values[index]) ?? 0 }
            guard let day = days[number(0)] ?? nil, let kind = kinds[number(1)] else { return nil }
            var row = PricedRow(model: kind.model, geo: kind.geo, day: day, isSucceeded: kind.isSucceeded)
            for (index, field) in UsageField.billed.enumerated() { row.usage[field] = number(2 + index) }
            return cost(row)
        }
    }

    /// What a kind adds to the cost.
    private struct Kind {
        let model: String
        let geo: String
        let isSucceeded: Bool

        init(_ kind: RowKind) {
            model = kind.text("model") ?? ""
            geo = kind.text("inference_geo") ?? ""
            isSucceeded = kind.text("result_type") == "succeeded"
        }
    }
}
