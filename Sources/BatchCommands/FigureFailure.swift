import BatchAnalytics
import Prices

/// An error of a command that computes statistics.
///
/// ``FailureText`` contains the messages.
enum StatisticsFailure: Error, Sendable, Hashable {
    case unreadablePrices(String)
    case prices(String, PriceTableError)
    case grouping(GroupingError)
    /// The stored summaries cannot be grouped by these keys together, so `--scan` is needed.
    case needsScan([String])
    case threshold(ThresholdError)
    /// A side of a comparison is not a window, day, model or batch.
    case invalidSide(String)
    case unwritable(path: String, reason: String)
}
