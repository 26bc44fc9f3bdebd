import BatchPipeline
import MessageBatches

extension RollUp {
    /// The label of the row for everything that had no room for a row of its own.
    package static let other = "(other)"
    /// The label of the row for requests or batches in which the field is missing.
    package static let none = "(none)"

    /// The rows, in the order of the columns that name the batches; within them by falling number of requests.
    package func table() -> RollUpTable {
        let total = total
        let grouped = settled + groups.map { rows(of: $1, key: $0) }
        let keyColumns = batchColumns + requestColumns
        let valueColumns = hasErrorColumns ? Self.errorColumns : measureColumns.map(\.column)
        let share = hasErrorColumns ? nil : measureColumns.firstIndex { $0.isShare }.map { keyColumns.count + $0 }
        let whole = denominator(total)
        func shared(_ row: [RollUpTable.Value]) -> [RollUpTable.Value] {
            guard let share else { return row }
            var row = row
            row[share] = row[share].share(in: whole.requests)
            return row
        }
        return RollUpTable(
            columns: keyColumns + valueColumns,
            keyColumns: keyColumns.count,
            rows: grouped.sorted { $0.key.precedes($1.key) }.flatMap { $0.rows.map(shared) },
            totals: shared(keyColumns.map { _ in .missing } + totals(total, whole)),
            unpriced: unpriced(total)
        )
    }

    /// The rows of one group, complete but for the shares, which are counts as yet.
    struct GroupRows: Sendable {
        let key: [RollUpTable.Value]
        let rows: [[RollUpTable.Value]]
    }

    func rows(of group: Group, key: [RollUpTable.Value]) -> GroupRows {
        guard !grouping.requestKeys.isEmpty else { return GroupRows(key: key, rows: [row(key, [], group.all)]) }
        return GroupRows(key: key, rows: hasErrorColumns ? errorRows(of: group.errors, key) : partRows(of: group, key))
    }

    private func row(_ key: [RollUpTable.Value], _ labels: [String], _ measures: Measures) -> [RollUpTable.Value] {
        var row: [RollUpTable.Value] = []
        row.reserveCapacity(key.count + labels.count + measureColumns.count)
        row += key
        for label in labels { row.append(.text(label)) }
        for column in measureColumns { row.append(column.value(measures)) }
        return row
    }

    /// Whether the rows are errors with what is known of them, and not requests with their tokens.
    private var hasErrorColumns: Bool {
        grouping.requestKeys == [.error] && !isScan
    }

    /// The columns that name a group of batches.
    private var batchColumns: [RollUpTable.Column] {
        grouping.batchKeys.flatMap { key -> [RollUpTable.Column] in
            switch key {
            case .day, .week, .month, .hour, .workspace: [.init(name: key.rawValue, unit: .text)]
            case .batch: [.init(name: "batch_id", unit: .text), .init(name: "created_at", unit: .moment)]
            }
        }
    }

    /// The columns that name a group of requests.
    private var requestColumns: [RollUpTable.Column] {
        let names = grouping.requestKeys.flatMap { key -> [String] in
            switch key {
            case .model: ["model"]
            case .result: ["result_type"]
            case .stopReason: ["stop_reason"]
            case .error: ["fingerprint", "error_type", "error_message"]
            case .prefix: ["prefix"]
            case .serviceTier: ["service_tier"]
            case .geo: ["inference_geo"]
            }
        }
        return names.map { RollUpTable.Column(name: $0, unit: .text) }
    }

    private func partRows(of group: Group, _ key: [RollUpTable.Value]) -> [[RollUpTable.Value]] {
        let rows = group.parts.ranked(by: \.requests)
            .map { row(key, $0.key.labels.map { $0.text.isEmpty ? Self.none : $0.text }, $0.value) }
        guard group.parts.other != Measures() else { return rows }
        return rows + [row(key, requestColumns.map { _ in Self.other }, group.parts.other)]
    }

    /// The row of totals without the columns that name a group.
    private func totals(_ total: Group, _ whole: Measures) -> [RollUpTable.Value] {
        if hasErrorColumns {
            return Self.errorValues(
                total.errors.rows.reduce(into: total.errors.other) { $0.merge($1.value) },
                example: false
            )
        }
        let row = grouping.requestKeys.isEmpty ? total.all : whole
        return measureColumns.map { $0.value(row) }
    }

