import BatchAnalytics
import BatchCatalog
import MessageBatches
import Prices

extension QueryTables {
    /// The tables of a query with the prices asked for and the runs of the archive.
    init(prices: PriceSource, runs: [CatalogRun]) throws(TierEdgesError) {
        let pricer = try prices.pricer(isScan: true)
        self.init(prices: prices.table.rows.flatMap(\.listed), runs: runs) { row in
            guard row.isSucceeded else { return 0 }
            let cost = pricer.cost(of: row.usage, model: row.model, geo: row.geo, day: row.day)
            return cost.pricedRequests > 0 ? Int64(exactly: cost.batch.picoDollars) : nil
        }
    }
}

extension PriceRow {
    /// The row under each name of its model.
    fileprivate var listed: [QueryTables.Price] {
        // Pico-dollars a token are millionths of dollars per million tokens.
        func dollars(_ picoDollars: Int64) -> Double { Double(picoDollars) / 1e6 }
        return ([model] + aliases)
            .map { name in
                var price = QueryTables.Price(
                    model: name,
                    input: dollars(prices.input),
                    output: dollars(prices.output)
                )
                (price.validFrom, price.validTo) = (validFrom?.text, validTo?.text)
                (price.promptMinimum, price.promptMaximum) = (promptMinimum, promptMaximum)
                price.cacheWrite5m = prices.cacheCreation5m.map(dollars)
                price.cacheWrite1h = prices.cacheCreation1h.map(dollars)
                price.cacheRead = prices.cacheRead.map(dollars)
                return price
            }
    }
}
