import BatchPipeline
package import Tables

extension RollUp {
    /// The label of the row that adds up everything without a row of its own.
    package static let other = "(other)"
    /// The label of the row for requests or batches without a value in the field.
    package static let none = "(none)"

    /// The columns that people see after the group keys, the most important first.
    package static let mainColumns = [
        "batches", "requests", "share", "error_class", "errored", "usable_rate", "json_valid", "json_fenced",
        "json_invalid", "cost_usd", "unpriced_requests",
        "assumed_price_requests", "input_tokens", "cache_read_tokens", "output_tokens", "cache_hit_ratio",
        "list_price_usd", "saved_by_cache_usd", "queue_seconds_p50", "queue_seconds_p95", "first_seen", "last_seen",
        "cost_at_stake_usd", "sample_custom_id",
    ]
    private static let queueColumns: Set<String> = ["queue_seconds_p50", "queue_seconds_p95"]
    /// Columns that people see only if they contain a value other than zero.
    private static let rareColumns: Set<String> = ["unpriced_requests", "assumed_price_requests"]

    /// The table of all groups, sorted by the batch keys, then by descending number of requests.
    ///
    /// People get the main columns, programs all columns. `notes` follow the sentence about requests without a price;
    /// nil means no notes at all. `named` are the keys of columns that a narrow terminal hides last, like the one that
    /// the rows are sorted by.
    package func table(
        caption: String? = nil,
        forPeople: Bool = false,
        notes: [String]? = nil,
        named: Set<String> = []
    ) -> Table {
        let total = total
        let grouped = completed + groups.map { rows(of: $1, key: $0) }
        let columns = keyColumns + (hasErrorColumns ? Self.errorColumns : measureColumns.map(\.column))
        let share = hasErrorColumns ? nil : measureColumns.firstIndex { $0.isShare }.map { keyColumns.count + $0 }
        let whole = denominator(total)
        let title = keyColumns.indices.map { $0 == 0 ? Cell.text("Total") : .missing }
        let totals = title + totals(total, whole)
        let places = forPeople ? mainColumnIndices(columns, totals) : Array(columns.indices)
        func shown(_ row: [Cell]) -> [Cell] {
            var row = row
            if let share { row[share] = row[share].share(in: whole.requests) }
            return forPeople ? places.map { row[$0] } : row
        }
        // A ranking can miss groups even if none of its rows shows it.
        let isCut = ranking != nil || grouped.contains { $0.rows.contains(where: \.isOther) }
        return Table(
            caption: caption,
            columns: places.map { weighted(columns[$0], named) },
            rows: sorted(grouped).map { shown($0.cells) },
            totals: shown(totals),
            notes: notes.map {
                total.all.cost.sentences + grouping.sentences
                    + [isCut ? otherSentence(total) : nil].compactMap(\.self) + $0
            } ?? []
        )
    }

    /// The column as this grouping shows it: queue times are what hours are compared by.
    private func weighted(_ column: Column, _ named: Set<String>) -> Column {
        var column = column
        if column.key == ranking?.column || named.contains(column.key) {
            column.weight = .named
        } else if grouping.batchKeys.contains(.hour), Self.queueColumns.contains(column.key) {
            column.weight = .important
        }
        return column
    }

    /// The indices of the columns that people see.
    private func mainColumnIndices(_ columns: [Column], _ totals: [Cell]) -> [Int] {
        let ranked = ranking.map(\.column).flatMap { Self.mainColumns.contains($0) ? nil : $0 }
        let values = (Self.mainColumns + [ranked].compactMap(\.self))
            .compactMap { name in
                columns.indices.dropFirst(keyColumns.count).first { columns[$0].key == name }
            }
        return Array(keyColumns.indices)
            + values.filter { place in
                let name = columns[place].key
                if name == ranking?.column { return true }
                // A row for a single batch does not need the number of batches.
                if name == "batches", grouping.batchKeys.contains(.batch) { return false }
                if name == "queue_seconds_p95", !grouping.batchKeys.contains(.hour) { return false }
                return !Self.rareColumns.contains(name) || totals[place].number != 0
            }
    }

