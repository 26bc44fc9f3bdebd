import BatchAnalytics
import Prices

/// What the commands that compute figures refuse; the sentences stand in ``FailureText``.
enum FigureFailure: Error, Sendable, Hashable {
    case unreadablePrices(String)
    case prices(String, PriceTableError)
    case grouping(GroupingError)
    /// Summaries do not count by these together.
    case needsScan([String])
    case threshold(ThresholdError)
    /// No window, day, model or batch.
    case noSide(String)
    case unwritable(path: String, reason: String)
}
