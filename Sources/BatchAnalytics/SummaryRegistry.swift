package import BatchPipeline

/// The summaries of Batchkeep, in the order a report shows them.
///
/// A new summary is a file in `Summaries/` and one line here; a test fails if the line is missing.
package enum SummaryRegistry {
    /// The version of what the summaries mean.
    ///
    /// It rises when a stored summary can no longer be merged with a new one.
    package static let version = 1

    /// One line each.
    package static let kinds: [any Summary.Type] = [
        OutcomeSummary.self,
        TokenSummary.self,
        ModelSummary.self,
        StopReasonSummary.self,
        PercentileSummary.self,
        CacheSummary.self,
        ErrorSummary.self,
        PrefixSummary.self,
        ServiceSummary.self,
        AnomalySummary.self,
    ]
}
