package import MessageBatches

/// What some requests cost, and what they would have cost otherwise.
package struct Cost: Sendable, Equatable {
    /// The price in a batch: half of every token class, web searches at full price.
    package var batch = Money.zero
    /// The price of the same requests outside a batch.
    package var list = Money.zero
    /// What the same tokens would have cost more as plain input in the batch, writes to the cache included; negative
    /// where more was written than paid off.
    package var savedByCache = Money.zero
    /// Requests the amounts are for.
    package var pricedRequests = 0
    /// Of these, requests of a day that no row of the price table includes, priced with the nearest row.
    package var assumedRequests = 0
    /// Succeeded requests without a price, by model; the amounts say nothing about them.
    package var unpriced = BoundedTable<Label, Tally>(capacity: 64)

    package init() {}

    /// What the batch discount saved.
    package var savedByBatch: Money {
        list - batch
    }

    /// All succeeded requests without a price.
    package var unpricedRequests: Int {
        unpriced.rows.reduce(unpriced.other.count) { $0.addingClamped($1.value.count) }
    }

    /// Whether there are requests and none of them has a price.
    package var isUnknown: Bool {
        pricedRequests == 0 && unpricedRequests > 0
    }

    /// One succeeded request that has no price.
    static func unpriced(model: String) -> Cost {
        var cost = Cost()
        cost.addUnpriced(1, model: Label(model))
        return cost
    }

    /// Counts succeeded requests that have no price.
    mutating func addUnpriced(_ requests: Int, model: Label?) {
        guard requests > 0 else { return }
        if let model {
            unpriced.add(Tally(count: requests), to: model)
        } else {
            unpriced.addToOther(Tally(count: requests))
        }
    }
}

extension Cost: Mergeable {
    package mutating func merge(_ other: Cost) {
        batch += other.batch
        list += other.list
        savedByCache += other.savedByCache
        pricedRequests = pricedRequests.addingClamped(other.pricedRequests)
        assumedRequests = assumedRequests.addingClamped(other.assumedRequests)
        unpriced.merge(other.unpriced)
    }
}
