package import MessageBatches
import Prices

/// Everything a row of a roll-up can show; a row fills what its grouping knows.
package struct Measures: Sendable, Equatable {
    package var batches = 0
    package var outcomes = OutcomeSummary()
    /// Requests of the row: all, or the succeeded ones where the grouping only knows those.
    package var requests = 0
    package var succeeded = 0
    package var errored = 0
    /// Succeeded and usable in the sense of ``Usability``.
    package var usable = 0
    /// Succeeded with neither visible text nor a tool call.
    package var empty = 0
    /// Tokens of succeeded requests.
    package var usage = TokenUsage()
    package var cost = Cost()
    package var sizes = PercentileSummary()
    /// Seconds from creation to end, a batch.
    package var queue = ValueHistogram()
    /// Batches that took longer than ``longWait``.
    package var longWaits = 0
    /// Whether only succeeded requests were counted, so that nothing is known about failures.
    package var isOfSucceeded = false

    /// Longer than this, in seconds, is close to the 24 hours after which unfinished requests expire.
    package static let longWait = 20 * 3_600

    package init() {}
}

extension Measures: Mergeable {
    package mutating func merge(_ other: Measures) {
        batches = batches.addingClamped(other.batches)
        outcomes.merge(other.outcomes)
        requests = requests.addingClamped(other.requests)
        succeeded = succeeded.addingClamped(other.succeeded)
        errored = errored.addingClamped(other.errored)
        usable = usable.addingClamped(other.usable)
        empty = empty.addingClamped(other.empty)
        usage.addClamped(other.usage)
        cost.merge(other.cost)
        sizes.merge(other.sizes)
        queue.merge(other.queue)
        longWaits = longWaits.addingClamped(other.longWaits)
        isOfSucceeded = isOfSucceeded || other.isOfSucceeded
    }
}

extension Measures {
    /// Counts a batch as such: one more, with its wait.
    mutating func countBatch(_ batch: MessageBatch) {
        batches += 1
        guard let endedAt = batch.endedAt else { return }
        let wait = max(0, Int(endedAt.seconds(since: batch.createdAt)))
        queue.record(wait)
        longWaits += wait > Self.longWait ? 1 : 0
    }
}

// MARK: - Ratios

extension Measures {
    /// Usable among succeeded requests; nil without any.
    package var usableRate: Double? {
        ratio(usable, succeeded)
    }

    /// Errored among all requests; nil without any, and where only succeeded ones were counted.
    package var errorRate: Double? {
        isOfSucceeded ? nil : ratio(errored, requests)
    }

    /// The share of batches that took longer than ``longWait``; nil without any that ended.
    package var longWaitShare: Double? {
        ratio(longWaits, queue.count)
    }

    /// Cached among all prompt tokens; nil without any.
    package var cacheHitRatio: Double? {
        let prompt = UsageField.allCases.filter(\.isPrompt).reduce(Int64(0)) { $0.addingClamped(usage[$1]) }
        return prompt > 0 ? Double(usage.cacheRead) / Double(prompt) : nil
    }

    /// What a priced request costs on average, rounded to a pico-dollar; nil without any.
    package var costPerRequest: Money? {
        guard cost.pricedRequests > 0 else { return nil }
        let requests = Int128(cost.pricedRequests)
        let half = cost.batch.picoDollars < 0 ? -requests / 2 : requests / 2
        return Money(picoDollars: (cost.batch.picoDollars + half) / requests)
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}

/// The errors of one fingerprint in a roll-up.
package struct ErrorMeasures: Sendable, Equatable {
    package var tally = ErrorTally()
    /// What these requests would have cost had they succeeded, estimated from the succeeded ones of their batches.
    ///
    /// Nil where no batch had any with a price: 0 would say that nothing is at stake.
    package private(set) var costAtStake: Money?

    package init() {}
}

extension ErrorMeasures: Mergeable {
    package mutating func merge(_ other: ErrorMeasures) {
        tally.merge(other.tally)
        if let cost = other.costAtStake { addCostAtStake(cost) }
    }

    mutating func addCostAtStake(_ cost: Money) {
        costAtStake = (costAtStake ?? .zero) + cost
    }
}
