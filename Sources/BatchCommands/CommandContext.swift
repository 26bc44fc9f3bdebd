import Foundation
package import MessageBatches
import Synchronization
package import Tables

/// The environment of a command: variables, arguments, clocks, terminal and standard streams.
///
/// Results that the user asked for go to ``print(_:)``, everything else goes to ``note(_:)``. Tests create their own
/// context.
package struct CommandContext: Sendable {
    package var environment: [String: String]
    /// The environment variable that contains the API key, if it is not one of the usual ones.
    package var keyVariable: String?
    /// The arguments that follow the program's name.
    package var arguments: [String] = []
    package var now: @Sendable () -> Timestamp
    /// Whether standard output is a terminal.
    package var outputIsTerminal: Bool
    /// Whether standard error is a terminal.
    package var notesAreTerminal: Bool
    /// The width of the terminal in columns.
    package var width: Int
    package var write: @Sendable ([UInt8]) throws -> Void
    /// Whether the reader of standard output has closed it, as far as this is visible without a write.
    package var outputIsClosed: @Sendable () -> Bool = { false }
    /// Reads all of standard input.
    package var readInput: @Sendable () throws -> [UInt8] = { [] }
    package var writeNote: @Sendable ([UInt8]) -> Void
    /// The clock for pauses, idle timeouts and time limits.
    package var clock: any Clock<Duration>

    package init(
        environment: [String: String],
        now: @escaping @Sendable () -> Timestamp,
        outputIsTerminal: Bool = false,
        notesAreTerminal: Bool = false,
        width: Int = 80,
        write: @escaping @Sendable ([UInt8]) throws -> Void,
        writeNote: @escaping @Sendable ([UInt8]) -> Void,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.environment = environment
        self.now = now
        self.outputIsTerminal = outputIsTerminal
        self.notesAreTerminal = notesAreTerminal
        self.width = width
        self.write = write
        self.writeNote = writeNote
        self.clock = clock
    }

    /// The context of the command that is running.
    @TaskLocal package static var current = CommandContext.process

    /// Writes text that the user asked for to standard output.
    package func print(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes one line about the run to standard error.
    package func note(_ text: String) {
        writeNote(Array((text + "\n").utf8))
    }

    /// Writes a document to standard output as one line of JSON with sorted keys in snake case.
    package func writeDocument(_ document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try write([UInt8](try encoder.encode(document)) + [0x0A])
    }

    /// Writes the last output of a command whose work ended with `status`, then ends the command.
    ///
    /// If standard output cannot be written, the more severe status counts.
    func end(with status: ExitStatus, _ write: () throws -> Void) throws {
        var statuses: Set<ExitStatus> = [status]
        do {
            try write()
        } catch let failure as CommandFailure {
            if failure != .outputClosed {
                FailureText(failure).print(in: self)
                statuses.insert(.error)
            }
        }
        let combined = ExitStatus.combined(statuses)
        guard combined == .done else { throw CommandExit(status: combined) }
    }

    /// The style of text for people on standard output.
    package var outputStyle: TerminalStyle {
        outputIsTerminal ? TerminalStyle(width: width, colors: usesColors) : .plain
    }

    /// The style of text for people on standard error.
    package var noteStyle: TerminalStyle {
        notesAreTerminal ? TerminalStyle(width: width, colors: usesColors) : .plain
    }

    /// Whether output has colors.
    ///
    /// See https://no-color.org: any value that is not empty turns them off.
    private var usesColors: Bool {
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// The name of the running command, as the archive records it.
    package var commandName: String {
        arguments.first { !$0.hasPrefix("-") } ?? "batchkeep"
    }

    /// The value of an environment variable, or nil if it is empty or not set.
    package func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension CommandContext {
    /// The context of the real process.
    package static var process: CommandContext {
        var context = CommandContext(
            environment: ProcessInfo.processInfo.environment,
            now: { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) },
            outputIsTerminal: Terminal.isTerminal(FileHandle.standardOutput),
            notesAreTerminal: Terminal.isTerminal(FileHandle.standardError),
            width: Terminal.width,
            write: StandardOutput().write,
            // An error is ignored: if standard error is closed, it cannot be reported.
            writeNote: { try? FileHandle.standardError.write(contentsOf: Data($0)) }
        )
        context.outputIsClosed = { Terminal.isClosed(.standardOutput) }
        context.readInput = InputFile.batchList.readFromStandardInput
        return context
    }
}
