package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Succeeded requests by stop reason and by category of refusal, with usable answers, tokens and costs.
package struct StopReasonSummary: Summary {
    package static let name = "stop_reasons"

    /// Succeeded requests by stop reason; the empty label means a missing or null value.
    package private(set) var reasons = BoundedTable<Label, StopReasonTally>(capacity: 256)
    /// Succeeded requests by `stop_details.category`; the empty label means a missing or null value.
    package private(set) var categories = BoundedTable<Label, StopReasonTally>(capacity: 256)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        let bytes = block.block.bytes
        var (ofReasons, ofCategories) = (SliceTallies<StopReasonTally>(), SliceTallies<StopReasonTally>())
        for record in block.records where record.type == .succeeded {
            ofReasons.update(record.stopReason, in: bytes) { $0.count(record) }
            ofCategories.update(record.stopCategory, in: bytes) { $0.count(record) }
        }
        ofReasons.add(to: &reasons, of: block)
        ofCategories.add(to: &categories, of: block)
    }

    package mutating func merge(_ other: StopReasonSummary) {
        reasons.merge(other.reasons)
        categories.merge(other.categories)
    }

    /// All succeeded requests together.
    package var total: StopReasonTally {
        reasons.rows.reduce(into: reasons.other) { $0.merge($1.value) }
    }
}

/// Succeeded requests with one stop reason.
package struct StopReasonTally: Sendable, Equatable {
    /// Usable requests, as defined by ``Usability``.
    package var usable = 0
    /// Requests with neither visible text nor a tool call.
    package var empty = 0
    /// All of them, with their tokens and costs.
    package var cell = UsageCell()

    package var requests: Int { cell.requests }

    package init() {}

    mutating func count(_ record: ResultRecord) {
        usable += record.isUsable ? 1 : 0
        empty += !record.hasVisibleText && record.toolUses == 0 ? 1 : 0
        cell.count(record)
    }
}

extension StopReasonTally: StoredValue {
    package mutating func merge(_ other: StopReasonTally) {
        usable = usable.addingClamped(other.usable)
        empty = empty.addingClamped(other.empty)
        cell.merge(other.cell)
    }

    var weight: Int { requests }
    var numbers: [Int] { [usable, empty] + cell.numbers }

    init(_ row: StoredRow, from place: Int) {
        usable = row[place]
        empty = row[place + 1]
        cell = UsageCell(row, from: place + 2)
    }
}

extension StopReasonSummary {
    private enum Key: String, CaseIterable {
        case reasons, categories
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .reasons:
                reasons = try BoundedTable(from: &json, capacity: reasons.capacity)
            case .categories:
                categories = try BoundedTable(from: &json, capacity: categories.capacity)
            }
        }
    }

    package var node: JSONNode {
        .sorted([
            ("reasons", reasons.node(budget: 2_100)),
            ("categories", categories.node(budget: 1_000)),
        ])
    }
}
