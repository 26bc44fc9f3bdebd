import ArgumentParser
import BatchAnalytics
import BatchArchive
import MessageBatches

/// The options for the statistics of an export: the report page and the prefixes.
struct RunStatisticsOptions: ParsableArguments {
    @Option(
        defaultAsFlag: "",
        parsing: .next,
        help: ArgumentHelp(
            "Write an HTML page about the window; without a file, to report.html in the archive.",
            valueName: "file"
        ),
        completion: .file(extensions: ["html"])
    )
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Record in the archive that summarize --by prefix groups by the first group of this regular expression.",
            valueName: "regex"
        )
    )
    var prefixPattern: String?

    /// The regular expression to record, or nil.
    func pattern() throws(CommandFailure) -> PrefixPattern? {
        guard let prefixPattern else { return nil }
        return try PrefixOptions.pattern(prefixPattern, from: "--prefix-pattern")
    }

    /// Creates the collector for the statistics of a run, with the days of the zone on its page.
    ///
    /// - Throws: An error if the price table is invalid, before anything is fetched.
    func collector(_ prices: PriceOptions, in zone: CalendarZone) throws -> RunStatistics {
        RunStatistics(prices: try prices.source(), page: report, zone: zone, prefixPattern: try pattern())
    }
}
