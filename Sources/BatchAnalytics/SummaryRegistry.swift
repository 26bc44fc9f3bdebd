package import BatchPipeline

/// The list of all summaries, in the order in which reports show them.
///
/// A new summary is a file in `Summaries/` and one line here. A test fails if the line is missing.
package enum SummaryRegistry {
    /// The version of the stored summaries.
    ///
    /// Increase it when a stored summary can no longer be merged with a new one.
    package static let version = 1

    /// All kinds of summaries, one per line.
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
