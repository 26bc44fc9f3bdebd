package import BatchAnalytics
package import BatchArchive
package import MessageBatches
import Prices

/// The result of a retry run.
package struct RetryReport: Sendable {
    /// Results chosen, by reason.
    package var reasons: [String: Int] = [:]
    /// The batches with any, and how many.
    package var batches: [(manifest: Manifest, chosen: Int)] = []
    /// Chosen results whose request is in no source.
    package var notFound = 0
    /// Requests larger than a body may be.
    package var tooLarge = 0
    package var parts: [RetryPart] = []
    /// What was found in each source.
    package var sources: [JoinSourceFindings] = []

    package var chosen: Int { reasons.values.reduce(0, +) }
}

/// What it would cost to submit requests again: as much as the succeeded ones of their batches cost on average.
package struct RetryCost: Sendable {
    package private(set) var amount = Money.zero
    /// Chosen requests the amount is for.
    package private(set) var estimated = 0
    /// Chosen requests of batches without a priced success to go by.
    package private(set) var unknown = 0

    package init(_ report: RetryReport, pricer: Pricer) {
        for (manifest, chosen) in report.batches {
            let cost = manifest.summary(TokenSummary.self).map { pricer.cost(of: $0, day: manifest.batch.day) }
            guard let cost, cost.pricedRequests > 0 else {
                unknown += chosen
                continue
            }
            let total = cost.batch.picoDollars * Int128(chosen)
            amount += Money(picoDollars: total / Int128(cost.pricedRequests))
            estimated += chosen
        }
    }
}
