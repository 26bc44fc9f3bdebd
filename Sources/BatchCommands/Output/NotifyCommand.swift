import Foundation
import Tables

/// The command of `--notify-command`, which gets the JSON document of a run on its standard input.
///
/// `/bin/sh` runs it without the variables that contain API keys. It ends when all its processes have ended. Its
/// standard output is discarded. The last line of its standard error is part of the warning if it fails.
struct NotifyCommand: Sendable {
    /// Why a notification failed.
    struct Failure: Error, Equatable {
        /// The reason, without a full stop.
        let sentence: String
    }

    /// The time after which the command is killed, so that a notification does not delay the next run.
    static let limit = Duration.seconds(30)

    /// The variables that may contain a credential.
    private static let secretVariables = [
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", KeySource.adminVariable, CustomHeaders.variable,
    ]

    private let command: String
    private let hiddenVariables: [String]

    /// Creates a command that does not get the named variables.
    init(_ command: String, hiding keyVariables: [String] = []) {
        self.command = command
        hiddenVariables = Self.secretVariables + keyVariables
    }

    /// Runs the command and waits until it ends, at most ``limit``.
    ///
    /// The context provides the environment and the clock. Throws ``Failure``, ``ShellCommand/Problem``, or an error of
    /// the temporary files.
    func run(input: [UInt8], in context: CommandContext) async throws {
        // Files, not pipes: a command that reads nothing cannot block them.
        let document = try TemporaryFile(Data(input.visibleJSON))
        let errors = try TemporaryFile(Data())
        let shell = ShellCommand(
            text: command,
            environment: context.environment.filter { !hiddenVariables.contains($0.key) },
            timeLimit: Self.limit
        )
        do {
            try await shell.run(input: document.reader, errors: errors.writer, clock: context.clock)
        } catch ShellCommand.Problem.timedOut {
            throw Failure(sentence: "the command did not end within \(Self.limit.components.seconds) seconds")
        } catch ShellCommand.Problem.failed(let status, let isSignal) {
            let reason = isSignal ? "signal" : "exit status"
            let detail = errors.lastLine.map { ": \($0)" } ?? ""
            throw Failure(sentence: "the command ended with \(reason) \(status)\(detail)")
        }
    }
}

/// A private file without a name, for the streams of a process.
private struct TemporaryFile {
    let reader: FileHandle
    let writer: FileHandle

    init(_ content: Data) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "batchkeep-\(UUID().uuidString)")
        let created = FileManager.default.createFile(
            atPath: url.path,
            contents: content,
            attributes: [.posixPermissions: 0o600]
        )
        guard created else { throw NotifyCommand.Failure(sentence: "cannot write to the folder for temporary files") }
        defer { try? FileManager.default.removeItem(at: url) }
        reader = try FileHandle(forReadingFrom: url)
        writer = try FileHandle(forWritingTo: url)
    }

    /// The last line that is not empty, of up to 200 characters.
    var lastLine: String? {
        let size = (try? writer.seekToEnd()) ?? 0
        try? reader.seek(toOffset: size > 4_096 ? size - 4_096 : 0)
        let text = String(decoding: (try? reader.read(upToCount: 4_096)) ?? Data(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
            .map { String($0.prefix(200)) }
    }
}
