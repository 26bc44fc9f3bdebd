package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The tokens and costs of succeeded requests.
package struct TokenSummary: Summary {
    package static let name = "tokens"

    /// Requests, tokens and costs by model; the empty label means a missing model.
    ///
    /// A request is counted at the model of its message, and the tokens and costs of its entries at their own models.
    package private(set) var models = BoundedTable<Label, UsageCell>(capacity: 256)
    /// Requests without a price by the model without one, which can be that of an advisor.
    package private(set) var unpriced = BoundedTable<Label, UnpricedTally>(capacity: 64)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        let bytes = block.block.bytes
        var cells = SliceTallies<UsageCell>()
        var unpricedCells = SliceTallies<UnpricedTally>()
        for record in block.records where record.type == .succeeded {
            if !record.price.hasPrice {
                unpricedCells.update(record.unpricedModel, in: bytes) { $0.count(record.price.missing) }
            }
            guard !record.entries.isEmpty else {
                cells.update(record.model, in: bytes) { $0.count(record) }
                continue
            }
            cells.update(record.model, in: bytes) { $0.count(record.price) }
            for entry in record.entries {
                cells.update(entry.model ?? record.model, in: bytes) { $0.add(entry.usage, entry.amounts) }
            }
        }
        cells.add(toModels: &models, of: block)
        unpricedCells.add(toModels: &unpriced, of: block)
    }

    package mutating func merge(_ other: TokenSummary) {
        models.merge(other.models)
        unpriced.merge(other.unpriced)
    }

    /// The sum of all models.
    package var total: UsageCell {
        models.rows.reduce(into: models.other) { $0.merge($1.value) }
    }

    /// The cost of all requests.
    package var cost: Cost {
        var cost = Cost()
        add(to: &cost)
        return cost
    }

    /// Adds the cost of all requests.
    func add(to cost: inout Cost) {
        for row in models.rows { cost.prices.merge(row.value.prices) }
        cost.prices.merge(models.other.prices)
        for row in unpriced.rows { cost.unpriced.add(Tally(count: row.value.requests), to: row.key) }
        cost.unpriced.addToOther(Tally(count: unpriced.other.requests))
    }
}

extension TokenSummary {
    private enum Key: String, CaseIterable {
        case models, unpriced
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var hasUnpriced = false
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .models: models = try BoundedTable(from: &json, capacity: models.capacity)
            case .unpriced:
                unpriced = try BoundedTable(from: &json, capacity: unpriced.capacity)
                hasUnpriced = true
            }
        }
        guard !hasUnpriced else { return }
        // Earlier versions stored only the model of the message.
        for row in models.rows where row.value.unpricedRequests > 0 {
            unpriced.add(UnpricedTally(requests: row.value.unpricedRequests), to: row.key)
        }
        unpriced.addToOther(UnpricedTally(requests: max(0, models.other.unpricedRequests)))
    }

    package var node: JSONNode {
        .sorted([("models", models.node(budget: 3_700)), ("unpriced", unpriced.node(budget: 700))])
    }
}

/// Succeeded requests without a price.
package struct UnpricedTally: Sendable, Equatable {
    package var requests = 0
    /// Of these, requests with readable usage, for which the price table has no price.
    package var readable = 0
    /// The smallest and the largest prompt without a price, in tokens; 0 if ``readable`` is 0.
    package var smallestPrompt = 0
    package var largestPrompt = 0

    package init() {}

    init(requests: Int) {
        self.requests = requests
    }

    /// Counts one request; `missing` is nil if its usage cannot be read.
    mutating func count(_ missing: MissingPrice?) {
        var tally = UnpricedTally(requests: 1)
        if let missing {
            tally.readable = 1
            (tally.smallestPrompt, tally.largestPrompt) = (missing.promptTokens, missing.promptTokens)
        }
        merge(tally)
    }
}

extension UnpricedTally: StoredValue {
    package mutating func merge(_ other: UnpricedTally) {
        requests = requests.addingClamped(other.requests)
        guard other.readable > 0 else { return }
        smallestPrompt = readable > 0 ? min(smallestPrompt, other.smallestPrompt) : other.smallestPrompt
        largestPrompt = max(largestPrompt, other.largestPrompt)
        readable = readable.addingClamped(other.readable)
    }

    var weight: Int { requests }
    var numbers: [Int] { [requests, readable, smallestPrompt, largestPrompt] }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        readable = row[place + 1]
        smallestPrompt = row[place + 2]
        largestPrompt = max(smallestPrompt, row[place + 3])
    }
}

extension ResultRecord {
    /// The model to name for a request without a price.
    var unpricedModel: TextSlice? { price.missing.map(\.model) ?? model }
}