    /// What shares are parts of: all requests, or only those that the grouping can have rows for.
    private func denominator(_ total: Group) -> Measures {
        var whole = total.all
        switch grouping.coverage {
        case .all: break
        case .succeeded:
            whole.requests = whole.succeeded
            whole.isOfSucceeded = true
        case .errored: whole = total.parts.rows.reduce(into: total.parts.other) { $0.merge($1.value) }
        }
        return whole
    }

    private func unpriced(_ total: Group) -> [RollUpTable.Unpriced] {
        let table = total.all.cost.unpriced
        let rows = table.ranked(by: \.count)
            .map { row in
                RollUpTable.Unpriced(model: row.key.text.isEmpty ? Self.none : row.key.text, requests: row.value.count)
            }
        return rows + (table.other.count > 0 ? [RollUpTable.Unpriced(model: nil, requests: table.other.count)] : [])
    }
}

extension Grouping {
    /// Which requests have a place in a grouping: only succeeded ones have a model, only errored ones an error.
    enum Coverage {
        case all, succeeded, errored
    }

    var coverage: Coverage {
        if requestKeys.contains(.error) { return .errored }
        let needsSuccess = requestKeys.contains { [.model, .stopReason, .serviceTier, .geo].contains($0) }
        let coversAll = requestKeys.contains { [.result, .prefix].contains($0) }
        return needsSuccess && !coversAll ? .succeeded : .all
    }
}

extension RollUpTable.Value {
    /// A count as its share in a whole; missing where there is no whole.
    fileprivate func share(in whole: Int) -> RollUpTable.Value {
        guard case .count(let count) = self, whole > 0 else { return .missing }
        return .ratio(Double(count) / Double(whole))
    }
}

extension [RollUpTable.Value] {
    /// The order of groups: by the values that name them, from left to right.
    fileprivate func precedes(_ other: [RollUpTable.Value]) -> Bool {
        for (left, right) in zip(self, other) {
            switch (left, right) {
            case (.text(let left), .text(let right)) where left != right: return left < right
            case (.moment(let left), .moment(let right)) where left != right: return left < right
            default: continue
            }
        }
        return false
    }
}

// MARK: - Errors

extension RollUp {
    private static let errorColumns: [RollUpTable.Column] = [
        .init(name: "error_class", unit: .text), .init(name: "requests", unit: .count),
        .init(name: "first_seen", unit: .moment), .init(name: "last_seen", unit: .moment),
        .init(name: "cost_at_stake_usd", unit: .money), .init(name: "sample_custom_id", unit: .text),
        .init(name: "sample_request_id", unit: .text),
    ]

    private func errorRows(
        of errors: BoundedTable<ErrorFingerprint, ErrorMeasures>,
        _ key: [RollUpTable.Value]
    ) -> [[RollUpTable.Value]] {
        let rows = errors.ranked(by: \.tally.count)
            .map { row in
                let names: [RollUpTable.Value] = [.text(row.key.id), .text(row.key.type.text), .text(row.key.message)]
                return key + names + Self.errorValues(row.value, example: true)
            }
        guard errors.other.tally.count > 0 else { return rows }
        return rows + [key + [.text(Self.other), .missing, .missing] + Self.errorValues(errors.other, example: true)]
    }

    private static func errorValues(_ errors: ErrorMeasures, example: Bool) -> [RollUpTable.Value] {
        let sample = example ? errors.tally.samples.first : nil
        return [
            example ? .text(errors.tally.errorClass.rawValue) : .missing,
            .count(errors.tally.count),
            errors.tally.firstSeen.map { .moment($0) } ?? .missing,
            errors.tally.lastSeen.map { .moment($0) } ?? .missing,
            errors.costAtStake.map { .money($0) } ?? .missing,
            sample.map { .text($0.customID.text) } ?? .missing,
            sample.map { $0.requestID.text.isEmpty ? .missing : .text($0.requestID.text) } ?? .missing,
        ]
    }

    /// The errors of everything that was added, by falling count; the last, without a fingerprint, stands for those
    /// that have no row of their own.
    ///
    /// Known only to a grouping by error alone.
    package var rankedErrors: [(fingerprint: ErrorFingerprint?, measures: ErrorMeasures)] {
        let errors = total.errors
        let rows = errors.ranked(by: \.tally.count).map { (fingerprint: Optional($0.key), measures: $0.value) }
        return rows + (errors.other.tally.count > 0 ? [(nil, errors.other)] : [])
    }

    /// How often an error occurred; 0 where it has no row.
    package func errorCount(_ fingerprint: ErrorFingerprint) -> Int {
        total.errors[fingerprint]?.tally.count ?? 0
    }
}
