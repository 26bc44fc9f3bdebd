import MessageBatches

/// A column of a roll-up and where its values come from.
struct MeasureColumn: Sendable {
    var column: RollUpTable.Column
    /// The value of a row, from the row and from everything.
    var value: @Sendable (_ row: Measures, _ total: Measures) -> RollUpTable.Value

    init(
        _ name: String,
        _ unit: RollUpTable.Unit,
        _ value: @escaping @Sendable (_ row: Measures, _ total: Measures) -> RollUpTable.Value
    ) {
        column = RollUpTable.Column(name: name, unit: unit)
        self.value = value
    }

    private static func count(_ name: String, _ value: @escaping @Sendable (Measures) -> Int) -> MeasureColumn {
        MeasureColumn(name, .count) { row, _ in .count(value(row)) }
    }

    private static func tokens(_ name: String, _ value: @escaping @Sendable (Measures) -> Int64) -> MeasureColumn {
        MeasureColumn(name, .count) { row, _ in .count(Int(value(row))) }
    }

    private static func money(_ name: String, _ value: @escaping @Sendable (Measures) -> Money?) -> MeasureColumn {
        MeasureColumn(name, .money) { row, _ in value(row).map { .money($0) } ?? .missing }
    }

    private static func ratio(_ name: String, _ value: @escaping @Sendable (Measures) -> Double?) -> MeasureColumn {
        MeasureColumn(name, .ratio) { row, _ in value(row).map { .ratio($0) } ?? .missing }
    }

    private static let requests = count("requests") { $0.requests }
    private static let succeeded = count("succeeded") { $0.succeeded }
    private static let errored = count("errored") { $0.errored }
    private static let usable = count("usable") { $0.usable }
    private static let empty = count("empty") { $0.empty }
    private static let usableRate = ratio("usable_rate") { $0.usableRate }
    private static let errorRate = ratio("error_rate") { $0.errorRate }

    private static let share = MeasureColumn("share", .ratio) { row, total in
        total.requests > 0 ? .ratio(Double(row.requests) / Double(total.requests)) : .missing
    }

    private static let usage = [
        tokens("input_tokens") { $0.usage.input },
        tokens("cache_creation_5m_tokens") { $0.usage.cacheCreation5m },
        tokens("cache_creation_1h_tokens") { $0.usage.cacheCreation1h },
        tokens("cache_read_tokens") { $0.usage.cacheRead },
        tokens("output_tokens") { $0.usage.output },
        tokens("thinking_tokens") { $0.usage.thinking },
        tokens("web_search_requests") { $0.usage.webSearches },
    ]

    private static let cost = [
        money("cost_usd") { $0.cost.batch },
        money("list_price_usd") { $0.cost.list },
        money("saved_by_batch_usd") { $0.cost.savedByBatch },
        money("saved_by_cache_usd") { $0.cost.savedByCache },
        count("unpriced_requests") { $0.cost.unpricedRequests },
        count("assumed_price_requests") { $0.cost.assumedRequests },
    ]

    private static let outcomes = [
        count("canceled") { $0.outcomes[.canceled] },
        count("expired") { $0.outcomes[.expired] },
        count("other_results") { $0.outcomes.unknownRequests },
    ]

    private static let distributions = [
        ratio("cache_hit_ratio") { $0.cacheHitRatio },
        percentile("output_tokens_p50", .count, 50) { $0.sizes.output },
        percentile("output_tokens_p95", .count, 95) { $0.sizes.output },
        percentile("queue_seconds_p50", .seconds, 50) { $0.queue },
        percentile("queue_seconds_p95", .seconds, 95) { $0.queue },
    ]

    private static func percentile(
        _ name: String,
        _ unit: RollUpTable.Unit,
        _ percent: Int,
        _ histogram: @escaping @Sendable (Measures) -> ValueHistogram
    ) -> MeasureColumn {
        MeasureColumn(name, unit) { row, _ in
            guard let value = histogram(row).percentile(percent) else { return .missing }
            return unit == .seconds ? .seconds(value) : .count(value)
        }
    }

    /// The columns of a grouping behind those that name the group.
    static func columns(for key: Grouping.RequestKey?) -> [MeasureColumn] {
        switch key {
        case nil:
            [count("batches") { $0.batches }, requests, succeeded, errored] + outcomes
                + [usable, usableRate, errorRate] + usage + distributions + cost
        case .model:
            [requests, share, usable, usableRate] + usage + [ratio("cache_hit_ratio") { $0.cacheHitRatio }] + cost
        case .result: [requests, share] + usage + cost
        case .stopReason: [requests, share, usable, empty] + usage + cost
        case .prefix: [requests, share, succeeded, errored, usable, usableRate] + usage + cost
        case .error: []
        }
    }
}