    /// The columns of the group keys.
    package var keyColumns: [Column] { batchColumns + requestColumns }

    /// The rows of one group.
    ///
    /// Shares are still counts, because the total is not yet known.
    struct GroupRows: Sendable {
        let key: [Cell]
        var rows: [Row]
    }

    /// One row, with what its cells were computed from if rows can be added up.
    struct Row: Sendable {
        var cells: [Cell]
        var values: RowValues?
        /// Whether the row adds up everything without a row of its own.
        var isOther = false
    }

    func rows(of group: Group, key: [Cell]) -> GroupRows {
        guard !grouping.requestKeys.isEmpty else { return GroupRows(key: key, rows: [row(key, [], group.all)]) }
        return GroupRows(key: key, rows: hasErrorColumns ? errorRows(of: group.errors, key) : partRows(of: group, key))
    }

    private func row(_ key: [Cell], _ labels: [String], _ measures: Measures, isOther: Bool = false) -> Row {
        var row: [Cell] = []
        row.reserveCapacity(key.count + labels.count + measureColumns.count)
        row += key
        for label in labels { row.append(.text(label)) }
        for column in measureColumns { row.append(column.value(measures)) }
        return Row(cells: row, values: addsUpRows ? .measures(measures) : nil, isOther: isOther)
    }

    /// The row for everything without a row of its own, in all groups together.
    func otherRow(_ values: RowValues) -> Row {
        let key = keyColumns.map { $0.kind == .text ? Cell.text(Self.other) : .missing }
        let cells =
            switch values {
            case .measures(let measures): measureColumns.map { $0.value(measures) }
            case .errors(let errors): Self.errorValues(errors, example: true)
            }
        return Row(cells: key + cells, values: values, isOther: true)
    }

    /// Whether the rows describe errors instead of requests and their tokens.
    var hasErrorColumns: Bool {
        grouping.requestKeys == [.error] && !isScan
    }

    /// The columns of the batch keys.
    var batchColumns: [Column] {
        grouping.batchKeys.flatMap { key -> [Column] in
            switch key {
            case .day, .week, .month, .hour, .workspace: [Self.column(key.rawValue)]
            case .batch: [Self.column("batch_id"), Self.column("created_at", .timestamp)]
            }
        }
    }

    /// The columns of the request keys.
    private var requestColumns: [Column] {
        let names = grouping.requestKeys.flatMap { key -> [String] in
            switch key {
            case .model: ["model"]
            case .result: ["result_type"]
            case .stopReason: ["stop_reason"]
            case .stopCategory: ["stop_category"]
            case .error: ["fingerprint", "error_type", "error_message"]
            case .prefix: ["prefix"]
            case .serviceTier: ["service_tier"]
            case .geo: ["inference_geo"]
            }
        }
        return names.map { Self.column($0) }
    }

    private func partRows(of group: Group, _ key: [Cell]) -> [Row] {
        let rows = group.parts.ranked(by: \.requests)
            .map { row(key, $0.key.labels.map { $0.text.isEmpty ? Self.none : $0.text }, $0.value) }
        guard group.parts.other != Measures() else { return rows }
        return rows + [row(key, requestColumns.map { _ in Self.other }, group.parts.other, isOther: true)]
    }

    /// The values of the row of totals, without the key columns.
    private func totals(_ total: Group, _ whole: Measures) -> [Cell] {
        if hasErrorColumns {
            return Self.errorValues(
                total.errors.rows.reduce(into: total.errors.other) { $0.merge($1.value) },
                example: false
            )
        }
        let row = grouping.requestKeys.isEmpty ? total.all : whole
        return measureColumns.map { $0.value(row) }
    }

