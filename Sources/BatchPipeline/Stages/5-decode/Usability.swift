import JSONLines
import MessageBatches

/// Whether a result holds what its sender asked for.
///
/// "Succeeded" alone only says that nobody reported an error.
package enum Usability {
    /// The ways a message ends in an orderly way.
    ///
    /// Not among them: `max_tokens` and `model_context_window_exceeded` (cut short), `refusal`, `pause_turn` (unfinished
    /// tool loop), and every reason this version does not know.
    package static let orderlyStopReasons = ["end_turn", "stop_sequence", "tool_use"]

    private static let orderly = JSONKeyTable(orderlyStopReasons)

    /// Whether a stop reason is one of ``orderlyStopReasons``, told by its bytes: every line is asked.
    static func isOrderly(_ stopReason: JSONToken?, in cursor: borrowing JSONCursor) -> Bool {
        guard let stopReason else { return false }
        return cursor.index(of: stopReason, in: orderly) != nil
    }

    /// Succeeded, stopped in an orderly way, and with visible text to read or a tool call to run.
    static func isUsable(type: ResultType, isOrderly: Bool, hasVisibleText: Bool, toolUses: Int) -> Bool {
        type == .succeeded && isOrderly && (hasVisibleText || toolUses > 0)
    }
}
