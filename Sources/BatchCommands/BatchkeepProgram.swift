import ArgumentParser
import Foundation
import Tables

/// Parses the command line, runs one command, reports its error, and returns the exit status.
package enum BatchkeepProgram {
    /// Prepares the standard streams of this process; call it before anything else.
    package static func prepareProcess() {
        Terminal.prepareStreams()
    }

    /// Runs the program with the arguments that follow its name.
    package static func run(_ arguments: [String], context: CommandContext = .process) async -> ExitStatus {
        var context = context
        context.arguments = arguments
        return await run(context)
    }

    private static func run(_ context: CommandContext) async -> ExitStatus {
        await CommandContext.$current.withValue(context) {
            do {
                var command = try Batchkeep.parseAsRoot(context.arguments)
                try ProcessChecks.ofThisProcess.check()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                return .done
            } catch let exit as CommandExit {
                return exit.status
            } catch {
                return report(error, context)
            }
        }
    }

    private static func report(_ error: any Error, _ context: CommandContext) -> ExitStatus {
        // A reader such as `head` closes the pipe when it has enough. That is not an error.
        if case CommandFailure.outputClosed = error { return .done }
        if let failure = FailureText(error) {
            failure.print(in: context)
            return failure.status
        }
        // ArgumentParser words help, version and usage errors.
        var text = Batchkeep.fullMessage(for: error)
        let code = Batchkeep.exitCode(for: error)
        let dashed = DashedWord(in: context.arguments)
        var isUsageError = code == .validationFailure
        if let dashed, dashed.hasOneDash || (isUsageError && text.hasPrefix("Error: Missing ")) {
            if !isUsageError { text = "Error: Unknown option '\(dashed.word)'" }
            text += "\nhint: A value that begins with a dash: \(dashed.command)"
            isUsageError = true
        }
        if isUsageError {
            // The message quotes arguments, which may be names of files from outside.
            let quoted = context.arguments.filter { $0 != $0.visible }
            let shown = quoted.reduce(text) { $0.replacing($1, with: $1.visible) }
            context.note(lines: shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
            return .usage
        }
        guard code == .success else {
            let failure = FailureText.unexpected(error)
            failure.print(in: context)
            return failure.status
        }
        do {
            try context.print(text + "\n")
            return .done
        } catch {
            return report(error, context)
        }
    }
}

/// Ends a command that has already reported its result, with an exit status other than 0.
struct CommandExit: Error {
    let status: ExitStatus
}

/// The root command, `batchkeep`, with the list of all commands.
struct Batchkeep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batchkeep",
        abstract:
            "Keeps the results of Message Batches: exports them, proves that nothing is missing, and answers questions offline.",
        discussion: """
            The nightly job:   batchkeep export --since 2024-08-01 --status ended
            The API key is read from ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN or --key-file, never from the command line.
            """,
        version: BatchkeepVersion.current,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Fetch",
                subcommands: [
                    ExportCommand.self, RunCommand.self, ListCommand.self, FetchCommand.self,
                    RetryQuarantineCommand.self,
                ]
            ),
            CommandGroup(
                name: "Understand",
                subcommands: [
                    SummarizeCommand.self, ErrorsCommand.self, CompareCommand.self, ReportCommand.self,
                    PricesCommand.self,
                ]
            ),
            CommandGroup(
                name: "Look into the archive",
                subcommands: [
                    SelectCommand.self, ShowCommand.self, QueryCommand.self, JoinCommand.self, RetryCommand.self,
                ]
            ),
            CommandGroup(
                name: "Keep the archive",
                subcommands: [
                    StatusCommand.self, VerifyCommand.self, RebuildCommand.self, CompactCommand.self, PruneCommand.self,
                    ViewsCommand.self, CatalogCommand.self,
                ]
            ),
            CommandGroup(name: "Try it out", subcommands: [SimulateCommand.self]),
        ]
    )
}

/// The version of the program, shown by `--version` and stored in the user agent and in manifests.
package enum BatchkeepVersion {
    package static let current = "0.1.0"
}
