package import BatchArchive
package import BatchPipeline
package import MessageBatches
import Prices
import Tables

/// Adds up many batches, in groups, from their summaries or from their result lines.
///
/// Batches are added one by one and let go, so a roll-up over ten thousand of them holds only its groups. Money is
/// computed batch by batch, with the prices of the day the batch was created.
package struct RollUp: Sendable {
    /// The groups within one combination of day, week, month, hour, batch and workspace.
    struct Group: Sendable {
        var all = Measures()
        var parts = BoundedTable<PartKey, Measures>(capacity: 4_096)
        var errors = BoundedTable<ErrorFingerprint, ErrorMeasures>(capacity: 4_096)
    }

    package let grouping: Grouping
    package let pricer: Pricer
    /// Whether the figures come from result lines and not from summaries.
    package let isScan: Bool
    private(set) var groups: [[Cell]: Group] = [:]
    /// Groups that no further batch can change, those of single batches: kept as their rows, which are a small part of
    /// them and are made where the batch was read.
    private(set) var settled: [GroupRows] = []
    /// What the settled groups count together.
    private var settledTotal = Group()
    /// The columns after those that name the group.
    let measureColumns: [MeasureColumn]

    /// `columns` names the columns that are wanted, nil for all: every value takes time and memory.
    ///
    /// - Precondition: a grouping with several request keys can only be scanned.
    package init(by grouping: Grouping, pricer: Pricer, isScan: Bool = false, columns: [String]? = nil) {
        precondition(isScan || !grouping.needsScan, "summaries do not count by several request keys")
        self.grouping = grouping
        self.pricer = pricer
        self.isScan = isScan
        let all = MeasureColumn.columns(for: grouping, isScan: isScan)
        measureColumns = columns.map { wanted in all.filter { wanted.contains($0.column.key) } } ?? all
    }

    /// The kinds of summaries that a grouping reads; no other has to be read from a manifest.
    package static func kinds(for grouping: Grouping) -> [any Summary.Type] {
        let always: [any Summary.Type] = [OutcomeSummary.self, TokenSummary.self]
        return switch grouping.requestKeys.first {
        case nil: always + [StopReasonSummary.self, PercentileSummary.self]
        case .result, .serviceTier, .geo: always
        case .stopReason: always + [StopReasonSummary.self]
        case .model: always + [StopReasonSummary.self, ModelSummary.self]
        case .error: always + [ErrorSummary.self]
        case .prefix: always + [StopReasonSummary.self, PrefixSummary.self]
        }
    }

    /// Adds a batch by its summaries; a kind of summary that it lacks counts as empty.
    package mutating func add(_ batch: SummarizedBatch) {
        add(PricedBatch(batch, pricer: pricer))
    }

    /// Adds a batch that was priced before, with the prices of this roll-up.
    package mutating func add(_ priced: PricedBatch) {
        let key = grouping.requestKeys.first
        add(priced.batch.batch, priced.batch.workspace) { priced.add(by: key, to: &$0) }
    }

    /// Adds a batch by its lines, all of which were folded into `scan`.
    package mutating func add(_ scan: BatchScan, of batch: MessageBatch, workspace: String?) {
        add(batch, workspace) { $0.merge(scan.finished(batch)) }
    }

    /// Adds a batch to its group, in place.
    private mutating func add(_ batch: MessageBatch, _ workspace: String?, _ add: (inout Group) -> Void) {
        let key = key(of: batch, workspace)
        if grouping.batchKeys.contains(.batch) {
            var group = Group()
            add(&group)
            settled.append(rows(of: group, key: key))
            settledTotal.merge(group)
        } else {
            add(&groups[key, default: Group()])
        }
    }

    /// Adds what another roll-up with the same grouping and prices added up.
    package mutating func merge(_ other: RollUp) {
        for (key, group) in other.groups {
            // Most days are in one part only: such a group is taken as it is.
            if groups[key] == nil { groups[key] = group } else { groups[key]?.merge(group) }
        }
        settled += other.settled
        settledTotal.merge(other.settledTotal)
    }

    /// Everything together, for the row of totals.
    var total: Group {
        // Without keys of batches there is one group, and it is the total.
        if groups.count == 1, settled.isEmpty, let only = groups.first { return only.value }
        return groups.values.reduce(into: settledTotal) { $0.merge($1) }
    }

    /// Everything that was added, without groups.
    package var measures: Measures {
        total.all
    }

    /// The succeeded requests of one model, under any of its spellings; nothing but a grouping by model alone knows
    /// them.
    package func measures(ofModel name: String) -> Measures {
        let wanted = ModelName.normalized(name)
        return total.parts.rows.reduce(into: Measures()) { sum, row in
            let names = row.key.labels.map { ModelName.normalized($0.text) }
            if names == [wanted] { sum.merge(row.value) }
        }
    }

    /// What names the group of a batch, a value for each column.
    private func key(of batch: MessageBatch, _ workspace: String?) -> [Cell] {
        grouping.batchKeys.flatMap { key -> [Cell] in
            switch key {
            case .day: [.text(batch.day.text)]
            case .week: [.text(batch.day.weekText)]
            case .month: [.text(batch.day.monthText)]
            case .hour: [.text(batch.createdAt.hourText)]
            case .batch: [.text(batch.id), .timestamp(batch.createdAt)]
            case .workspace: [.text(workspace ?? Self.none)]
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
