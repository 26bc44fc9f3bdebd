import BatchPipeline
import MessageBatches

extension RollUp {
    /// The label of the row for everything that had no room for a row of its own.
    package static let other = "(other)"
    /// The label of the row for requests in which the field is missing.
    package static let none = "(none)"

    /// The rows, in the order of the columns that name the batches; within them by falling number of requests.
    package func table() -> RollUpTable {
        let batchColumns = grouping.batchKeys.map { RollUpTable.Column(name: $0.rawValue, unit: .text) }
        let rows = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .flatMap { key, group in
                partRows(of: group).map { key.map { RollUpTable.Value.text($0) } + $0 }
            }
        let keyColumns = batchColumns + requestColumns
        let valueColumns = grouping.requestKey == .error ? Self.errorColumns : measureColumns.map(\.column)
        return RollUpTable(
            columns: keyColumns + valueColumns,
            keyColumns: keyColumns.count,
            rows: rows,
            totals: keyColumns.map { _ in .missing } + totals,
            unpriced: unpriced
        )
    }

    private var measureColumns: [MeasureColumn] {
        MeasureColumn.columns(for: grouping.requestKey)
    }

    /// The columns that name a group of requests.
    private var requestColumns: [RollUpTable.Column] {
        let names: [String] =
            switch grouping.requestKey {
            case nil: []
            case .model: ["model"]
            case .result: ["result_type"]
            case .stopReason: ["stop_reason"]
            case .error: ["fingerprint", "error_type", "error_message"]
            case .prefix: ["prefix"]
            }
        return names.map { RollUpTable.Column(name: $0, unit: .text) }
    }

    private func partRows(of group: Group) -> [[RollUpTable.Value]] {
        switch grouping.requestKey {
        case nil: return [measureColumns.map { $0.value(group.all, total.all) }]
        case .error: return errorRows(of: group.errors)
        case .model, .result, .stopReason, .prefix: break
        }
        let columns = measureColumns
        let whole = denominator
        func row(_ label: String, _ measures: Measures) -> [RollUpTable.Value] {
            [.text(label)] + columns.map { $0.value(measures, whole) }
        }
        let rows = group.parts.ranked(by: \.requests)
            .map { row($0.key.text.isEmpty ? Self.none : $0.key.text, $0.value) }
        return rows + (group.parts.other == Measures() ? [] : [row(Self.other, group.parts.other)])
    }

    /// The row of totals without the columns that name a group.
    private var totals: [RollUpTable.Value] {
        if grouping.requestKey == .error {
            return Self.errorValues(
                total.errors.rows.reduce(into: total.errors.other) { $0.merge($1.value) },
                example: false
            )
        }
        return measureColumns.map { $0.value(grouping.requestKey == nil ? total.all : denominator, denominator) }
    }

    /// What shares are parts of: all requests, or all succeeded ones where the grouping knows no others.
    private var denominator: Measures {
        var whole = total.all
        if grouping.requestKey == .model || grouping.requestKey == .stopReason { whole.requests = whole.succeeded }
        return whole
    }

    private var unpriced: [RollUpTable.Unpriced] {
        let table = total.all.cost.unpriced
        let rows = table.ranked(by: \.count)
            .map { row in
                RollUpTable.Unpriced(model: row.key.text.isEmpty ? Self.none : row.key.text, requests: row.value.count)
            }
        return rows + (table.other.count > 0 ? [RollUpTable.Unpriced(model: nil, requests: table.other.count)] : [])
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

    private func errorRows(of errors: BoundedTable<ErrorFingerprint, ErrorMeasures>) -> [[RollUpTable.Value]] {
        let rows = errors.ranked(by: \.tally.count)
            .map { row in
                [.text(row.key.id), .text(row.key.type.text), .text(row.key.message)]
                    + Self.errorValues(row.value, example: true)
            }
        guard errors.other.tally.count > 0 else { return rows }
        return rows + [[.text(Self.other), .missing, .missing] + Self.errorValues(errors.other, example: true)]
    }

    private static func errorValues(_ errors: ErrorMeasures, example: Bool) -> [RollUpTable.Value] {
        let sample = example ? errors.tally.samples.first : nil
        return [
            example ? .text(errors.tally.errorClass.rawValue) : .missing,
            .count(errors.tally.count),
            errors.tally.firstSeen.map { .moment($0) } ?? .missing,
            errors.tally.lastSeen.map { .moment($0) } ?? .missing,
            .money(errors.costAtStake),
            sample.map { .text($0.customID.text) } ?? .missing,
            sample.map { $0.requestID.text.isEmpty ? .missing : .text($0.requestID.text) } ?? .missing,
        ]
    }
}
