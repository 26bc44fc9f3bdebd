import BatchPipeline
import BatchService

/// Tells of a run while it goes on and of its end, for people or for programs.
protocol RunWatcher: Sendable {
    /// The context of the run: what is noted there comes out in this watcher's format.
    var context: CommandContext { get }

    /// Takes in what happens in the pipeline; from several tasks at once.
    @Sendable func observe(_ event: ExportEvent)

    /// Tells of a request that is repeated.
    @Sendable func note(_ retry: RetryNotice)

    /// Tells of something that does not hinder the run.
    func warn(_ sentence: String)

    /// Tells why nothing could be run.
    func tell(_ failure: FailureText)

    /// Tells how the run ended.
    func tell(_ ending: ExportEnding)
}
