import MessageBatches

/// A figure by which two sets of batches are compared.
package enum ComparedFigure: String, Sendable, CaseIterable {
    case requests
    case usableRate = "usable_rate"
    case errorRate = "error_rate"
    case inputP50 = "input_p50"
    case inputP95 = "input_p95"
    case outputP50 = "output_p50"
    case outputP95 = "output_p95"
    case cost
    case costPerRequest = "cost_per_request"
    case unpriced
    case cacheHitRatio = "cache_hit_ratio"
    case queueP50 = "queue_p50"
    case queueP95 = "queue_p95"

    /// What the figure is measured in.
    package var unit: RollUpTable.Unit {
        switch self {
        case .requests, .unpriced, .inputP50, .inputP95, .outputP50, .outputP95: .count
        case .usableRate, .errorRate, .cacheHitRatio: .ratio
        case .cost, .costPerRequest: .money
        case .queueP50, .queueP95: .seconds
        }
    }

    /// The figure of some batches; ``RollUpTable/Value/missing`` where nothing defines it.
    package func value(of measures: Measures) -> RollUpTable.Value {
        switch self {
        case .requests: .count(measures.requests)
        case .unpriced: .count(measures.cost.unpricedRequests)
        case .usableRate: ratio(measures.usableRate)
        case .errorRate: ratio(measures.errorRate)
        case .cacheHitRatio: ratio(measures.cacheHitRatio)
        case .inputP50: count(measures.sizes.input.percentile(50))
        case .inputP95: count(measures.sizes.input.percentile(95))
        case .outputP50: count(measures.sizes.output.percentile(50))
        case .outputP95: count(measures.sizes.output.percentile(95))
        case .cost: measures.cost.isUnknown ? .missing : .money(measures.cost.batch)
        case .costPerRequest: measures.costPerRequest.map { .money($0) } ?? .missing
        case .queueP50: measures.queue.percentile(50).map { .seconds($0) } ?? .missing
        case .queueP95: measures.queue.percentile(95).map { .seconds($0) } ?? .missing
        }
    }

    private func ratio(_ value: Double?) -> RollUpTable.Value {
        value.map { .ratio($0) } ?? .missing
    }

    private func count(_ value: Int?) -> RollUpTable.Value {
        value.map { .count($0) } ?? .missing
    }
}

extension RollUpTable.Value {
    /// The value as a plain number, dollars for money; nil for texts, moments and what is missing.
    package var number: Double? {
        switch self {
        case .count(let count), .seconds(let count): Double(count)
        case .ratio(let ratio): ratio
        case .money(let money): Double(money.picoDollars) / 1e12
        case .text, .moment, .missing: nil
        }
    }

    /// This value less another of the same kind; ``missing`` where either is.
    package func subtracting(_ other: RollUpTable.Value) -> RollUpTable.Value {
        switch (self, other) {
        case (.count(let left), .count(let right)): .count(left - right)
        case (.seconds(let left), .seconds(let right)): .seconds(left - right)
        case (.ratio(let left), .ratio(let right)): .ratio(left - right)
        case (.money(let left), .money(let right)): .money(left - right)
        default: .missing
        }
    }
}
