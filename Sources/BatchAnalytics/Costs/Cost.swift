package import MessageBatches

/// The cost of some requests, and what they would have cost without the batch discount or the cache.
package struct Cost: Sendable, Equatable {
    /// The price in a batch: half the list price for tokens, the full price for web searches.
    package var batch = Money.zero
    /// The price of the same requests outside a batch.
    package var list = Money.zero
    /// How much more the same tokens would have cost as uncached input in the batch.
    ///
    /// Includes the price of cache writes; negative if the writes cost more than the reads saved.
    package var savedByCache = Money.zero
    /// The number of requests that the amounts include.
    package var pricedRequests = 0
    /// Of these, the requests whose day is outside every row of the price table; the nearest row prices them.
    package var assumedRequests = 0
    /// Succeeded requests without a price, by model.
    ///
    /// The amounts do not include them.
    package var unpriced = BoundedTable<Label, Tally>(capacity: 64)

    package init() {}

    /// The amount that the batch discount saved.
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

    /// Adds succeeded requests that have no price.
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
