import BatchPipeline
import BatchService

/// Reports a run while it works and its end, for people or for programs.
protocol RunObserver: Sendable {
    /// The context of the run: notes written to it appear in this observer's format.
    var context: CommandContext { get }

    /// Gets what happens in the pipeline, from several tasks at once.
    @Sendable func observe(_ event: ExportEvent)

    /// Reports a request that is repeated.
    @Sendable func note(_ retry: RetryNotice)

    /// Reports something that does not stop the run.
    func warn(_ sentence: String)

    /// Reports why nothing could run.
    func report(_ failure: FailureText)

    /// Reports how the run ended.
    func report(_ summary: ExportSummary)
}
