package import BatchPipeline
import Prices

/// The list of all summaries, in the order in which reports show them.
///
/// A new summary is a file in `Summaries/` and one line here. A test fails if the line is missing.
package enum SummaryRegistry {
    /// The version of the stored summaries.
    ///
    /// Increase it when a stored summary can no longer be merged with a new one, or when the same lines are stored in
    /// another way: verification compares the stored text.
    package static let version = 5

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

/// The versions of everything that is derived from raw files.
package enum Derivations {
    /// The current version of each derivation, by the name that manifests use.
    package static let current = [
        "flat_schema": FlatSchema.version, "error_classes": ErrorClassifier.version, "prices": RefusalRule.version,
        "summaries": SummaryRegistry.version,
    ]

    /// Whether these versions made all derived files of a batch; otherwise it is outdated, and can be rebuilt from raw.
    package static func areCurrent(_ versions: [String: Int]) -> Bool {
        current.allSatisfy { versions[$0] == $1 }
    }
}
