import MessageBatches
import Tables

/// A column of a roll-up and the function that computes its values.
struct MeasureColumn: Sendable {
    var column: Column
    /// Computes the value of a row.
    var value: @Sendable (Measures) -> Cell
    /// Whether the value is a count that becomes a fraction of the total once all rows are known.
    var isShare = false

    init(_ key: String, _ kind: ValueKind, _ value: @escaping @Sendable (Measures) -> Cell) {
        column = RollUp.column(key, kind)
        self.value = value
    }

    private static func count(_ name: String, _ value: @escaping @Sendable (Measures) -> Int) -> MeasureColumn {
        MeasureColumn(name, .integer) { .integer(value($0)) }
    }

    private static func tokens(_ name: String, _ value: @escaping @Sendable (Measures) -> Int64) -> MeasureColumn {
        MeasureColumn(name, .integer) { .integer(value($0)) }
    }

    /// A column for an amount.
    ///
    /// Its value is missing if no request of the row has a price; 0 would mean that they are free.
    private static func money(_ name: String, _ value: @escaping @Sendable (Measures) -> Money) -> MeasureColumn {
        MeasureColumn(name, .money) { .money($0.cost.isUnknown ? nil : value($0)) }
    }

    private static func ratio(_ name: String, _ value: @escaping @Sendable (Measures) -> Double?) -> MeasureColumn {
        MeasureColumn(name, .percent) { .decimal(value($0)) }
    }

    private static let requests = count("requests") { $0.requests }
    private static let succeeded = count("succeeded") { $0.succeeded }
    private static let errored = count("errored") { $0.errored }
    private static let usable = count("usable") { $0.usable }
    private static let empty = count("empty") { $0.empty }
    private static let usableRate = ratio("usable_rate") { $0.usableRate }
    private static let errorRate = ratio("error_rate") { $0.errorRate }

    private static let share = {
        var column = MeasureColumn("share", .percent) { .integer($0.requests) }
        column.isShare = true
        return column
    }()

    private static let usage = UsageField.allCases.map { field in tokens(field.column) { $0.usage[field] } }

    private static let cost = [
        money("cost_usd") { $0.cost.batch },
        money("list_price_usd") { $0.cost.list },
        money("saved_by_batch_usd") { $0.cost.savedByBatch },
        money("saved_by_cache_usd") { $0.cost.savedByCache },
        count("unpriced_requests") { $0.cost.unpricedRequests },
        count("assumed_price_requests") { $0.cost.assumedRequests },
        count("not_billed_requests") { $0.cost.prices.notBilled },
        money("not_billed_list_price_usd") { $0.cost.prices.notBilledList },
    ]

    private static let outcomes = [
        count("canceled") { $0.outcomes[.canceled] },
        count("expired") { $0.outcomes[.expired] },
        count("other_results") { $0.outcomes.unknownRequests },
    ]

    private static let cacheHitRatio = ratio("cache_hit_ratio") { $0.cacheHitRatio }

    private static let distributions =
        percentiles("input_tokens", .integer) { $0.sizes.input }
        + percentiles("cache_read_tokens", .integer) { $0.sizes.cached }
        + percentiles("output_tokens", .integer) { $0.sizes.output }
        + percentiles("text_bytes", .integer) { $0.sizes.text }

    private static let queue =
        percentiles("queue_seconds", .duration) { $0.queue } + [ratio("queue_over_20h_share") { $0.longWaitShare }]

    /// Columns for p50, p90, p95, p99 and the maximum.
    private static func percentiles(
        _ name: String,
        _ kind: ValueKind,
        _ histogram: @escaping @Sendable (Measures) -> ValueHistogram
    ) -> [MeasureColumn] {
        let columns = [50, 90, 95, 99]
            .map { percent in
                MeasureColumn("\(name)_p\(percent)", kind) { .integer(histogram($0).percentile(percent)) }
            }
        let largest = MeasureColumn("\(name)_max", kind) { row in
            let values = histogram(row)
            return .integer(values.count > 0 ? values.maximum : nil)
        }
        return columns + [largest]
    }