    /// The denominator of shares: all requests, or only those that the grouping covers.
    private func denominator(_ total: Group) -> Measures {
        var whole = total.all
        switch grouping.coverage {
        case .all: break
        case .succeeded:
            whole.requests = whole.succeeded
            whole.countsSucceededOnly = true
        case .errored: whole = total.parts.rows.reduce(into: total.parts.other) { $0.merge($1.value) }
        }
        return whole
    }
}

extension Grouping {
    /// The requests that a grouping covers: only succeeded requests have a model, only errored ones an error.
    enum Coverage {
        case all, succeeded, errored
    }

    var coverage: Coverage {
        if requestKeys.contains(.error) { return .errored }
        let needsSuccess = requestKeys.contains {
            [.model, .stopReason, .stopCategory, .serviceTier, .geo].contains($0)
        }
        let coversAll = requestKeys.contains { [.result, .prefix].contains($0) }
        return needsSuccess && !coversAll ? .succeeded : .all
    }
}

extension Cell {
    /// A count as a fraction of a total; missing if the total is 0.
    fileprivate func share(in whole: Int) -> Cell {
        guard case .integer(let count) = self, whole > 0 else { return .missing }
        return .decimal(Double(count) / Double(whole))
    }
}

extension [Cell] {
    /// Whether this group comes before another, compared by key from left to right.
    func precedes(_ other: [Cell]) -> Bool {
        for (left, right) in zip(self, other) {
            switch (left, right) {
            case (.text(let left), .text(let right)) where left != right: return left < right
            case (.timestamp(let left), .timestamp(let right)) where left != right: return left < right
            default: continue
            }
        }
        return false
    }
}

// MARK: - Errors

extension RollUp {
    static let errorColumns = [
        column("error_class"), column("requests", .integer), column("first_seen", .timestamp),
        column("last_seen", .timestamp), column("cost_at_stake_usd", .money), column("sample_custom_id"),
        column("sample_request_id"),
    ]

    private func errorRows(
        of errors: BoundedTable<ErrorFingerprint, ErrorMeasures>,
        _ key: [Cell]
    ) -> [Row] {
        func row(_ names: [Cell], _ values: ErrorMeasures, isOther: Bool = false) -> Row {
            let cells = key + names + Self.errorValues(values, example: true)
            return Row(cells: cells, values: addsUpRows ? .errors(values) : nil, isOther: isOther)
        }
        let rows = errors.ranked(by: \.tally.count)
            .map { row([.text($0.key.id), .text($0.key.type.text), .text($0.key.message)], $0.value) }
        guard errors.other.tally.count > 0 else { return rows }
        return rows + [row([.text(Self.other), .missing, .missing], errors.other, isOther: true)]
    }

    private static func errorValues(_ errors: ErrorMeasures, example: Bool) -> [Cell] {
        let sample = example ? errors.tally.samples.first : nil
        return [
            example ? .text(errors.tally.errorClass.rawValue) : .missing,
            .integer(errors.tally.count), .timestamp(errors.tally.firstSeen), .timestamp(errors.tally.lastSeen),
            .money(errors.costAtStake), .text(sample?.customID.text),
            .text(sample.flatMap { $0.requestID.text.isEmpty ? nil : $0.requestID.text }),
        ]
    }

    /// The errors of all groups by descending count.
    ///
    /// The last entry, without a fingerprint, adds up the errors without a row.
    ///
    /// Works only for a grouping by error alone.
    package var rankedErrors: [(fingerprint: ErrorFingerprint?, measures: ErrorMeasures)] {
        let errors = total.errors
        let rows = errors.ranked(by: \.tally.count).map { (fingerprint: Optional($0.key), measures: $0.value) }
        return rows + (errors.other.tally.count > 0 ? [(nil, errors.other)] : [])
    }

    /// The number of occurrences of an error; 0 if it has no row.
    package func errorCount(_ fingerprint: ErrorFingerprint) -> Int {
        total.errors[fingerprint]?.tally.count ?? 0
    }
}
