import BatchAnalytics
package import BatchArchive
package import MessageBatches
package import Prices

/// The counts and files of a retry run.
package struct RetryReport: Sendable {
    /// The number of selected results, by reason.
    package var reasons: [String: Int] = [:]
    /// The batches with selected results, and how many each has.
    package var batches: [(manifest: Manifest, selected: Int)] = []
    /// The number of batches that may have selected results and were not searched, because they have no raw file.
    package var notSearched = 0
    /// The number of selected requests by the model that they name, after the edit.
    ///
    /// For a request that is in no source, this is the model that is set, or that of its result or of the other results
    /// of its batch; if they have several, the request is not included.
    package var models: [String: Int] = [:]
    /// The number of selected results whose request is in no source.
    package var notFound = 0
    /// The number of requests that exceed the size limit of a body.
    package var tooLarge = 0
    /// The number of results that are not selected because an earlier retry wrote their requests, by the file.
    package var writtenEarlier: [String: Int] = [:]
    /// Why the archive has no record of this retry; nil if it has one, or if nothing was written.
    package var recordFailure: ArchiveFailure?
    package var parts: [RetryPart] = []
    /// The paths with `{batch_id}` that do not name a file of any batch with failures.
    package var unmatchedPatterns: [UnmatchedPattern] = []
    /// The findings in each source.
    package var sources: [JoinSourceFindings] = []

    package var selected: Int { reasons.values.reduce(0, +) }

    /// A model that was retired before a retry, and the number of selected requests that name it.
    package struct RetiredModel: Sendable, Hashable {
        package var name: String
        /// The model's last day.
        package var lastDay: CalendarDay
        package var requests: Int
    }

    /// The models in the requests that are retired on a day, by the days of a price table, sorted by name.
    package func retiredModels(on day: CalendarDay, by prices: PriceTable) -> [RetiredModel] {
        models.compactMap { name, requests in
            guard let last = prices.lastDay(of: name), last < day else { return nil }
            return RetiredModel(name: name, lastDay: last, requests: requests)
        }
        .sorted { $0.name < $1.name }
    }
}

/// An estimate of the cost of submitting requests again: the average cost of the succeeded requests of the same batch.
package struct RetryCost: Sendable {
    package private(set) var amount = Money.zero
    /// The number of selected requests included in the amount.
    package private(set) var estimated = 0
    /// The number of selected requests without an estimate: their batch has no succeeded request with a price.
    package private(set) var unknown = 0

    package init(_ report: RetryReport) {
        for (manifest, selected) in report.batches {
            let cost = manifest.summary(TokenSummary.self)?.cost
            guard let cost, cost.pricedRequests > 0 else {
                unknown += selected
                continue
            }
            amount += cost.batch.share(of: selected, in: cost.pricedRequests)
            estimated += selected
        }
    }
}
