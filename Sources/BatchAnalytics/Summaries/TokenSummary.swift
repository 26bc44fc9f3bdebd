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

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        let bytes = block.block.bytes
        var cells = SliceTallies<UsageCell>()
        for record in block.records where record.type == .succeeded {
            guard !record.entries.isEmpty else {
                cells.update(record.model, in: bytes) { $0.count(record) }
                continue
            }
            cells.update(record.model, in: bytes) { $0.count(record.price) }
            for entry in record.entries {
                cells.update(entry.model ?? record.model, in: bytes) { $0.add(entry.usage, entry.amounts) }
            }
        }
        cells.add(to: &models, of: block)
    }

    package mutating func merge(_ other: TokenSummary) {
        models.merge(other.models)
    }

    /// The sum of all models.
    package var total: UsageCell {
        models.rows.reduce(into: models.other) { $0.merge($1.value) }
    }

    /// The cost of all requests.
    package var cost: Cost {
        var cost = Cost()
        for row in models.rows { cost.add(row.value, model: row.key) }
        cost.add(models.other, model: nil)
        return cost
    }
}

extension TokenSummary {
    private static let keys = JSONKeyTable(["models"])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in
            models = try BoundedTable(from: &json, capacity: models.capacity)
        }
    }

    package var node: JSONNode {
        .sorted([("models", models.node(budget: 4_500))])
    }
}
