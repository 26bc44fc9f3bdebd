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

/// The text of an error: what failed, why, and a hint.
///
/// Errors contain only facts, and this type turns them into sentences of the form `WHAT: WHY`. No sentence contains a
/// key or message text of results.
struct FailureText {
    /// The error, without a full stop: `--since: invalid time '7x'`.
    let sentence: String
    /// More of the same error, such as other places in a file; one line each.
    let details: [String]
    /// Whether each of the details is an error of its own.
    let detailsAreErrors: Bool
    /// A command or an action that helps.
    let advice: String?
    let status: ExitStatus

    /// Creates the text of an error; each of the details has a line of its own.
    init(
        _ sentence: String,
        details: [String] = [],
        detailsAreErrors: Bool = false,
        advice: String? = nil,
        status: ExitStatus = .error
    ) {
        // A sentence may quote a file, an argument or a server, whose line feeds must not begin a new line.
        self.sentence = sentence.visible
        self.details = details.map(\.visible)
        self.detailsAreErrors = detailsAreErrors
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
        case let error as FingerprintFailure: self.init(error)
        case let error as ResultIndexFailure: self.init(error)
        case let error as ScenarioError: self.init(error.sentence, status: .usage)
        case is CancellationError:
            self.init("interrupted: the run stopped before its end", advice: "run the same command again to continue")
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
        advice.map { "\(sentence) (hint: \($0))" } ?? sentence
    }

    /// The text of an unexpected error.
    static func unexpected(_ error: any Error) -> FailureText {
        FailureText("unexpected error: \(error)", advice: "please report it with the command that you ran")
    }

    /// Writes the text to standard error.
    func print(in context: CommandContext) {
        guard detailsAreErrors else { return context.report(.error, sentence, details: details, hint: advice) }
        let errors = [sentence] + details
        for error in errors.dropLast() { context.report(.error, error) }
        context.report(.error, errors.last ?? sentence, hint: advice)
    }
}

// MARK: Hints

extension FailureText {
    /// A command for a hint that works as printed, with the archive of the caller or with another one.
    static func command(_ command: String, archive: String? = nil) -> String {
        let option = archive.map { " --archive \($0.shellQuoted)" } ?? CommandContext.current.archiveOption
        return "batchkeep \(command)\(option)"
    }

    /// A hint with the known name that is most similar to a mistyped one; if there is none, `other`.
    static func nearest(_ name: String, in names: [String], else other: String) -> String {
        suggestion(for: name, in: names) ?? other
    }

    /// A hint with the known name that is most similar to a mistyped one, or nil.
    static func suggestion(for name: String, in names: [String]) -> String? {
        NearestName.of(name, in: names).map(suggestion)
    }

    /// A hint with the name that the user probably meant.
    static func suggestion(_ name: String) -> String {
        "\(suggestionStart)'\(name)'?"
    }

    private static let suggestionStart = "did you mean "

    /// Whether the hint suggests a name.
    var suggestsName: Bool { advice?.hasPrefix(Self.suggestionStart) ?? false }

    /// The reason for a value that is not in a list.
    static func notAmong(_ names: [String], _ value: String) -> String {
        "invalid value '\(value)': must be one of \(names.joined(separator: ", "))"
    }
}

// MARK: Commands

