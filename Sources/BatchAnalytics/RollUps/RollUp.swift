package import BatchPipeline
package import MessageBatches

/// One archived batch as roll-ups see it.
package struct RollUpEntry: Sendable {
    package var batchID: String
    package var createdAt: Timestamp
    package var endedAt: Timestamp?
    package var workspace: String?
    /// What the manifest holds; a kind of summary that it lacks counts as empty.
    package var summaries: SummarySet

    package init(
        batchID: String,
        createdAt: Timestamp,
        endedAt: Timestamp? = nil,
        workspace: String? = nil,
        summaries: SummarySet
    ) {
        self.batchID = batchID
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.workspace = workspace
        self.summaries = summaries
    }
}

/// Adds up the summaries of many batches, in groups.
///
/// Batches are added one by one and let go, so a roll-up over ten thousand of them holds only its groups. Money is
/// computed batch by batch, with the prices of the day the batch was created.
package struct RollUp: Sendable {
    /// The groups within one combination of day, week, month, batch and workspace.
    struct Group: Sendable {
        var all = Measures()
        var parts = BoundedTable<Label, Measures>(capacity: 4_096)
        var errors = BoundedTable<ErrorFingerprint, ErrorMeasures>(capacity: 4_096)
    }

    package let grouping: Grouping
    package let pricer: Pricer
    private(set) var groups: [[String]: Group] = [:]
    /// Everything together, for the row of totals.
    private(set) var total = Group()

    package init(by grouping: Grouping, pricer: Pricer) {
        self.grouping = grouping
        self.pricer = pricer
    }

    /// The kinds of summaries that a grouping reads; no other has to be decoded from a manifest.
    package static func kinds(for grouping: Grouping) -> [any Summary.Type] {
        let always: [any Summary.Type] = [
            OutcomeSummary.self, TokenSummary.self, StopReasonSummary.self, PercentileSummary.self,
        ]
        return switch grouping.requestKey {
        case nil, .result, .stopReason: always
        case .model: always + [ModelSummary.self]
        case .error: always + [ErrorSummary.self]
        case .prefix: always + [PrefixSummary.self]
        }
    }

    /// Takes in a batch.
    package mutating func add(_ entry: RollUpEntry) {
        let group = EntryGroups(entry, grouping: grouping, pricer: pricer).group
        groups[key(of: entry), default: Group()].merge(group)
        total.merge(group)
    }

    /// Takes in what another roll-up with the same grouping and prices added up.
    package mutating func merge(_ other: RollUp) {
        for (key, group) in other.groups { groups[key, default: Group()].merge(group) }
        total.merge(other.total)
    }

    /// Everything that was added, without groups.
    package var measures: Measures {
        total.all
    }

    private func key(of entry: RollUpEntry) -> [String] {
        grouping.batchKeys.map { key in
            switch key {
            case .day: entry.createdAt.day.text
            case .week: entry.createdAt.day.weekText
            case .month: entry.createdAt.day.monthText
            case .batch: entry.batchID
            case .workspace: entry.workspace ?? ""
            }
        }
    }
}

extension RollUp.Group {
    mutating func merge(_ other: RollUp.Group) {
        all.merge(other.all)
        parts.merge(other.parts)
        errors.merge(other.errors)
    }
}
