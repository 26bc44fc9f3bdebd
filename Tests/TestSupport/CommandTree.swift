import Foundation

/// The commands and options of the program, from `--experimental-dump-help`.
package struct CommandTree: Decodable {
    /// A command with its options and subcommands.
    package struct Command: Decodable {
        private var commandName: String
        private var superCommands: [String]?
        private var subcommands: [Command]?
        private var arguments: [Argument]?
        package var abstract: String?
        package var discussion: String?

        /// The words that run the command, without the program: `["catalog", "rebuild"]`.
        package var words: [String] {
            (superCommands ?? []).dropFirst() + (superCommands == nil ? [] : [commandName])
        }

        /// The options and arguments, without those that every command has.
        package var options: [Argument] {
            (arguments ?? []).filter { !["help", "version"].contains($0.longName) }
        }

        /// The command lines below `Examples:`.
        package var examples: [String] {
            let lines = (discussion ?? "").split(separator: "\n").drop { $0 != "Examples:" }
            return lines.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
        }

        /// The command and all commands below it, except `help`.
        package var all: [Command] {
            [self] + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap(\.all)
        }
    }

    /// An option, a flag or an argument.
    package struct Argument: Decodable {
        private struct Name: Decodable {
            var kind: String
            var name: String
        }

        private var names: [Name]?
        package var kind: String
        package var sectionTitle: String?
        package var abstract: String?
        package var defaultValue: String?
        package var allValues: [String]?

        /// The name without its dashes; empty for an argument.
        package var longName: String {
            names?.first { $0.kind == "long" }?.name ?? ""
        }

        /// The names with their dashes: `["-q", "--quiet"]`.
        package var spellings: [String] {
            (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
        }
    }

    private var command: Command

    /// All commands, the program itself first.
    package var commands: [Command] { command.all }

    /// Reads the output of `batchkeep --experimental-dump-help`.
    package init(dump: String) throws {
        self = try JSONDecoder().decode(CommandTree.self, from: Data(dump.utf8))
    }
}
