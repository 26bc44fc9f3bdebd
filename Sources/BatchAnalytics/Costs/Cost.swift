import BatchPipeline
package import MessageBatches
package import Prices
import Tables

/// The prices of some succeeded requests, added up.
package struct PriceTally: Sendable, Equatable {
    package var amounts = Amounts()
    /// The requests that have a price, including those that are not billed.
    package var requests = 0
    /// Of these, the requests whose price is assumed; see `PriceNote`.
    package var assumed = 0
    /// Of these, the requests that are not billed; the amounts do not include them.
    package var notBilled = 0
    /// The list price of the requests that are not billed, as far as they have one.
    package var notBilledList = Money.zero

    package init() {}

    /// Counts a succeeded request without its amounts.
    mutating func count(_ price: RequestPrice) {
        requests += price.hasPrice ? 1 : 0
        assumed += price.note == .assumed ? 1 : 0
        guard price.note == .notBilled else { return }
        notBilled += 1
        notBilledList += price.notBilled ?? .zero
    }
}

extension PriceTally: Mergeable {
    package mutating func merge(_ other: PriceTally) {
        amounts += other.amounts
        requests = requests.addingClamped(other.requests)
        assumed = assumed.addingClamped(other.assumed)
        notBilled = notBilled.addingClamped(other.notBilled)
        notBilledList += other.notBilledList
    }
}

/// The cost of some requests, and what they would have cost without the batch discount or the cache.
package struct Cost: Sendable, Equatable {
    package var prices = PriceTally()
    /// Succeeded requests without a price, by model.
    ///
    /// The amounts do not include them.
    package var unpriced = BoundedTable<Label, Tally>(capacity: 64)

    package init() {}

    /// What is billed: half the list price for tokens, the full price for web searches.
    package var batch: Money { prices.amounts.cost }

    /// The price of the same requests outside a batch.
    package var list: Money { prices.amounts.list }

    /// How much more the same tokens would have cost as uncached input in the batch.
    ///
    /// Includes the price of cache writes; negative if the writes cost more than the reads saved.
    package var savedByCache: Money { prices.amounts.withoutCache - prices.amounts.cost }

    /// The amount that the batch discount saved.
    package var savedByBatch: Money { list - batch }

    /// The number of requests that have a price.
    package var pricedRequests: Int { prices.requests }

    /// Of these, the requests whose price is assumed.
    package var assumedRequests: Int { prices.assumed }

    /// All succeeded requests without a price.
    package var unpricedRequests: Int {
        unpriced.rows.reduce(unpriced.other.count) { $0.addingClamped($1.value.count) }
    }

    /// Whether there are requests and none of them has a price.
    package var isUnknown: Bool {
        pricedRequests == 0 && unpricedRequests > 0
    }

    /// Adds a cell of succeeded requests; `model` is nil if they belong to several models.
    mutating func add(_ cell: UsageCell, model: Label?) {
        prices.merge(cell.prices)
        let missing = cell.unpricedRequests
        guard missing > 0 else { return }
        if let model {
            unpriced.add(Tally(count: missing), to: model)
        } else {
            unpriced.addToOther(Tally(count: missing))
        }
    }
}

extension Cost: Mergeable {
    package mutating func merge(_ other: Cost) {
        prices.merge(other.prices)
        unpriced.merge(other.unpriced)
    }
}

extension Cost {
    /// The sentences about requests that the amounts do not include, or with an assumed price.
    package var sentences: [String] { [unpricedSentence, assumedSentence, notBilledSentence].compactMap(\.self) }

    /// Succeeded requests that the amounts do not include, by model, most requests first.
    ///
    /// The model is nil for the sum of models that are not listed.
    package var unpricedByModel: [(model: String?, requests: Int)] {
        let rows = unpriced.ranked(by: \.count)
            .map { (model: Optional($0.key.text.isEmpty ? RollUp.none : $0.key.text), requests: $0.value.count) }
        return rows + (unpriced.other.count > 0 ? [(nil, unpriced.other.count)] : [])
    }

    /// A sentence about the requests that the amounts do not include; nil if there are none.
    private var unpricedSentence: String? {
        let rows = unpricedByModel
        guard !rows.isEmpty else { return nil }
        let total = rows.reduce(0) { $0.addingClamped($1.requests) }
        let named = rows.prefix(8).map { "\($0.model ?? "others") (\($0.requests.displayText))" }
        let rest = rows.count > 8 ? ", and \(rows.count - 8) more" : ""
        return "\(total.counted("request has", "requests have")) no price: \(named.joined(separator: ", "))\(rest)."
    }

    /// A sentence about requests whose price is assumed; nil if there are none.
    private var assumedSentence: String? {
        guard assumedRequests > 0 else { return nil }
        return "\(assumedRequests.counted("request has", "requests have")) an assumed price."
    }

    /// A sentence about refusals that are not billed; nil if there are none.
    package var notBilledSentence: String? {
        guard prices.notBilled > 0 else { return nil }
        let count = prices.notBilled.counted("refusal", "refusals")
        return "Not billed: \(count) before any output (\(prices.notBilledList.displayText) at list price)."
    }
}
