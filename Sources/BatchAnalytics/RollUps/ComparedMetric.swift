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
        case .inputP50: .integer(measures.sizes.input.percentile(50))
        case .inputP95: .integer(measures.sizes.input.percentile(95))
        case .outputP50: .integer(measures.sizes.output.percentile(50))
        case .outputP95: .integer(measures.sizes.output.percentile(95))
        case .cost: .money(measures.cost.isUnknown ? nil : measures.cost.batch)
        case .costPerRequest: .money(measures.costPerRequest)
        case .queueP50: .integer(measures.queue.percentile(50))
        case .queueP95: .integer(measures.queue.percentile(95))
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
