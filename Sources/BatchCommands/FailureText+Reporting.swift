import BatchPipeline
import BatchService

extension FailureText {
    /// A watchdog that could not be told, as a warning.
    static func unheardPing(_ error: any Error) -> String {
        let text =
            (error as? ServiceError).map { "\(clause($0))." } ?? FailureText(error)?.sentence ?? "The ping failed."
        return "\(text) The run itself is not affected."
    }

    /// A metrics file that could not be written, as a warning.
    static func unwrittenMetrics(_ failure: FigureFailure) -> String {
        "The metrics file \(FailureText(failure).sentence) The run itself is not affected."
    }
}