    /// The columns of a grouping, after those of the group keys.
    static func columns(for grouping: Grouping, isScan: Bool) -> [MeasureColumn] {
        if isScan, !grouping.requestKeys.isEmpty { return scanned }
        return switch grouping.requestKeys.first {
        case nil:
            [count("batches") { $0.batches }, requests, succeeded, errored] + outcomes
                + [usable, empty, usableRate, errorRate] + usage + [cacheHitRatio] + distributions + queue + cost
        case .model: [requests, share, usable, usableRate] + usage + [cacheHitRatio] + cost
        case .serviceTier, .geo: [requests, share] + usage + [cacheHitRatio] + cost
        case .result: [requests, share] + usage + cost
        case .stopReason, .stopCategory: [requests, share, usable, empty] + usage + cost
        case .prefix: [requests, share, succeeded, errored, usable, usableRate] + usage + cost
        case .error: []
        }
    }

    /// Adds the columns about JSON after the first column about usable answers.
    static func withAnswers(_ columns: [MeasureColumn]) -> [MeasureColumn] {
        let place = columns.firstIndex { $0.column.key == usable.column.key }.map { $0 + 1 } ?? columns.count
        return columns[..<place] + answers + columns[place...]
    }

    private static let answers = [
        count("json_valid") { $0.answers.valid }, count("json_fenced") { $0.answers.fenced },
        count("json_invalid") { $0.answers.invalid },
    ]

    /// The columns of any combination of request keys, for scans.
    private static let scanned =
        [requests, share, succeeded, errored, usable, empty, usableRate, errorRate] + usage + [cacheHitRatio]
        + distributions
        + cost
}

// MARK: - Headings

extension RollUp {
    private static let titles = [
        "batch_id": "Batch", "created_at": "Created", "result_type": "Result", "other_results": "Other results",
        "cache_hit_ratio": "Cache hits", "cost_usd": "Cost", "list_price_usd": "List price",
        "saved_by_batch_usd": "Saved by batch", "saved_by_cache_usd": "Saved by cache",
        "unpriced_requests": "Unpriced", "assumed_price_requests": "Price assumed",
        "not_billed_requests": "Not billed", "not_billed_list_price_usd": "Not billed, list price",
        "error_class": "Action",
        "error_type": "Type", "error_message": "Message", "cost_at_stake_usd": "Cost at stake",
        "sample_custom_id": "Example", "sample_request_id": "Request ID", "queue_seconds_p50": "Queue p50",
        "queue_seconds_p95": "Queue p95",
        "error_rate": "Error rate", "usable_rate": "Usable", "json_valid": "JSON", "json_fenced": "JSON in fence",
        "json_invalid": "Not JSON",
    ]
    /// Columns with IDs and names that people copy, which are never cut.
    private static let uncutColumns: Set<String> = ["batch_id", "model", "fingerprint", "sample_request_id"]

    /// Columns that a narrow terminal hides first.
    ///
    /// What the rows are grouped by is hidden last.
    private static let detailColumns: Set<String> = [
        "assumed_price_requests", "cache_hit_ratio", "list_price_usd", "queue_seconds_p50", "saved_by_cache_usd",
    ]

    /// The heading of a column.
    private static func title(_ key: String) -> String {
        if let title = titles[key] { return title }
        if let field = UsageField.allCases.first(where: { $0.column == key }) { return field.title }
        let words = key.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// A column with its heading.
    static func column(_ key: String, _ kind: ValueKind = .text) -> Column {
        Column(
            key,
            title(key),
            kind: kind,
            canShrink: uncutColumns.contains(key) ? false : nil,
            weight: kind == .text ? .important : detailColumns.contains(key) ? .detail : .normal
        )
    }
}
