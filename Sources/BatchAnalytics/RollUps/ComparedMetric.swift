import MessageBatches
package import Tables

/// A metric by which two sets of batches are compared.
package enum ComparedMetric: String, Sendable, CaseIterable {
    case requests
    case usableRate = "usable_rate"
    case errorRate = "error_rate"
    case inputP50 = "input_tokens_p50"
    case inputP95 = "input_tokens_p95"
    case outputP50 = "output_tokens_p50"
    case outputP95 = "output_tokens_p95"
    case cost = "cost_usd"
    case costPerRequest = "cost_per_request_usd"
    case unpriced = "unpriced_requests"
    case cacheHitRatio = "cache_hit_ratio"
    case queueP50 = "queue_seconds_p50"
    case queueP95 = "queue_seconds_p95"

    /// The unit of the metric.
    package var kind: ValueKind {
        switch self {
        case .requests, .unpriced, .inputP50, .inputP95, .outputP50, .outputP95: .integer
        case .usableRate, .errorRate, .cacheHitRatio: .percent
        case .cost, .costPerRequest: .money
        case .queueP50, .queueP95: .duration
        }
    }

    /// The value for some batches; missing if it is not defined for them.
    package func value(of measures: Measures) -> Cell {
        switch self {
        case .requests: .integer(measures.requests)
        case .unpriced: .integer(measures.cost.unpricedRequests)
        case .usableRate: .decimal(measures.usableRate)
        case .errorRate: .decimal(measures.errorRate)
        case .cacheHitRatio: .decimal(measures.cacheHitRatio)
        case .inputP50, .inputP95, .outputP50, .outputP95, .queueP50, .queueP95:
            .integer(percentile(of: measures)?.upperBound)
        case .cost: .money(measures.cost.isUnknown ? nil : measures.cost.batch)
        case .costPerRequest: .money(measures.costPerRequest)
        }
    }

    /// The least that the exact value can be; nil if it is not defined.
    ///
    /// The value of a percentile is the upper end of a range, all other values are exact.
    func leastValue(of measures: Measures) -> Double? {
        percentile(of: measures).map { Double($0.lowerBound) } ?? value(of: measures).number
    }

    /// The range that contains a percentile; nil for other metrics, and without values.
    private func percentile(of measures: Measures) -> ClosedRange<Int>? {
        switch self {
        case .inputP50: measures.sizes.input.percentileRange(50)
        case .inputP95: measures.sizes.input.percentileRange(95)
        case .outputP50: measures.sizes.output.percentileRange(50)
        case .outputP95: measures.sizes.output.percentileRange(95)
        case .queueP50: measures.queue.percentileRange(50)
        case .queueP95: measures.queue.percentileRange(95)
        case .requests, .usableRate, .errorRate, .cost, .costPerRequest, .unpriced, .cacheHitRatio: nil
        }
    }
}

extension Cell {
    /// The value as a plain number, in dollars for money; nil for texts, timestamps and missing values.
    package var number: Double? {
        switch self {
        case .integer(let count): Double(count)
        case .decimal(let number): number
        case .money(let money): money.dollars
        case .text, .timestamp, .missing: nil
        }
    }
}
