package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Succeeded requests by stop reason, with the number of usable answers.
package struct StopReasonSummary: Summary {
    package static let name = "stop_reasons"

    /// Succeeded requests by stop reason; the empty label means a missing or null value.
    package private(set) var reasons = BoundedTable<Label, StopReasonTally>(capacity: 256)
    /// The tokens by stop reason, for the cost of truncated and refused answers.
    package private(set) var cells = BoundedTable<GroupedUsageKey, UsageCell>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        let bytes = block.block.bytes
        var interner = SliceInterner()
        var tallies: [StopReasonTally] = []
        var usage = UsageFold()
        for record in block.records where record.type == .succeeded {
            let group = interner.number(of: record.stopReason, in: bytes)
            if group == tallies.count { tallies.append(StopReasonTally()) }
            tallies[group].requests += 1
            tallies[group].usable += record.isUsable ? 1 : 0
            tallies[group].empty += !record.hasVisibleText && record.toolUses == 0 ? 1 : 0
            usage.count(record, in: bytes, group: group)
        }
        let labels = block.labels(of: interner)
        for (label, tally) in zip(labels, tallies) { reasons.add(tally, to: label) }
        for (group, key, cell) in usage.cells(of: block) {
            cells.add(cell, to: GroupedUsageKey(group: labels[group], usage: key))
        }
    }

    package mutating func merge(_ other: StopReasonSummary) {
        reasons.merge(other.reasons)
        cells.merge(other.cells)
    }

    /// All succeeded requests together.
    package var total: StopReasonTally {
        reasons.rows.reduce(into: reasons.other) { $0.merge($1.value) }
    }
}

/// Succeeded requests with one stop reason.
package struct StopReasonTally: Sendable, Equatable {
    package var requests = 0
    /// Of these, usable requests, as defined by ``Usability``.
    package var usable = 0
    /// Of these, requests with neither visible text nor a tool call.
    package var empty = 0

    package init() {}
}

extension StopReasonTally: StoredValue {
    package mutating func merge(_ other: StopReasonTally) {
        requests = requests.addingClamped(other.requests)
        usable = usable.addingClamped(other.usable)
        empty = empty.addingClamped(other.empty)
    }

    var weight: Int { requests }
    var numbers: [Int] { [requests, usable, empty] }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        usable = row[place + 1]
        empty = row[place + 2]
    }
}

extension StopReasonSummary {
    private enum Key: String, CaseIterable {
        case reasons, cells
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .reasons:
                reasons = try BoundedTable(from: &json, capacity: reasons.capacity)
            case .cells:
                cells = try BoundedTable(from: &json, capacity: cells.capacity)
            }
        }
    }

    package var node: JSONNode {
        .sorted([
            ("reasons", reasons.node(budget: 700)),
            ("cells", cells.node(budget: 2_100)),
        ])
    }
}
