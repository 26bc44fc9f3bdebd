/// What a command refuses or stops for.
///
/// ``FailureText`` contains the sentences.
enum CommandFailure: Error, Sendable, Hashable {
    case noKey
    /// The variable that a pipeline file names for the key.
    case unsetKeyVariable(String)
    case unreadableKeyFile(String)
    case badTime(option: String, value: String)
    case badSpan(option: String, value: String)
    /// The run used up the time it was given.
    case maxRuntime(TimeSpan)
    /// The window's end is not after its start.
    case emptyWindow(since: String, until: String)
    case unknownStatus(String)
    /// An export can only fetch what has ended.
    case exportNeedsEnded
    case bothCursors
    case badShard(String)
    /// A line of standard input, counted from 1, that does not name a batch.
    case badInput(line: Int, reason: String)
    /// Nobody reads standard output anymore.
    case outputClosed
    /// A URL that cannot be called.
    ///
    /// Its text is not shown: anybody who knows it can ping.
    case badPingURL
    case noMetricsFolder(String)
    case notQuarantined(id: String, archive: String)
    /// A folder of several archives, for a command that works on one.
    case severalArchives(path: String, sources: [String])
    case outOfRange(option: String, value: String, allowed: String)
    /// No archived line has this custom_id.
    case unknownRequest(String)
    /// Options that contradict each other, as a whole sentence.
    case conflict(String)
}
