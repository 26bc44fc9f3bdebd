/// What a command refuses before or beside its work.
///
/// The sentences stand in ``FailureText``.
enum CommandFailure: Error, Sendable, Hashable {
    case noKey
    case unreadableKeyFile(String)
    case badTime(option: String, value: String)
    /// The window's end is not after its start.
    case emptyWindow(since: String, until: String)
    case unknownStatus(String)
    /// An export can only fetch what has ended.
    case exportNeedsEnded
    case bothCursors
    case outOfRange(option: String, value: String, allowed: String)
    /// No archived line has this custom_id.
    case unknownRequest(String)
    /// Options that contradict one another, as a whole sentence.
    case conflict(String)
}
