import Foundation
package import MessageBatches
import Synchronization
package import Tables

/// The environment of a command: variables, arguments, clocks, terminal and standard streams.
///
/// Results that the user asked for go to standard output, everything else goes to standard error. Both are written to in
/// this file only, so that no text from outside reaches a terminal unchanged: text for people is made visible, JSON is
/// escaped, and only data for programs stays exact. Tests create their own context.
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
    /// When output has colors, as `--color` says.
    package var colors = ColorChoice.auto
    /// The name of the source whose messages this context writes, if several sources run in parallel.
    private var sourceName: String?
    /// Whether progress and summaries are skipped; messages with a kind are printed all the same.
    private var isQuiet = false
    private var write: @Sendable ([UInt8]) throws -> Void
    /// Whether the reader of standard output has closed it, as far as this is visible without a write.
    package var outputIsClosed: @Sendable () -> Bool = { false }
    /// Reads all of standard input, and blocks until its end; see ``input()``.
    package var readInput: @Sendable () throws -> [UInt8] = { [] }
    private var writeNote: @Sendable ([UInt8]) -> Void
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

    /// Reads all of standard input.
    ///
    /// - Throws: `CancellationError` as soon as the task is canceled, even while it waits for more input.
    func input() async throws -> [UInt8] {
        let (inputs, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        // A blocked read cannot be canceled, so it has its own thread, which is left alone.
        Thread.detachNewThread { [readInput] in continuation.yield(with: Result { try readInput() }) }
        for try await input in inputs { return input }
        throw CancellationError()
    }

    /// The context of the command that is running.
    @TaskLocal package static var current = CommandContext.process

    /// Writes text for people to standard output, in which line feeds and our own colors stay.
    ///
    /// Values from outside must have been made visible, so that they stay on their line; tables do that.
    package func print(_ text: String) throws {
        try write(Array(outputStyle.printable(text).utf8))
    }

    /// Writes one line for people to standard output.
    package func print(line: String) throws {
        try write(Array((line.visible + "\n").utf8))
    }

    /// Writes a table to standard output; its notes go to standard error in the formats that have only rows.
    package func print(_ table: Table, as format: TableFormat) throws {
        let text = format.render(table, style: outputStyle)
        switch format {
        case .table, .markdown: try print(text)
        case .json, .ndjson: try writeJSON(Array(text.utf8))
        case .csv, .tsv: try writeData(Array(text.utf8))
        }
        if !format.isForPeople { for note in table.notes { report(.note, note) } }
    }

    /// Writes a block of figures to standard output.
    package func print(_ block: SummaryBlock) throws {
        try print(block.render(style: outputStyle))
    }

    /// Writes JSON text to standard output, with escapes for what terminals obey.
    package func writeJSON(_ json: [UInt8]) throws {
        try write(json.visibleJSON)
    }

    /// Writes data for programs to standard output, byte for byte.
    package func writeData(_ data: [UInt8]) throws {
        try write(data)
    }

    /// Writes a message to standard error, which begins with its kind: `warning: …`.
    ///
    /// The lines after the first are details. The kind has a color of its own on a terminal.
    package func report(_ kind: MessageKind, _ text: String, details: [String] = [], hint: String? = nil) {
        var lines = [(kind, text)] + details.map { (nil, "  \($0)") }
        if let hint { lines.append((.hint, hint)) }
        let style = noteStyle
        let source = sourceName.map { "\($0.visible): " } ?? ""
        let texts = lines.map { kind, text in
            (kind.map { style.paint("\($0.rawValue):", $0.tone) + " " } ?? "") + source + text.visible + "\n"
        }
        writeNote(Array(texts.joined().utf8))
    }

    /// Writes one line about the run to standard error.
    package func note(_ text: String, _ tone: Tone = .normal) {
        note(lines: [text], tone)
    }

    /// Writes lines about the run to standard error, all at once.
    package func note(lines: [String], _ tone: Tone = .normal) {
        guard !isQuiet else { return }
        let text = named(lines.map { noteStyle.paint($0.visible, tone) }).map { $0 + "\n" }
        writeNote(Array(text.joined().utf8))
    }

    /// Writes the summary of a run to standard error.
    package func note(_ summary: SummaryBlock) {
        guard !isQuiet else { return }
        let text = noteStyle.printable(summary.render(style: noteStyle))
        guard sourceName != nil else { return writeNote(Array(text.utf8)) }
        let lines = named(text.split(separator: "\n").map(String.init))
        writeNote(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// The lines with the name of the source before each, without blank ones; without a source unchanged.
    private func named(_ lines: [String]) -> [String] {
        guard let sourceName else { return lines }
        return lines.filter { !$0.allSatisfy { $0 == " " } }.map { "\(sourceName.visible): \($0)" }
    }

    /// Writes one line of JSON about the run to standard error.
    package func note(json: [UInt8]) {
        writeNote(json.visibleJSON + [0x0A])
    }

    /// Replaces the last lines on the terminal at standard error.
    package func replaceNotes(last count: Int, with lines: [String]) {
        guard !isQuiet else { return }
        let fitting = lines.map { $0.visible.truncated(toWidth: width - 1) + "\n" }
        writeNote(Array((TerminalStyle.erasure(lines: count) + fitting.joined()).utf8))
    }

    /// Returns a context for `--quiet`: if `isQuiet`, it prints errors, warnings and hints, but no other notes.
    package func quiet(_ isQuiet: Bool) -> CommandContext {
        var context = self
        context.isQuiet = isQuiet
        return context
    }

    /// Returns a context that passes its notes to `body` instead of to standard error, without colors and blank lines.
    package func passingNotes(to body: @escaping @Sendable (_ lines: [String]) -> Void) -> CommandContext {
        var context = self
        context.notesAreTerminal = false
        context.colors = .never
        context.writeNote = { bytes in
            let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy { $0 == 0x20 } }
            if !lines.isEmpty { body(lines.map { String(decoding: $0, as: UTF8.self) }) }
        }
        return context
    }

    /// Returns a context that writes the name of a source before each of its notes, after the kind of a message.
    ///
    /// Blank lines and live lines are omitted, because the lines of several sources alternate.
    package func naming(_ source: String) -> CommandContext {
        var context = self
        context.sourceName = source
        context.colors = noteStyle.colors ? .always : .never
        context.notesAreTerminal = false
        return context
    }

    /// Writes a document to standard output as one line of JSON with sorted keys in snake case.
    package func writeDocument(_ document: some Encodable) throws {
        try writeJSON(document.documentLine())
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

    /// The width of help texts in columns: that of the terminal, or 80.
    var helpWidth: Int {
        outputIsTerminal ? width : 80
    }

    /// The style of text for people on standard output.
    package var outputStyle: TerminalStyle {
        TerminalStyle(width: outputIsTerminal ? width : nil, colors: usesColors(onTerminal: outputIsTerminal))
    }

    /// The style of text for people on standard error.
    package var noteStyle: TerminalStyle {
        TerminalStyle(width: notesAreTerminal ? width : nil, colors: usesColors(onTerminal: notesAreTerminal))
    }

    /// Whether output has colors.
    ///
    /// See https://no-color.org: any value that is not empty turns them off. `--color` counts more.
    private func usesColors(onTerminal isTerminal: Bool) -> Bool {
        switch colors {
        case .always: true
        case .never: false
        case .auto: isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        }
    }

    /// The name of the running command, as the archive records it.
    package var commandName: String {
        arguments.first { !$0.hasPrefix("-") } ?? "batchkeep"
    }

    /// The option with which the caller named an archive, in the form that follows a command: ` --archive results`.
    ///
    /// Empty if the caller did not name one, so that a command in a hint finds the same archive.
    package var archiveOption: String {
        let words = arguments.prefix { $0 != "--" }
        let values = words.indices.compactMap { place -> String? in
            let (word, next) = (words[place], place + 1 < words.count ? words[place + 1] : nil)
            if word == "--archive" || word == "-a" { return next }
            return ["--archive=", "-a="].first(where: word.hasPrefix).map { String(word.dropFirst($0.count)) }
        }
        return values.last.map { " --archive \($0.shellQuoted)" } ?? ""
    }

    /// The value of an environment variable, or nil if it is empty or not set.
    package func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The kind of a message on standard error.
package enum MessageKind: String, Sendable {
    case error
    case warning
    case note
    /// A command or an action that helps, after one of the others.
    case hint

    var tone: Tone {
        switch self {
        case .error: .bad
        case .warning: .warning
        case .note, .hint: .strong
        }
    }
}

extension CommandContext {
    /// The context of the real process.
    package static var process: CommandContext {
        var context = CommandContext(
            environment: ProcessInfo.processInfo.environment,
            now: { Timestamp(systemTime: Date().timeIntervalSince1970) },
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
