package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Requests and tokens by the prefix of their custom_id, which usually identifies a job.
///
/// The prefix ends with the last `-` or `_` before trailing digits: the prefix of `doc_2024-0007` is `doc_2024-`. IDs
/// without such an ending are counted under `(none)`.
package struct PrefixSummary: Summary {
    package static let name = "prefixes"

    /// All requests by prefix.
    package private(set) var prefixes = BoundedTable<Label, PrefixTally>(capacity: 512)
    /// The tokens of the succeeded requests, which have a model and therefore a price.
    package private(set) var cells = BoundedTable<GroupedUsageKey, UsageCell>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var interner = PrefixInterner()
        var tallies: [PrefixTally] = []
        var usage = UsageFold()
        for record in block.records {
            let group = interner.number(of: record.customID, of: block)
            if group == tallies.count { tallies.append(PrefixTally()) }
            tallies[group].count(record)
            usage.count(record, in: block.block.bytes, group: group)
        }
        let labels = interner.labels(of: block)
        for (label, tally) in zip(labels, tallies) { prefixes.add(tally, to: label) }
        for (group, key, cell) in usage.cells(of: block) {
            cells.add(cell, to: GroupedUsageKey(group: labels[group], usage: key))
        }
    }

    package mutating func merge(_ other: PrefixSummary) {
        prefixes.merge(other.prefixes)
        cells.merge(other.cells)
    }
}

/// The requests of one prefix.
package struct PrefixTally: Sendable, Equatable {
    package var requests = 0
    package var succeeded = 0
    /// Succeeded requests that are usable, as defined by ``Usability``.
    package var usable = 0
    package var errored = 0

    package init() {}

    fileprivate mutating func count(_ record: ResultRecord) {
        requests += 1
        succeeded += record.type == .succeeded ? 1 : 0
        usable += record.isUsable ? 1 : 0
        errored += record.type == .errored ? 1 : 0
    }
}

extension PrefixTally: StoredValue {
    package mutating func merge(_ other: PrefixTally) {
        requests = requests.addingClamped(other.requests)
        succeeded = succeeded.addingClamped(other.succeeded)
        usable = usable.addingClamped(other.usable)
        errored = errored.addingClamped(other.errored)
    }

    var weight: Int { requests }
    var numbers: [Int] { [requests, succeeded, usable, errored] }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        succeeded = row[place + 1]
        usable = row[place + 2]
        errored = row[place + 3]
    }
}

extension PrefixSummary {
    private enum Key: String, CaseIterable {
        case prefixes, cells
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .prefixes:
                prefixes = try BoundedTable(from: &json, capacity: prefixes.capacity)
            case .cells:
                cells = try BoundedTable(from: &json, capacity: cells.capacity)
            }
        }
    }

    package var node: JSONNode {
        .sorted([
            ("prefixes", prefixes.node(budget: 1_400)),
            ("cells", cells.node(budget: 2_600)),
        ])
    }
}
