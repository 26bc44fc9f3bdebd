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

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var interner = PrefixInterner()
        var tallies: [PrefixTally] = []
        for record in block.records {
            let group = interner.number(of: record.customID, of: block)
            if group == tallies.count { tallies.append(PrefixTally()) }
            tallies[group].count(record)
        }
        for (label, tally) in zip(interner.labels(of: block), tallies) { prefixes.add(tally, to: label) }
    }

    package mutating func merge(_ other: PrefixSummary) {
        prefixes.merge(other.prefixes)
    }
}

/// The requests of one prefix.
package struct PrefixTally: Sendable, Equatable {
    package var requests = 0
    /// Succeeded requests that are usable, as defined by ``Usability``.
    package var usable = 0
    package var errored = 0
    /// The succeeded requests, with their tokens and costs.
    package var cell = UsageCell()

    package var succeeded: Int { cell.requests }

    package init() {}

    fileprivate mutating func count(_ record: ResultRecord) {
        requests += 1
        usable += record.isUsable ? 1 : 0
        errored += record.type == .errored ? 1 : 0
        if record.type == .succeeded { cell.count(record) }
    }
}

extension PrefixTally: StoredValue {
    package mutating func merge(_ other: PrefixTally) {
        requests = requests.addingClamped(other.requests)
        usable = usable.addingClamped(other.usable)
        errored = errored.addingClamped(other.errored)
        cell.merge(other.cell)
    }

    var weight: Int { requests }
    var numbers: [Int] { [requests, usable, errored] + cell.numbers }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        usable = row[place + 1]
        errored = row[place + 2]
        cell = UsageCell(row, from: place + 3)
    }
}

extension PrefixSummary {
    private static let keys = JSONKeyTable(["prefixes"])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in
            prefixes = try BoundedTable(from: &json, capacity: prefixes.capacity)
        }
    }

    package var node: JSONNode {
        .sorted([("prefixes", prefixes.node(budget: 4_000))])
    }
}
