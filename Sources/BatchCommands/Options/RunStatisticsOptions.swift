import ArgumentParser
import BatchArchive

/// The options for the statistics of an export: prices and the report page.
struct RunStatisticsOptions: ParsableArguments {
    @OptionGroup var prices: PriceOptions

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

    /// Creates the collector for the statistics of a run.
    ///
    /// - Throws: An error if the price table is invalid, before anything is fetched.
    func collector() throws -> RunStatistics {
        RunStatistics(prices: try prices.source(), page: report)
    }
}
