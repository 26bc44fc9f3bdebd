import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
import BatchPipeline
import BatchService
import BatchSimulator
import BlockGzip
import Foundation
import SystemPackage
import Tables

/// The text of an error: what failed, why, and what to try next.
///
/// Errors contain only facts, and this type turns them into sentences. No sentence contains a key or message text of
/// results.
struct FailureText {
    let sentence: String
    /// What the sentence announces, such as the places in a file; a line each.
    let details: [String]
    let advice: String?
    let status: ExitStatus

    /// Creates the text of an error; each of the details has a line of its own.
    init(_ sentence: String, details: [String] = [], advice: String? = nil, status: ExitStatus = .error) {
        // A sentence may quote a file, an argument or a server, whose line feeds must not begin a new line.
        self.sentence = sentence.visible
        self.details = details.map(\.visible)
        self.advice = advice
        self.status = status
    }

    /// The text of a known error, or nil if the type of the error is unknown.
    init?(_ error: any Error) {
        switch error {
        case let error as CommandFailure: self.init(error)
        case let error as StatisticsFailure: self.init(error)
        case let error as ServiceError: self.init(error)
        case let error as ServiceSettingsFailure: self.init(error)
        case let error as ArchiveFailure: self.init(error)
        case let error as CatalogFailure: self.init(error)
        case let error as CodecFailure: self.init(error)
        case let error as PipelineFileFailure: self.init(error)
        case let error as JoinFailure: self.init(error)
        case let error as SelectionFailure: self.init(error)
        case let error as ResultIndexFailure: self.init(error)
        case let error as ScenarioError: self.init(error.sentence, status: .usage)
        case is CancellationError:
            self.init("Stopped before the end.", advice: "Run it again: what is archived stays, the rest is fetched.")
        default: return nil
        }
    }

    /// The text of any error.
    static func describing(_ error: any Error) -> FailureText {
        FailureText(error) ?? unexpected(error)
    }

    /// The sentence and its details, for a document or a log.
    var text: String {
        ([sentence] + details).joined(separator: "\n  ")
    }

    /// The sentence and the advice as one line.
    var sentenceWithAdvice: String {
        advice.map { "\(sentence) \($0)" } ?? sentence
    }

    /// The text of an unexpected error.
    static func unexpected(_ error: any Error) -> FailureText {
        FailureText("An unexpected error: \(error)", advice: "Please report it with the command you ran.")
    }

    /// Writes the text to standard error.
    func print(in context: CommandContext) {
        context.report(.error, sentence, details: details, hint: advice)
    }
}

// MARK: Commands

