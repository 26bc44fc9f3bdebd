package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The tokens of succeeded requests by everything that determines their price, except the day.
///
/// All costs are computed from this summary, with any price table. No other summary is priced as a whole.
package struct TokenSummary: Summary {
    package static let name = "tokens"

    /// Requests and tokens by model, inference geo, service tier, size of the prompt and cache classes used.
    ///
    /// Requests without a row cannot be priced.
    package private(set) var cells = BoundedTable<UsageKey, UsageCell>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var usage = UsageFold()
        for record in block.records { usage.count(record, in: block.block.bytes) }
        for (_, key, cell) in usage.cells(of: block) { cells.add(cell, to: key) }
    }

    package mutating func merge(_ other: TokenSummary) {
        cells.merge(other.cells)
    }

    /// The sum of all cells.
    package var total: UsageCell {
        cells.rows.reduce(into: cells.other) { $0.merge($1.value) }
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
