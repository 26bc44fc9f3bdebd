package import MessageBatches
package import Prices

/// Computes what requests cost.
///
/// Only succeeded requests cost; errored, canceled and expired ones are not billed (API documentation, batch
/// processing).
package struct Pricer: Sendable {
    /// A web search in pico-dollars: 10 dollars per thousand.
    ///
    /// The batch discount is stated for tokens only.
    package static let webSearchPrice: Int128 = 10_000_000_000

    package let table: PriceTable

    /// For pricing request by request; any table will do.
    package init(table: PriceTable) {
        self.table = table
    }

    /// For pricing from summaries, which know the size of a prompt only as ``PromptSize``.
    ///
    /// - Throws: ``TierEdgesError`` where the table has prices that change at another size.
    package init(forSummaries table: PriceTable) throws(TierEdgesError) {
        let edges = table.tierEdges.filter { !PromptSize.edges.contains($0) }
        guard edges.isEmpty else { throw TierEdgesError(edges: edges) }
        self.table = table
    }

    /// The cost of one succeeded request.
    package func cost(of usage: TokenUsage, model: String, geo: String, day: CalendarDay) -> Cost {
        let promptTokens = Int(clamping: usage.prompt)
        let match = table.match(model: model, day: day, promptTokens: promptTokens)
        return cost(of: usage, requests: 1, match: match, geo: geo, model: Label(model))
    }

    /// The cost of the requests of a cell, all of one day.
    package func cost(of cell: UsageCell, key: UsageKey, day: CalendarDay) -> Cost {
        let match = table.match(model: key.model.text, day: day, promptTokens: key.promptSize.smallestPrompt)
        let readable = max(0, cell.requests - cell.unreadable)
        var cost = cost(of: cell.usage, requests: readable, match: match, geo: key.geo.text, model: key.model)
        cost.addUnpriced(min(cell.unreadable, cell.requests), model: key.model)
        return cost
    }

    /// The cost of all succeeded requests of a batch created on a day.
    package func cost(of tokens: TokenSummary, day: CalendarDay) -> Cost {
        var total = Cost()
        for row in tokens.cells.rows { total.merge(cost(of: row.value, key: row.key, day: day)) }
        total.addUnpriced(tokens.cells.other.requests, model: nil)
        return total
    }

    private func cost(of usage: TokenUsage, requests: Int, match: PriceMatch?, geo: String, model: Label) -> Cost {
        var cost = Cost()
        guard requests > 0 else { return cost }
        guard let match, !usage.isClamped, let sums = Sums(usage, prices: match.row.prices(geo: geo)) else {
            cost.addUnpriced(requests, model: model)
            return cost
        }
        let searches = Int128(usage.webSearches) * Self.webSearchPrice
        // Every price is even, so half of a sum is exact.
        cost.batch = Money(picoDollars: sums.total / 2 + searches)
        cost.list = Money(picoDollars: sums.total + searches)
        cost.savedByCache = Money(picoDollars: (sums.cachedAsInput - sums.cached) / 2)
        cost.pricedRequests = requests
        cost.assumedRequests = match.isAssumed ? requests : 0
        return cost
    }
}

/// A price table has prices that change at a prompt size which summaries do not tell apart.
package struct TierEdgesError: Error, Sendable, Hashable {
    /// The largest prompts, in tokens, behind which prices change.
    package var edges: [Int]

    package init(edges: [Int]) {
        self.edges = edges
    }
}

/// Tokens times list prices, in pico-dollars.
private struct Sums {
    var total: Int128
    /// The part of the total for tokens written to and read from the cache.
    var cached: Int128
    /// What these would be as plain input.
    var cachedAsInput: Int128

    /// Nil where a class has tokens and no price.
    init?(_ usage: TokenUsage, prices: TokenPrices) {
        let classes = [
            (usage.cacheCreation5m, prices.cacheCreation5m), (usage.cacheCreation1h, prices.cacheCreation1h),
            (usage.cacheRead, prices.cacheRead),
        ]
        (cached, cachedAsInput) = (0, 0)
        for (tokens, price) in classes where tokens > 0 {
            guard let price else { return nil }
            cached += Int128(tokens) * Int128(price)
            cachedAsInput += Int128(tokens) * Int128(prices.input)
        }
        total = cached + Int128(usage.input) * Int128(prices.input) + Int128(usage.output) * Int128(prices.output)
    }
}
