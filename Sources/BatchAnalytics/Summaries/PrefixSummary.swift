package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Requests and tokens by the first parts of their custom_id, which usually identify a project or job.
///
/// The groups are those of ``PrefixRule/depth(_:)`` at the greatest depth, up to ``maximumDepth``, at which there are at
/// most ``capacity`` groups. They can be added up to the groups of any smaller depth. Groups of a greater depth are part
/// of those of a smaller one, so the depth does not depend on the order in which requests are counted.
package struct PrefixSummary: Summary {
    package static let name = "prefixes"
    /// The greatest depth of the groups.
    package static let maximumDepth = 4
    /// The maximum number of groups.
    package static let capacity = 64
    private static let budget = 5_000

    /// All requests by prefix, at ``depth``; requests without a group are added up in its `other`.
    package private(set) var groups = BoundedTable<Label, PrefixTally>(capacity: capacity)
    /// The depth of the groups; -1 if there are too many groups at any depth.
    package private(set) var depth = maximumDepth
    /// Whether a depth greater than ``maximumDepth`` has other groups.
    private var hasMore = false

    package init() {}

    /// Whether the groups of a depth are known.
    package func hasGroups(atDepth wanted: Int) -> Bool {
        wanted <= depth || depth == Self.maximumDepth && !hasMore
    }

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var interner = PrefixInterner(.depth(depth))
        var tallies: [PrefixTally] = []
        for record in block.records {
            var group = depth < 0 ? 0 : interner.number(of: record.customID, of: block)
            if group > Self.capacity {
                // There are too many groups at this depth, so the rest of the block uses a smaller one.
                add(tallies, interner, of: block)
                (interner, tallies) = (PrefixInterner(.depth(depth)), [])
                group = depth < 0 ? 0 : interner.number(of: record.customID, of: block)
            }
            if group == tallies.count { tallies.append(PrefixTally()) }
            tallies[group].count(record)
        }
        add(tallies, interner, of: block)
    }

    private mutating func add(_ tallies: [PrefixTally], _ interner: PrefixInterner, of block: DecodedBlock) {
        guard depth >= 0 else {
            for tally in tallies { groups.addToOther(tally) }
            return
        }
        hasMore = hasMore || depth == Self.maximumDepth && interner.hasMore
        for (label, tally) in zip(interner.labels(of: block), tallies) { add(tally, to: label) }
    }

    /// Adds to the group of a label whose depth is not less than that of the groups.
    private mutating func add(_ tally: PrefixTally, to label: Label) {
        while depth >= 0 {
            let label = PrefixParts.shortened(label, to: depth)
            if groups.rows.count < Self.capacity || groups[label] != nil { return groups.add(tally, to: label) }
            self = shortened(to: depth - 1)
        }
        groups.addToOther(tally)
    }

    package mutating func merge(_ other: PrefixSummary) {
        let least = min(depth, other.depth)
        self = shortened(to: least)
        hasMore = least == Self.maximumDepth && (hasMore || other.hasMore)
        for row in other.groups.rows { add(row.value, to: row.key) }
        groups.addToOther(other.groups.other)
    }

    /// The summary with the groups of a depth, which must not be greater than its own; -1 for no groups.
    private func shortened(to wanted: Int) -> PrefixSummary {
        guard wanted < depth else { return self }
        var summary = PrefixSummary()
        summary.depth = wanted
        summary.groups.addToOther(groups.other)
        for row in groups.rows {
            if wanted < 0 {
                summary.groups.addToOther(row.value)
            } else {
                summary.groups.add(row.value, to: PrefixParts.shortened(row.key, to: wanted))
            }
        }
        return summary
    }

    /// The groups of a depth; if they are not known, everything is in `other`.
    package func groups(atDepth wanted: Int) -> BoundedTable<Label, PrefixTally> {
        hasGroups(atDepth: wanted) ? shortened(to: wanted).groups : shortened(to: -1).groups
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
    private enum Key: String, CaseIterable {
        case depth, groups
        case hasMore = "has_more"
        /// The groups of earlier versions, by the prefix before trailing digits.
        case prefixes
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var earlier: BoundedTable<Label, PrefixTally>?
        var stored: Int?
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .depth:
                let place = json.position
                let number = try json.requiredNumber()
                guard number <= Self.maximumDepth else { throw JSONSyntaxError(.unexpectedContent, at: place) }
                stored = number
            case .groups: groups = try BoundedTable(from: &json, capacity: Self.capacity)
            case .hasMore: hasMore = try json.optionalBoolean() ?? false
            case .prefixes: earlier = try BoundedTable(from: &json, capacity: 512)
            }
        }
        // A summary without a depth has no groups: all of its requests are in `other`.
        depth = stored ?? (groups.other == PrefixTally() ? Self.maximumDepth : -1)
        if let earlier { self = PrefixSummary(earlier) }
    }

    /// Creates a summary from the groups of an earlier version.
    ///
    /// They have no depth if some requests are in no group: these can have any first parts.
    private init(_ earlier: BoundedTable<Label, PrefixTally>) {
        self.init()
        let isWhole = earlier.other == PrefixTally() && earlier[CustomIDPrefix.none] == nil
        // A long prefix was cut.
        let isCut = earlier.rows.contains { $0.key.text.utf8.count >= Label.maximumLength - 1 }
        if !isWhole || isCut { depth = -1 }
        for row in earlier.rows {
            let (label, hasMore) = PrefixParts.label(Self.maximumDepth, of: row.key.text)
            self.hasMore = depth >= 0 && (self.hasMore || hasMore)
            add(row.value, to: label)
        }
        groups.addToOther(earlier.other)
    }

    package var node: JSONNode {
        var stored = self
        while stored.depth >= 0, stored.groups.stored(budget: Self.budget).rows.count < stored.groups.rows.count {
            stored = stored.shortened(to: stored.depth - 1)
        }
        return .sorted([
            ("depth", stored.depth < 0 ? nil : .number(stored.depth)),
            ("groups", stored.groups.node(budget: Self.budget)),
            ("has_more", stored.hasMore ? .verbatim(Array("true".utf8)) : nil),
        ])
    }
}
