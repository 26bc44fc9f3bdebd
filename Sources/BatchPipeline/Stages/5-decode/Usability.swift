package import MessageBatches

/// Whether a result holds what its sender asked for.
///
/// "Succeeded" alone only says that nobody reported an error.
package enum Usability {
    /// The ways a message ends in an orderly way.
    ///
    /// Not among them: `max_tokens` and `model_context_window_exceeded` (cut short), `refusal`, `pause_turn` (unfinished
    /// tool loop), and every reason this version does not know.
    package static let orderlyStopReasons: Set<String> = ["end_turn", "stop_sequence", "tool_use"]

    /// Succeeded, stopped in an orderly way, and with visible text to read or a tool call to run.
    package static func isUsable(type: ResultType, stopReason: String?, hasVisibleText: Bool, toolUses: Int) -> Bool {
        guard type == .succeeded, hasVisibleText || toolUses > 0, let stopReason else { return false }
        return orderlyStopReasons.contains(stopReason)
    }
}
