import BatchAnalytics
import BatchService
import Prices
import SystemPackage

/// An invalid option or input, or another reason why a command stops.
///
/// ``FailureText`` contains the messages.
enum CommandFailure: Error, Sendable, Hashable {
    case noKey
    /// No Admin key is given; an ordinary key cannot read reports.
    case noAdminKey
    /// The environment variable that a pipeline file names for the key is not set.
    case unsetKeyVariable(String)
    case unreadableKeyFile(String, option: String)
    /// The key command or a header of the user is invalid.
    case key(KeyFailure)
    /// A setting of the client is invalid.
    case service(ServiceSettingsFailure)
    /// The key in an environment variable is longer than ``InputFile/key`` allows.
    case keyTooLong(variable: String)
    /// A small input is larger than allowed; `name` says which one it is.
    case inputTooLarge(_ name: String, limit: Int)
    /// Standard input cannot be read.
    case unreadableInput(Errno)
    case badTime(option: String, value: String)
    case badSpan(option: String, value: String)
    case time(TimeFailure)
    /// The run reached the time limit of `--max-runtime`.
    case maxRuntime(TimeSpan)
    /// The window's end is not after its start.
    case emptyWindow(since: String, until: String)
    case unknownStatus(String)
    /// `--status` excludes ended batches, but an export can fetch only these.
    case exportNeedsEnded
    case bothCursors
    /// The value of `--color` is unknown, or nil if it is missing.
    case badColor(String?)
    case badShard(String)
    /// A line of standard input does not name a batch. Lines count from 1.
    case badInput(line: Int, reason: String)
    /// The reader of standard output has closed it.
    case outputClosed
    /// Standard output cannot be written: the disk is full, it was closed from the start, or it never had a reader.
    case unwritableOutput(Errno)
    /// The ping URL is invalid.
    ///
    /// Messages do not show the URL, because it works as a secret.
    case badPingURL
    case noMetricsFolder(String)
    case notQuarantined(id: String, archive: String)
    /// The folder contains several archives, but the command works on one.
    case severalArchives(path: String, sources: [String])
    case outOfRange(option: String, value: String, allowed: String)
    /// No archived result has this `custom_id`.
    case unknownRequest(String, isComplete: Bool, isDamaged: Bool)
    /// An argument contains bytes that are not UTF-8. Arguments count from 1.
    case notUnicode(argument: Int, text: String)
    /// The system allows the process too few open files.
    case tooFewOpenFiles(Int, least: Int)
    /// The system allows the process too little memory, in bytes.
    case tooLittleMemory(Int, least: Int)
    /// `--named` is not the name of a query.
    case unknownNamedQuery(String)
    /// `--result` is a misspelled result type.
    case misspelledResultType(String, nearest: String)
    /// An option, a variable or the archive names an invalid regular expression.
    case badPattern(origin: String, PrefixPatternError)
    /// The options contradict each other. The value is the complete sentence, without a full stop.
    case conflict(String)
}

/// An error of a command that computes statistics.
///
/// ``FailureText`` contains the messages.
enum StatisticsFailure: Error, Sendable, Hashable {
    case unreadablePrices(String)
    case prices(String, PriceTableError)
    case grouping(GroupingError)
    case threshold(ThresholdError)
    /// `--sort` names a column that the table does not have.
    case unknownSortColumn(String, columns: [String])
    /// A side of a comparison is not a window, day, model or batch.
    case invalidSide(String)
    case unwritable(path: String, reason: String)
}
