import BatchPipeline
import BatchService

extension FailureText {
    /// The warning for a ping that failed.
    static func pingFailed(_ error: any Error) -> String {
        let text =
            (error as? ServiceError).map { "\(clause($0))." } ?? FailureText(error)?.sentence ?? "The ping failed."
        return "\(text) The run itself is not affected."
    }

    /// The warning for a metrics file that could not be written.
    static func metricsNotWritten(_ failure: StatisticsFailure) -> String {
        "The metrics file \(FailureText(failure).sentence) The run itself is not affected."
    }
}
