import ArgumentParser
import BatchAnalytics
import BatchArchive
import MessageBatches
import Tables

/// The options that select the archived batches of a statistic.
struct StatisticsOptions: ParsableArguments {
    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var folder: ArchivePathOption

    /// The archives to read and the selected batches.
    ///
    /// `prices` is nil for a command that has no option for other prices.
    func source(now: Timestamp, prices: PriceSource? = nil) throws(CommandFailure) -> ArchiveStatistics {
        ArchiveStatistics(
            path: folder.path,
            selection: ArchiveSelection(try window.window(now: now), ids: window.ids),
            prices: prices?.requested
        )
    }
}
