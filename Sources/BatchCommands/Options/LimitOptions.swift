import ArgumentParser
import BatchPipeline
import JSONLines

/// The options that limit the time, the attempts and the sizes of a run.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Download this many batches at once.", valueName: "n"))
    var concurrency = 4

    @Option(help: ArgumentHelp("Reject result lines that are longer than this many bytes.", valueName: "n"))
    var maxLineBytes = LineSplitter.defaultMaxLineBytes

    @Option(help: ArgumentHelp("Stop retrying a batch after this many attempts without progress.", valueName: "n"))
    var maxAttempts = 5

    @Option(
        help: ArgumentHelp(
            "Stop after this time, such as 90m or 6h, with exit status 3; the next run resumes.",
            valueName: "time"
        )
    )
    var maxRuntime: String?

    @Option(
        help: ArgumentHelp("Stop downloading a batch after this time; the next run resumes it.", valueName: "time")
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
