package import MessageBatches
import Prices

/// All values that a row of a roll-up can show.
///
/// A grouping fills only the values it knows.
package struct Measures: Sendable, Equatable {
    package var batches = 0
    package var outcomes = OutcomeSummary()
    /// Requests of the row: all of them, or only the succeeded ones if the grouping knows no others.
    package var requests = 0
    package var succeeded = 0
    package var errored = 0
    /// Succeeded requests that are usable, as defined by ``Usability``.
    package var usable = 0
    /// Succeeded requests with neither visible text nor a tool call.
    package var empty = 0
    /// Answers by whether their text is JSON; counted only by scans that expect JSON.
    package var answers = JSONAnswerCounts()
    /// Tokens of succeeded requests.
    package var usage = TokenUsage()
    package var cost = Cost()
    package var sizes = PercentileSummary()
    /// Seconds from creation to end, one value per batch.
    package var queue = ValueHistogram()
    /// Batches that took longer than ``longWait``.
    package var longWaits = 0
    /// Whether only succeeded requests were counted, so that the number of failures is unknown.
    package var countsSucceededOnly = false

    /// A wait longer than this, in seconds, is close to the 24 hours after which unfinished requests expire.
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
        answers.merge(other.answers)
        usage.addClamped(other.usage)
        cost.merge(other.cost)
        sizes.merge(other.sizes)
        queue.merge(other.queue)
        longWaits = longWaits.addingClamped(other.longWaits)
        countsSucceededOnly = countsSucceededOnly || other.countsSucceededOnly
    }
}

extension Measures {
    /// Adds one to the number of batches and records the time it took.
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
    /// The fraction of succeeded requests that is usable; nil if there are none.
    package var usableRate: Double? {
        ratio(usable, succeeded)
    }

    /// The fraction of all requests that errored; nil if there are none or only succeeded requests were counted.
    package var errorRate: Double? {
        countsSucceededOnly ? nil : ratio(errored, requests)
    }

    /// The fraction of ended batches that took longer than ``longWait``; nil if there are none.
    package var longWaitShare: Double? {
        ratio(longWaits, queue.count)
    }

    /// The fraction of prompt tokens that were read from the cache; nil if there are none.
    package var cacheHitRatio: Double? {
        let prompt = usage.prompt
        return prompt > 0 ? Double(usage.cacheRead) / Double(prompt) : nil
    }

    /// The average cost of a priced request, rounded to a pico-dollar; nil if there are none.
    package var costPerRequest: Money? {
        guard cost.pricedRequests > 0 else { return nil }
        let requests = Int128(cost.pricedRequests)
        let half = Money(picoDollars: cost.batch.picoDollars < 0 ? -requests / 2 : requests / 2)
        return Money(picoDollars: (cost.batch + half).picoDollars / requests)
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}

/// The errors of one fingerprint in a roll-up.
package struct ErrorMeasures: Sendable, Equatable {
    package var tally = ErrorTally()
    /// The estimated cost of these requests if they had succeeded, from the succeeded requests of the same batches.
    ///
    /// Nil if no batch has a succeeded request with a price: 0 would mean that the retry is free.
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