extension FailureText {
    init(_ failure: CommandFailure) {
        switch failure {
        case .noKey:
            self.init(
                "There is no API key.",
                advice: "Set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN), or name a file with --key-file.",
                status: .usage
            )
        case .unsetKeyVariable(let name):
            self.init(Self.unsetVariable(name), advice: "Export it to this process.", status: .usage)
        case .unreadableKeyFile(let path):
            self.init("The key file \(path) cannot be read or is empty.", status: .usage)
        case .keyTooLong(let variable):
            let limit = ByteSize.text(InputFile.key.rawValue)
            self.init("The key in \(variable) is longer than \(limit).", advice: "Check its contents.", status: .usage)
        case .inputTooLarge(let name, let limit):
            self.init("\(name) is larger than \(ByteSize.text(limit)).", status: .usage)
        case .unreadableInput(let code):
            self.init("Standard input cannot be read: \(Self.reason(ofStream: code)).")
        case .badTime(let option, let value):
            self.init("\(option) \(value) is no time.", advice: "Write it as \(TimeExpression.forms).", status: .usage)
        case .badSpan(let option, let value):
            self.init(
                "\(option) \(value) is no span of time.",
                advice: "Write it as 30s, 90m, 12h or 7d.",
                status: .usage
            )
        case .time(let failure): self.init(failure)
        case .maxRuntime(let span):
            self.init(
                "Stopped after \(span.text), as --max-runtime says.",
                advice: "What is archived stays, and what was read of the rest: the next run goes on there.",
                status: .partial
            )
        case .emptyWindow(let since, let until):
            self.init(
                "The window is empty: --since \(since) is not before --until \(until).",
                advice: "The start is inside the window, the end is not.",
                status: .usage
            )
        case .unknownStatus(let name):
            self.init(
                "--status \(name) is no status.",
                advice: "Write in_progress, canceling, ended or all.",
                status: .usage
            )
        case .exportNeedsEnded:
            self.init(
                "Only ended batches have results to export.",
                advice: "Add --status ended, or leave --status out.",
                status: .usage
            )
        case .bothCursors:
            self.init("--after-id and --before-id exclude each other.", advice: "Give one of them.", status: .usage)
        case .badShard(let text):
            self.init(
                "--shard \(text) is no part.",
                advice: "Write the part, from 0, and how many there are: 0/4, 1/4, 2/4 and 3/4.",
                status: .usage
            )
        case .badInput(let line, let reason):
            self.init(
                "Line \(line) of standard input names no batch: \(reason).",
                advice:
                    "Each line is a batch object, as list --format ndjson writes it, or an id. Nothing was fetched.",
                status: .usage
            )
        case .outputClosed:
            self.init(
                "Stopped, as nobody reads standard output any more.",
                advice: "What is archived stays, and what was read of the rest: run it again.",
                status: .partial
            )
        case .unwritableOutput(let code):
            self.init("Standard output cannot be written: \(Self.reason(ofStream: code)).")
        case .badPingURL:
            self.init(
                "--ping-url is no URL that can be called.",
                advice: "Write it like https://hc-ping.com/UUID.",
                status: .usage
            )
        case .noMetricsFolder(let path):
            self.init("The folder of --metrics-file \(path) does not exist.", advice: "Make it first.", status: .usage)
        case .notQuarantined(let id, let archive):
            self.init(
                "\(id) is not in quarantine.",
                advice: "batchkeep status --archive \(archive) tells which batches are.",
                status: .usage
            )
        case .severalArchives(let path, let sources):
            self.init(
                "\(path) holds the archives of several sources: \(sources.joined(separator: ", ")).",
                advice: "Name one of them: --archive \(ArchiveFolders.path(of: sources[0], in: path))",
                status: .usage
            )
        case .outOfRange(let option, let value, let allowed):
            self.init("\(option) \(value) is out of range.", advice: "Allowed is \(allowed).", status: .usage)
        case .unknownRequest(let id):
            self.init(
                "The archive has no result with the custom_id \(id).",
                advice:
                    "Ids are compared byte for byte. List some with: batchkeep select --columns custom_id --limit 10"
            )
        case .notUnicode(let argument, let text):
            self.init(
                "Argument \(argument), '\(text)', is not valid UTF-8.",
                advice: "Rename the file or folder, or reach it through a link with another name.",
                status: .usage
            )
        case .tooFewOpenFiles(let limit, let least):
            self.init(
                "The limit of \(limit) open files is too low.",
                advice: "Allow at least \(least): ulimit -n \(max(256, least))"
            )
        case .tooLittleMemory(let limit, let least):
            self.init(
                "The limit of \(ByteSize.text(limit)) of memory is too low.",
                advice: "Allow at least \(ByteSize.text(least)) of address space: ulimit -v \(least >> 10)"
            )
        case .conflict(let sentence):
            self.init(sentence, status: .usage)
        }
    }

    /// The reason why a standard stream cannot be used.
    private static func reason(ofStream code: Errno) -> String {
        code == .badFileDescriptor ? "it is closed" : code.description.lowercased()
    }

    private init(_ failure: CodecFailure) {
        switch failure {
        case .notInstalled(let codec):
            self.init(
                "The \(codec.rawValue) library is not on this machine.",
                advice: "Install libdeflate0 (Debian, Ubuntu), or use --codec zlib.",
                status: .usage
            )
        case .level(let level, let codec, let allowed):
            self.init(
                "--level \(level) is out of range for \(codec.rawValue).",
                advice: "Allowed is \(allowed.lowerBound) to \(allowed.upperBound).",
                status: .usage
            )
        }
    }
}
