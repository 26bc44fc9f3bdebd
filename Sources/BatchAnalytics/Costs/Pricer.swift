package import MessageBatches
package import Prices

/// Adds up what requests cost, with the price rule (`UsagePrice`) of one table.
///
/// Only succeeded requests have a cost. Errored, canceled and expired requests are not billed (API documentation, batch
/// processing).
package struct Pricer: Sendable {
    package let table: PriceTable

    /// Creates a pricer for single requests; any table works.
    package init(table: PriceTable) {
        self.table = table
    }

    /// Creates a pricer for summaries, which know the size of a prompt only as ``PromptSize``.
    ///
    /// - Throws: ``TierEdgesError`` if the table has prices that change at another prompt size.
    package init(forSummaries table: PriceTable) throws(TierEdgesError) {
        let edges = table.tierEdges.filter { !PromptSize.edges.contains($0) }
        guard edges.isEmpty else { throw TierEdgesError(edges: edges) }
        self.table = table
    }

    /// The cost of one succeeded request.
    package func cost(of usage: TokenUsage, model: String, geo: String, day: CalendarDay) -> Cost {
        Cost(table.price(of: usage, model: model, geo: geo, day: day), requests: 1, model: Label(model))
    }

    /// The cost of the requests of a cell, which all belong to one day.
    package func cost(of cell: UsageCell, key: UsageKey, day: CalendarDay) -> Cost {
        let readable = max(0, cell.requests - cell.unreadable)
        let price = table.price(
            of: cell.usage,
            model: key.model.text,
            geo: key.geo.text,
            day: day,
            promptTokens: key.promptSize.smallestPrompt
        )
        var cost = Cost(price, requests: readable, model: key.model)
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
}

/// The price table has prices that change at a prompt size that summaries do not distinguish.
package struct TierEdgesError: Error, Sendable, Hashable {
    /// The prompt sizes, in tokens, above which prices change.
    package var edges: [Int]

    package init(edges: [Int]) {
        self.edges = edges
    }
}

extension Cost {
    /// The price of one or more succeeded requests together.
    fileprivate init(_ price: UsagePrice, requests: Int, model: Label) {
        self.init()
        guard requests > 0 else { return }
        switch price {
        case .unpriced: addUnpriced(requests, model: model)
        case .priced(let amounts):
            (batch, list, savedByCache) = (amounts.batch, amounts.list, amounts.savedByCache)
            pricedRequests = requests
            assumedRequests = amounts.isAssumed ? requests : 0
        }
    }
}
