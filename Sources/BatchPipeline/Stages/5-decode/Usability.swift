import JSONLines
import MessageBatches

/// Decides whether a result contains a usable answer.
///
/// The type `succeeded` only means that no error was reported.
package enum Usability {
    /// The stop reasons of complete messages.
    ///
    /// Excluded are `max_tokens` and `model_context_window_exceeded` (truncated), `refusal`, `pause_turn` (unfinished
    /// tool loop), and all reasons that this version does not know.
    package static let orderlyStopReasons = ["end_turn", "stop_sequence", "tool_use"]

    private static let orderly = JSONKeyTable(orderlyStopReasons)

    /// Returns whether a stop reason is one of ``orderlyStopReasons``; compares bytes because it runs for every line.
    static func isOrderly(_ stopReason: JSONToken?, in cursor: borrowing JSONCursor) -> Bool {
        guard let stopReason else { return false }
        return cursor.index(of: stopReason, in: orderly) != nil
    }

    /// Returns whether a result succeeded, stopped normally, and contains visible text or a tool call.
    static func isUsable(type: ResultType, isOrderly: Bool, hasVisibleText: Bool, toolUses: Int) -> Bool {
        type == .succeeded && isOrderly && (hasVisibleText || toolUses > 0)
    }
}
