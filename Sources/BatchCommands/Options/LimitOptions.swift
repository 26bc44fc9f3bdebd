import ArgumentParser
import BatchPipeline
import JSONLines

/// The options that limit the time, the attempts and the sizes of a run.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Batches to fetch at once.", valueName: "n"))
    var concurrency = 4

    @Option(help: ArgumentHelp("The longest result line accepted, in bytes.", valueName: "n"))
    var maxLineBytes = LineSplitter.defaultMaxLineBytes

    @Option(help: ArgumentHelp("Reads of one batch in a row that get no further, before it waits.", valueName: "n"))
    var maxAttempts = 5

    @Option(
        help: ArgumentHelp("Stop in order after this long (90m, 6h): exit 3, what was read stays.", valueName: "time")
    )
    var maxRuntime: String?

    @Option(
        help: ArgumentHelp("Leave a batch to the next run after this long; what was read stays.", valueName: "time")
    )
    var deadline: String?

    func settings() throws(CommandFailure) -> ExportSettings {
        try check(concurrency, 1...64, "--concurrency")
        try check(maxLineBytes, 1_024...2_000_000_000, "--max-line-bytes")
        try check(maxAttempts, 1...1_000, "--max-attempts")
        return ExportSettings(
            concurrency: concurrency,
            maxLineBytes: maxLineBytes,
            maxAttempts: maxAttempts,
            deadline: try TimeSpan(deadline, "--deadline")?.duration
        )
    }

    /// The time limit of the whole run, if there is one.
    func runtime() throws(CommandFailure) -> TimeSpan? {
        try TimeSpan(maxRuntime, "--max-runtime")
    }
}
