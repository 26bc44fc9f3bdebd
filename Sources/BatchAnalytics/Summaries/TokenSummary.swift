package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The tokens and costs of succeeded requests.
package struct TokenSummary: Summary {
    package static let name = "tokens"

    /// Requests, tokens and costs by model, inference geo and service tier.
    package private(set) var cells = BoundedTable<UsageKey, UsageCell>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var usage = UsageFold()
        for record in block.records { usage.count(record, in: block.block.bytes) }
        for (key, cell) in usage.cells(of: block) { cells.add(cell, to: key) }
    }

    package mutating func merge(_ other: TokenSummary) {
        cells.merge(other.cells)
    }

    /// The sum of all cells.
    package var total: UsageCell {
        cells.rows.reduce(into: cells.other) { $0.merge($1.value) }
    }

    /// The cost of all requests.
    package var cost: Cost {
        var cost = Cost()
        for row in cells.rows { cost.add(row.value, model: row.key.model) }
        cost.add(cells.other, model: nil)
        return cost
    }
}

extension TokenSummary {
    private static let keys = JSONKeyTable(["cells"])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in
            cells = try BoundedTable(from: &json, capacity: cells.capacity)
        }
    }

    package var node: JSONNode {
        .sorted([("cells", cells.node(budget: 4_500))])
    }
}
