import MessageBatches
import Tables
import Testing

@testable import BatchCommands

/// The option `--color` and the variables that affect colors.
struct ColorChoiceTests {
    private static let red = "\u{1B}[31merror:\u{1B}[0m "

    /// Runs a command line that is wrong and returns what it writes to standard error.
    private func notes(
        _ arguments: [String],
        environment: [String: String] = [:],
        onTerminal: Bool
    ) async -> String {
        let written = CapturedBytes()
        let context = CommandContext(
            environment: environment,
            now: { Timestamp(seconds: 0) },
            notesAreTerminal: onTerminal,
            write: { _ in },
            writeNote: written.append
        )
        #expect(await BatchkeepProgram.run(arguments, context: context) == .usage)
        return written.text
    }

    @Test(arguments: [
        (["list", "--limit", "0"], [:], true, true), (["list", "--limit", "0"], [:], false, false),
        (["list", "--limit", "0"], ["NO_COLOR": "1"], true, false),
        (["list", "--limit", "0"], ["TERM": "dumb"], true, false),
        (["list", "--color", "never", "--limit", "0"], [:], true, false),
        (["--color=never", "list", "--limit", "0"], [:], true, false),
        (["list", "--limit", "0", "--color", "always"], ["NO_COLOR": "1"], false, true),
        (["--color", "always", "exprot"], [:], false, true),
        (["list", "--color", "always", "--color", "never", "--limit", "0"], [:], true, false),
        (["list", "--color=auto", "--limit", "0"], ["TERM": "dumb"], true, false),
    ])
    func `an error is red if the option or the terminal says so`(
        arguments: [String],
        environment: [String: String],
        onTerminal: Bool,
        isColored: Bool
    ) async {
        let notes = await notes(arguments, environment: environment, onTerminal: onTerminal)
        #expect(notes.hasPrefix(isColored ? Self.red : "error: "), "\(notes.debugDescription)")
    }

    @Test func `what follows two dashes is a value`() throws {
        var arguments = ["show", "--color", "always", "--", "--color", "never"]
        #expect(try ColorChoice.remove(from: &arguments) == .always)
        #expect(arguments == ["show", "--", "--color", "never"])
    }

    @Test(arguments: [["list", "--color"], ["list", "--color="], ["--color", "list"]])
    func `a missing or unknown value is an error`(arguments: [String]) {
        var arguments = arguments
        #expect(throws: CommandFailure.self) { try ColorChoice.remove(from: &arguments) }
    }

    @Test func `the colors of a table follow the option`() throws {
        let written = CapturedBytes()
        var context = CommandContext(
            environment: [:],
            now: { Timestamp(seconds: 0) },
            write: written.append,
            writeNote: { _ in }
        )
        context.colors = .always
        try context.print(context.outputStyle.paint("Total", .strong) + "\n")
        #expect(written.text == "\u{1B}[1mTotal\u{1B}[0m\n")
    }

    @Test(arguments: [["list", "--help"], ["--help"], ["help", "catalog", "rebuild"]])
    func `every help text names the option once`(arguments: [String]) async {
        let help = await InProcess.run(arguments, at: "http://127.0.0.1:9")
        #expect(help.status == .done)
        #expect(help.output.ranges(of: "--color <when>").count == 1, "\(help.output)")
    }
}
