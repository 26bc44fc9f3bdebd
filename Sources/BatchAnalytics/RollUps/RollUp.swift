package import BatchArchive
package import BatchPipeline
package import MessageBatches
import Prices
import Tables

/// Adds up many batches, in groups, from their summaries or from their result lines.
///
/// Batches are added one by one and not kept, so a roll-up over ten thousand batches holds only its groups. Costs are
/// computed per batch, with the prices of the day on which the batch was created.
package struct RollUp: Sendable {
    /// The values for one combination of batch keys, in total and by request key.
    struct Group: Sendable {
        var all = Measures()
        var parts = BoundedTable<PartKey, Measures>(capacity: 4_096)
        var errors = BoundedTable<ErrorFingerprint, ErrorMeasures>(capacity: 4_096)
    }

    package let grouping: Grouping
    package let pricer: Pricer
    /// Whether the values come from result lines instead of summaries.
    package let isScan: Bool
    private(set) var groups: [[Cell]: Group] = [:]
    /// The rows of groups that are complete because they contain a single batch.
    ///
    /// Rows take much less memory than groups.
    private(set) var settled: [GroupRows] = []
    /// The sum of all completed groups.
    private var settledTotal = Group()
    /// The columns after those of the group keys.
    let measureColumns: [MeasureColumn]

    /// Creates an empty roll-up.
    ///
    /// `columns` names the columns to compute, nil for all; each column costs time and memory.
    ///
    /// - Precondition: a grouping with several request keys requires `isScan`.
    package init(by grouping: Grouping, pricer: Pricer, isScan: Bool = false, columns: [String]? = nil) {
        precondition(isScan || !grouping.needsScan, "summaries do not count by several request keys")
        self.grouping = grouping
        self.pricer = pricer
        self.isScan = isScan
        let all = MeasureColumn.columns(for: grouping, isScan: isScan)
        measureColumns = columns.map { wanted in all.filter { wanted.contains($0.column.key) } } ?? all
    }

    /// The kinds of summaries that a grouping needs from the manifests.
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

    /// Adds a batch from its summaries.
    ///
    /// A missing kind of summary counts as empty.
    package mutating func add(_ batch: SummarizedBatch) {
        add(PricedBatch(batch, pricer: pricer))
    }

    /// Adds a batch that was already priced with the prices of this roll-up.
    package mutating func add(_ priced: PricedBatch) {
        let key = grouping.requestKeys.first
        add(priced.batch.batch, priced.batch.workspace) { priced.add(by: key, to: &$0) }
    }

    /// Adds a batch from a scan of all its lines.
    package mutating func add(_ scan: BatchScan, of batch: MessageBatch, workspace: String?) {
        add(batch, workspace) { $0.merge(scan.finished(batch)) }
    }

    /// Changes the group of a batch in place.
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

    /// Adds the groups of another roll-up with the same grouping and prices.
    package mutating func merge(_ other: RollUp) {
        for (key, group) in other.groups {
            // Most days occur in one part only, so their group moves without a merge.
            if groups[key] == nil { groups[key] = group } else { groups[key]?.merge(group) }
        }
        settled += other.settled
        settledTotal.merge(other.settledTotal)
    }

    /// The sum of all groups, for the row of totals.
    var total: Group {
        // Without batch keys there is one group, which is the total.
        if groups.count == 1, settled.isEmpty, let only = groups.first { return only.value }
        return groups.values.reduce(into: settledTotal) { $0.merge($1) }
    }

    /// The sum of everything, without groups.
    package var measures: Measures {
        total.all
    }

    /// The succeeded requests of one model, under any spelling of its name.
    ///
    /// Works only for a grouping by model alone.
    package func measures(ofModel name: String) -> Measures {
        let wanted = ModelName.normalized(name)
        return total.parts.rows.reduce(into: Measures()) { sum, row in
            let names = row.key.labels.map { ModelName.normalized($0.text) }
            if names == [wanted] { sum.merge(row.value) }
        }
    }

    /// The key of the group that a batch belongs to, one value per column.
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
