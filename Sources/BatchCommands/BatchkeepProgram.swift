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
        do throws(CommandFailure) {
            if let colors = try ColorChoice.remove(from: &context.arguments) { context.colors = colors }
        } catch {
            return report(error, context)
        }
        return await run(context)
    }

    private static func run(_ context: CommandContext) async -> ExitStatus {
        await CommandContext.$current.withValue(context) {
            do {
                if context.arguments.first == "help", let unknown = FailureText(unknownCommandIn: context.arguments) {
                    unknown.print(in: context)
                    return unknown.status
                }
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
        let failure: FailureText
        if let known = FailureText(error) {
            failure = known
        } else if let usage = usageFailure(error, context.arguments) {
            failure = usage
        } else if Batchkeep.exitCode(for: error) == .success {
            do {
                let text = ColorChoice.add(to: Batchkeep.fullMessage(for: error, columns: HelpText.unlimited))
                try context.print((HelpText(text)?.wrapped(to: context.helpWidth) ?? text) + "\n")
                return .done
            } catch {
                return report(error, context)
            }
        } else {
            failure = .unexpected(error)
        }
        failure.print(in: context)
        return failure.status
    }

    /// The text of an invalid command line; nil if the error is another one, or a request for help or the version.
    private static func usageFailure(_ error: any Error, _ arguments: [String]) -> FailureText? {
        let message = Batchkeep.message(for: error)
        let isUsageError = Batchkeep.exitCode(for: error) == .validationFailure
        guard let dashed = DashedWord(in: arguments),
            dashed.hasOneDash || (isUsageError && message.hasPrefix("Missing "))
        else { return isUsageError ? FailureText(parserMessage: message, arguments: arguments) : nil }
        let text = FailureText(parserMessage: "Unknown option '\(dashed.word)'", arguments: arguments)
        guard let command = dashed.command, !text.suggestsName else { return text }
        return FailureText(
            text.sentence,
            details: text.details,
            advice: "for a value that begins with a dash, use: \(command)",
            status: .usage
        )
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
            "Save the results of Message Batches before the API removes them, and analyze them offline.",
        discussion: """
            The API key is read from ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, --key-file or --key-command, never from the \
            command line.

            Examples:
              batchkeep export --since 7d
              batchkeep status
              batchkeep summarize --by day,model
            """,
        version: BatchkeepVersion.current,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Get results",
                subcommands: [
                    ExportCommand.self, RunCommand.self, ListCommand.self, FetchCommand.self, JoinCommand.self,
                    RetryQuarantineCommand.self, ImportCommand.self,
                ]
            ),
            CommandGroup(
                name: "Costs and errors",
                subcommands: [
                    SummarizeCommand.self, ErrorsCommand.self, RetryCommand.self, CompareCommand.self,
                    ReconcileCommand.self,
                    ReportCommand.self, PricesCommand.self,
                ]
            ),
            CommandGroup(name: "Search", subcommands: [SelectCommand.self, ShowCommand.self, QueryCommand.self]),
            CommandGroup(name: "Monitoring", subcommands: [StatusCommand.self, VerifyCommand.self]),
            CommandGroup(
                name: "Maintain",
                subcommands: [
                    RebuildCommand.self, CompactCommand.self, PruneCommand.self, ViewsCommand.self, CatalogCommand.self,
                ]
            ),
            CommandGroup(
                name: "Try it",
                subcommands: [
                    SimulateCommand.self, CompletionsCommand.self, VersionCommand.self, LicensesCommand.self,
                ]
            ),
        ]
    )

    /// Prints the first screen, for a command line without a command.
    func run() async throws {
        let context = CommandContext.current
        let screen = Self.firstScreen.split(separator: "\n", omittingEmptySubsequences: false)
        for line in screen {
            let indent = line.hasPrefix(" ") ? 14 : 0
            try context.print(HelpText.wrap(line, to: context.helpWidth, indent: indent) + "\n")
        }
    }

    /// What the program is, a first example, five commands, and where more is.
    private static let firstScreen = """
        Save the results of Message Batches before the API removes them.

          batchkeep export --since 7d

          export      Download the results of ended batches.
          status      Show whether the last runs worked.
          summarize   Add up requests, tokens and costs.
          errors      Show why requests failed, and what to do.
          select      Print results as a table, CSV or JSON.

        See 'batchkeep help' for all commands, and README.md for a guide.
        """
}

/// The version of the program, shown by `--version` and stored in the user agent and in manifests.
package enum BatchkeepVersion {
    package static let current = "0.1.0"
}
