import BatchPipeline
import BatchService

/// Reports the progress and the result of a run, for people or for programs.
protocol RunObserver: Sendable {
    /// The context of the run. Notes written to it appear in the format of this observer.
    var context: CommandContext { get }

    /// Reports a pipeline event. May be called from several tasks concurrently.
    @Sendable func observe(_ event: ExportEvent)

    /// Reports a request that is about to be retried.
    @Sendable func observeRetry(_ retry: RetryNotice)

    /// Reports a fact about the run, but not with `--quiet`.
    func note(_ sentence: String)

    /// Reports a problem that does not stop the run.
    func warn(_ sentence: String)

    /// Reports the error that prevented the run from starting.
    func report(_ failure: FailureText)

    /// Reports the result of the run.
    func report(_ summary: ExportSummary)
}
