package import BatchArchive
package import BatchPipeline
package import MessageBatches
import Prices
import Tables

/// Adds up many batches, in groups, from their summaries or from their result lines.
///
/// Batches are added one by one and not kept, so a roll-up over ten thousand batches holds only its groups. Costs come
/// from the summaries or from priced lines.
package struct RollUp: Sendable {
    /// The values for one combination of batch keys, in total and by request key.
    struct Group: Sendable {
        var all = Measures()
        var parts = BoundedTable<PartKey, Measures>(capacity: 4_096)
        var errors = BoundedTable<ErrorFingerprint, ErrorMeasures>(capacity: 4_096)
    }

    package let grouping: Grouping
    /// Whether the values come from result lines instead of summaries.
    package let isScan: Bool
    private(set) var groups: [[Cell]: Group] = [:]
    /// The rows of groups that are complete because they contain a single batch.
    ///
    /// Rows take much less memory than groups.
    var completed: [GroupRows] = []
    /// The sum of all completed groups.
    private var completedTotal = Group()
    /// The columns after those of the group keys.
    let measureColumns: [MeasureColumn]

    /// How rows are sorted and limited; nil for the order of ``table(caption:forPeople:notes:)`` and all rows.
    let ranking: RowRanking?
    /// The sum of completed rows that are not among the first ones of the ranking.
    var rest: RowValues?

    /// Creates an empty roll-up.
    ///
    /// `columns` names the columns to compute, nil for all; each column costs time and memory. The column of the ranking
    /// is always one of them. `expectsJSON` adds the columns about JSON.
    ///
    /// - Precondition: a grouping with several request keys requires `isScan`, and so does `expectsJSON`.
    package init(
        by grouping: Grouping,
        isScan: Bool = false,
        expectsJSON: Bool = false,
        columns: [String]? = nil,
        ranking: RowRanking? = nil
    ) {
        precondition(isScan || !grouping.needsScan, "summaries do not count by several request keys")
        self.grouping = grouping
        self.isScan = isScan
        self.ranking = ranking
        let usual = MeasureColumn.columns(for: grouping, isScan: isScan)
        let all = expectsJSON ? MeasureColumn.withAnswers(usual) : usual
        measureColumns =
            columns.map { wanted in all.filter { wanted.contains($0.column.key) || $0.column.key == ranking?.column } }
            ?? all
    }

    /// The kinds of summaries that a grouping needs from the manifests.
    package static func kinds(for grouping: Grouping) -> [any Summary.Type] {
        let always: [any Summary.Type] = [OutcomeSummary.self, TokenSummary.self]
        return switch grouping.requestKeys.first {
        case nil: always + [StopReasonSummary.self, PercentileSummary.self]
        case .result: always
        case .serviceTier, .geo: always + [ServiceSummary.self]
        case .stopReason, .stopCategory: always + [StopReasonSummary.self]
        case .model: always + [StopReasonSummary.self, ModelSummary.self]
        case .error: always + [ErrorSummary.self]
        case .prefix: always + [StopReasonSummary.self, PrefixSummary.self]
        }
    }

    /// Adds a batch from its summaries.
    ///
    /// A missing kind of summary counts as empty.
    package mutating func add(_ batch: SummarizedBatch) {
        let grouping = grouping
        add(batch.batch, batch.workspace) { batch.add(by: grouping, to: &$0) }
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
            completed.append(rows(of: group, key: key))
            completedTotal.merge(group)
            limitCompleted()
        } else {
            add(&groups[key, default: Group()])
        }
    }

    /// Adds the groups of another roll-up with the same grouping.
    package mutating func merge(_ other: RollUp) {
        for (key, group) in other.groups {
            // Most days occur in one part only, so their group moves without a merge.
            if groups[key] == nil { groups[key] = group } else { groups[key]?.merge(group) }
        }
        completed += other.completed
        completedTotal.merge(other.completedTotal)
        if let values = other.rest { rest = rest?.merged(with: values) ?? values }
        limitCompleted()
    }

    /// The sum of all groups, for the row of totals.
    var total: Group {
        // Without batch keys there is one group, which is the total.
        if groups.count == 1, completed.isEmpty, let only = groups.first { return only.value }
        return groups.values.reduce(into: completedTotal) { $0.merge($1) }
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
        let wallClock = grouping.zone.wallClock(at: batch.createdAt)
        return grouping.batchKeys.flatMap { key -> [Cell] in
            switch key {
            case .day: [.text(wallClock.day.text)]
            case .week: [.text(wallClock.day.weekText)]
            case .month: [.text(wallClock.day.monthText)]
            case .hour: [.text(wallClock.hourText)]
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

/// The key of one row of requests: one label per request key of the grouping.
///
/// An error has three labels: fingerprint, type and message.
struct PartKey: BoundedKey {
    let labels: [Label]
    let stableHash: UInt64

    init(_ labels: [Label]) {
        self.labels = labels
        var hash = StableHash()
        for label in labels { hash.combine(label.stableHash) }
        stableHash = hash.value
    }

    init(_ label: Label) {
        self.init([label])
    }

    static func == (left: PartKey, right: PartKey) -> Bool {
        left.stableHash == right.stableHash && left.labels == right.labels
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(stableHash)
    }

    static func < (left: PartKey, right: PartKey) -> Bool {
        left.labels.lexicographicallyPrecedes(right.labels)
    }
}

extension CalendarDay {
    /// The month: `2026-03`.
    var monthText: String {
        String(text.dropLast(3))
    }

    /// The ISO 8601 week: `2026-W10`.
    ///
    /// Weeks begin on Monday. A week belongs to the year that contains its Thursday.
    var weekText: String {
        let thursday = monday.adding(days: 3)
        let year = thursday.components.year
        let newYear = CalendarDay(year: year, month: 1, day: 1) ?? thursday
        let week = (thursday.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1
        return "\(thursday.text.prefix(4))-W\(week < 10 ? "0" : "")\(week)"
    }
}

extension Timestamp {
    /// The hour of the day: `07`.
    var hourText: String {
        let hour = Int(seconds(since: day.start)) / 3_600
        return hour < 10 ? "0\(hour)" : "\(hour)"
    }
}