extension FailureText {
    init(_ failure: CommandFailure) {
        switch failure {
        case .noKey:
            self.init(
                "API key not found: ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN are not set",
                advice: "set ANTHROPIC_API_KEY, or use --key-file FILE",
                status: .usage
            )
        case .unsetKeyVariable(let name):
            self.init(Self.unsetVariable(name), advice: "export \(name)=KEY", status: .usage)
        case .noAdminKey: self = .noAdminKey
        case .unreadableKeyFile(let path, let option):
            self.init("\(option): cannot read '\(path)', or it is empty", status: .usage)
        case .keyTooLong(let variable):
            let limit = ByteSize.text(InputFile.key.rawValue)
            self.init(
                "API key too long: \(variable) has more than \(limit)",
                advice: "check the value of \(variable)",
                status: .usage
            )
        case .time(let failure): self.init(failure)
        case .key(let failure): self.init(failure)
        case .service(let failure): self.init(failure)
        case .inputTooLarge(let name, let limit):
            self.init("input too large: \(name) has more than \(ByteSize.text(limit))", status: .usage)
        case .unreadableInput(let code): self.init("cannot read standard input: \(Self.reason(ofStream: code))")
        case .badTime(let option, let value):
            self.init("\(option): invalid time '\(value)'", advice: "use \(TimeExpression.forms)", status: .usage)
        case .badSpan(let option, let value):
            self.init("\(option): invalid duration '\(value)'", advice: "use 30s, 90m, 12h, 7d or 2w", status: .usage)
        case .maxRuntime(let span):
            self.init(
                "time limit reached: stopped after \(span.text) (--max-runtime)",
                advice: "run the same command again to continue",
                status: .partial
            )
        case .emptyWindow(let since, let until):
            self.init(
                "empty time window: --since \(since) is not before --until \(until)",
                advice: "the start is part of the window, the end is not",
                status: .usage
            )
        case .unknownStatus(let name):
            let names = ["in_progress", "canceling", "ended", "all"]
            self.init(
                "--status: \(Self.notAmong(names, name))",
                advice: Self.suggestion(for: name, in: names),
                status: .usage
            )
        case .exportNeedsEnded:
            self.init(
                "--status: only ended batches have results to export",
                advice: "use --status ended, or omit --status",
                status: .usage
            )
        case .bothCursors:
            self.init("--after-id, --before-id: cannot be used together", advice: "use one of them", status: .usage)
        case .badColor(let value?):
            self.init(
                "--color: \(Self.notAmong(ColorChoice.names, value))",
                advice: Self.suggestion(for: value, in: ColorChoice.names),
                status: .usage
            )
        case .badColor(nil):
            let names = ColorChoice.names.joined(separator: ", ")
            self.init("--color: missing value: expected one of \(names)", status: .usage)
        case .badShard(let text):
            self.init(
                "--shard: invalid part '\(text)'",
                advice: "use INDEX/COUNT, with an index from 0: 0/4, 1/4, 2/4 and 3/4",
                status: .usage
            )
        case .badInput(let line, let reason):
            self.init(
                "standard input: line \(line) is not a valid batch: \(reason)",
                advice: "each line is a batch ID or a batch object, as printed by: batchkeep list --format ndjson",
                status: .usage
            )
        case .outputClosed:
            self.init(
                "standard output was closed: the run stopped before its end",
                advice: "run the same command again to continue",
                status: .partial
            )
        case .unwritableOutput(let code):
            self.init("cannot write standard output: \(Self.reason(ofStream: code))")
        case .badPingURL:
            self.init("--ping-url: invalid URL", advice: "use a URL such as https://hc-ping.com/UUID", status: .usage)
        case .noMetricsFolder(let path):
            let folder = parentFolder(of: path)
            self.init(
                "--metrics-file: folder not found: '\(folder)'",
                advice: "mkdir -p \(folder.shellQuoted)",
                status: .usage
            )
        case .notQuarantined(let id, let archive):
            self.init(
                "batch '\(id)': not in quarantine",
                advice: "list the batches in quarantine: \(Self.command("status", archive: archive))",
                status: .usage
            )
        case .severalArchives(let path, let sources):
            self.init(
                "'\(path)': contains several archives: \(sources.joined(separator: ", "))",
                advice: "use one of them: --archive \(ArchiveFolders.path(of: sources[0], in: path).shellQuoted)",
                status: .usage
            )
        case .outOfRange(let option, let value, let allowed):
            self.init("\(option): invalid value '\(value)': must be \(allowed)", status: .usage)
        case .unknownRequest(let id, let isComplete, let isDamaged):
            self.init(
                "custom_id '\(id)': not found in \(isComplete ? "the archive" : "the files that could be read")",
                advice: isComplete
                    ? "list some: \(Self.command("select --columns custom_id --limit 10"))"
                    : isDamaged ? "its raw file may be missing: \(Self.command("verify --quick"))" : nil
            )
        case .notUnicode(let argument, let text):
            self.init(
                "argument \(argument): '\(text)' is not valid UTF-8",
                advice: "rename the file or folder, or use a link with another name",
                status: .usage
            )
        case .tooFewOpenFiles(let limit, let least):
            self.init(
                "open files: the limit of \(limit) is too low: at least \(least) are needed",
                advice: "ulimit -n \(max(256, least))"
            )
        case .tooLittleMemory(let limit, let least):
            self.init(
                "memory: the limit of \(ByteSize.text(limit)) is too low: at least \(ByteSize.text(least)) are needed",
                advice: "ulimit -v \(least >> 10)"
            )
        case .unknownNamedQuery(let name):
            let names = NamedQuery.all.map(\.name)
            self.init(
                "--named: \(Self.notAmong(names, name))",
                advice: Self.suggestion(for: name, in: names),
                status: .usage
            )
        case .misspelledResultType(let name, let nearest):
            self.init("--result: unknown type '\(name)'", advice: Self.suggestion(nearest), status: .usage)
        case .badPattern(let origin, let error): self.init("\(origin): \(error.text)", status: .usage)
        case .conflict(let sentence): self.init(sentence, status: .usage)
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
                "--codec: the library \(codec.rawValue) is not installed",
                advice: "install libdeflate0 (Debian, Ubuntu), or use --codec zlib",
                status: .usage
            )
        case .level(let level, let codec, let allowed):
            self.init(
                "--level: invalid value '\(level)': must be \(allowed.lowerBound) to \(allowed.upperBound) "
                    + "with \(codec.rawValue)",
                status: .usage
            )
        }
    }
}
