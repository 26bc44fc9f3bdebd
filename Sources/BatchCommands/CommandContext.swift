import Foundation
package import MessageBatches
import Synchronization
package import Tables

/// What a command reads from the process around it, and where it writes.
///
/// What the user asked for goes to ``print(_:)``, everything else to ``note(_:)``. Tests use a context of their own.
package struct CommandContext: Sendable {
    package var environment: [String: String]
    /// The variable that holds the API key, if it is not one of the usual ones.
    package var keyVariable: String?
    /// The command line after the program's name.
    package var arguments: [String] = []
    package var now: @Sendable () -> Timestamp
    /// Whether standard output is a terminal.
    package var outputIsTerminal: Bool
    /// Whether standard error is a terminal.
    package var notesAreTerminal: Bool
    /// The columns of the terminal.
    package var width: Int
    package var write: @Sendable ([UInt8]) throws -> Void
    /// Whether nobody reads standard output anymore, as far as that is visible before a write.
    package var outputIsClosed: @Sendable () -> Bool = { false }
    /// Reads all of standard input.
    package var readInput: @Sendable () throws -> [UInt8] = { [] }
    package var writeNote: @Sendable ([UInt8]) -> Void
    /// Measures pauses, silences and time limits.
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

    /// Writes what the user asked for to standard output.
    package func print(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes a line about the run to standard error.
    package func note(_ text: String) {
        writeNote(Array((text + "\n").utf8))
    }

    /// Writes a document the user asked for to standard output: one line of JSON, keys in snake case, sorted.
    package func writeDocument(_ document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try write([UInt8](try encoder.encode(document)) + [0x0A])
    }

    /// How text for people may look on standard output.
    package var outputStyle: TerminalStyle {
        outputIsTerminal ? TerminalStyle(width: width, colors: usesColours) : .plain
    }

    /// How text for people may look on standard error.
    package var noteStyle: TerminalStyle {
        notesAreTerminal ? TerminalStyle(width: width, colors: usesColours) : .plain
    }

    /// https://no-color.org: any value that is not empty turns colors off.
    private var usesColours: Bool {
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// The name of the command that runs, for the archive's records.
    package var commandName: String {
        arguments.first { !$0.hasPrefix("-") } ?? "batchkeep"
    }

    /// The value of a variable, nil if it is empty or not set.
    package func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension CommandContext {
    /// The real process.
    package static var process: CommandContext {
        var context = CommandContext(
            environment: ProcessInfo.processInfo.environment,
            now: { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) },
            outputIsTerminal: Terminal.isTerminal(FileHandle.standardOutput),
            notesAreTerminal: Terminal.isTerminal(FileHandle.standardError),
            width: Terminal.width,
            write: { try FileHandle.standardOutput.write(contentsOf: Data($0)) },
            // If standard error is closed, there is nobody to report it to.
            writeNote: { try? FileHandle.standardError.write(contentsOf: Data($0)) }
        )
        context.outputIsClosed = { Terminal.isClosed(.standardOutput) }
        context.readInput = { try [UInt8](FileHandle.standardInput.readToEnd() ?? Data()) }
        return context
    }
}
