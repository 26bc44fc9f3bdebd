import BatchPipeline
import BatchService
import Foundation

extension FailureText {
    /// A watchdog that could not be told, as a warning.
    static func unheardPing(_ error: any Error) -> String {
        let text =
            (error as? ServiceError).map { "\(clause($0))." } ?? FailureText(error)?.sentence ?? "The ping failed."
        return "\(text) The run itself is not affected."
    }

    /// Figures that could not be left, as a warning.
    static func unwrittenMetrics(_ path: String, _ error: any Error) -> String {
        "The metrics could not be written to \(path): \(error.localizedDescription) The run itself is not affected."
    }
}
