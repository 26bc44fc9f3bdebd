import ArgumentParser
import BatchArchive

/// What an export does with its figures.
struct RunFigureOptions: ParsableArguments {
    @OptionGroup var prices: PriceOptions

    @Option(
        defaultAsFlag: "",
        parsing: .next,
        help: ArgumentHelp(
            "Write a page about the window; without a file, report.html in the archive.",
            valueName: "file"
        )
    )
    var report: String?

    /// Collects the figures of a run; refuses a price table it cannot use, before anything is fetched.
    func collector() throws -> RunFigures {
        try RunFigures(prices: prices.source(), page: report)
    }
}
