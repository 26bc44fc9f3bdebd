import ArgumentParser
import BatchPipeline
import Foundation
import JSONLines

/// The options that limit the time, the attempts and the sizes of a run.
struct LimitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Download this many batches at once, 1 to 64, or as many as fit their sizes and the API.",
            valueName: "n"
        ),
        completion: .list(["auto"])
    )
    var concurrency = "auto"

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

    /// The settings of a run that sends up to `requestsPerMinute`, or nil for no limit.
    func settings(requestsPerMinute: Int?) throws(CommandFailure) -> ExportSettings {
        let concurrency = try downloadConcurrency(requestsPerMinute: requestsPerMinute)
        try check(maxLineBytes, 1_024...2_000_000_000, "--max-line-bytes")
        try check(maxAttempts, 1...1_000, "--max-attempts")
        return ExportSettings(
            concurrency: concurrency,
            maxLineBytes: maxLineBytes,
            maxAttempts: maxAttempts,
            deadline: try TimeSpan(deadline, "--deadline")?.duration
        )
    }

    private func downloadConcurrency(requestsPerMinute: Int?) throws(CommandFailure) -> DownloadConcurrency {
        if concurrency == "auto" { return .automatic(requestsPerMinute: requestsPerMinute) }
        guard let count = Int(concurrency), (1...64).contains(count) else {
            throw .outOfRange(option: "--concurrency", value: concurrency, allowed: "auto or 1 to 64")
        }
        return .fixed(count)
    }

    /// The time limit of the whole run, if there is one.
    func runtime() throws(CommandFailure) -> TimeSpan? {
        try TimeSpan(maxRuntime, "--max-runtime")
    }
}

extension DownloadConcurrency {
    /// A number that fits this machine and the limit of requests, or nil for no limit.
    static func automatic(requestsPerMinute: Int?) -> DownloadConcurrency {
        .automatic(processors: ProcessInfo.processInfo.activeProcessorCount, requestsPerMinute: requestsPerMinute)
    }
}
