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

        /// The words as one text: `catalog rebuild`.
        package var name: String { words.joined(separator: " ") }

        /// The options and arguments, without those that every command has.
        package var options: [Argument] {
            allOptions.filter { !["help", "version"].contains($0.longName) }
        }

        /// The options and arguments, with `--help` and `--version`.
        package var allOptions: [Argument] { arguments ?? [] }

        /// The command lines below `Examples:`.
        package var examples: [String] {
            let lines = (discussion ?? "").split(separator: "\n").drop { $0 != "Examples:" }
            return lines.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
        }

        /// The command and all commands below it, except `help`.
        package var all: [Command] {
            [self] + children.flatMap(\.all)
        }

        /// Whether the command only contains others, as `catalog` does.
        package var isGroup: Bool { !children.isEmpty }

        private var children: [Command] {
            (subcommands ?? []).filter { $0.commandName != "help" }
        }
    }

    /// An option, a flag or an argument.
    package struct Argument: Decodable {
        private struct Name: Decodable {
            var kind: String
            var name: String
        }

        /// The value of a kind of completion, which no test reads.
        private struct Details: Decodable {}

        private var names: [Name]?
        private var completionKind: [String: Details]?
        package var kind: String
        package var isRepeating: Bool
        package var sectionTitle: String?
        package var abstract: String?
        package var defaultValue: String?
        package var allValues: [String]?
        /// The name of the value in help texts.
        package var valueName: String?

        /// The name without its dashes; empty for an argument.
        package var longName: String { longNames.first ?? "" }

        package var longNames: [String] { names(of: "long") }

        package var shortNames: [String] { names(of: "short") }

        /// How shells complete the value: `file`, `directory` or `list`; nil for a flag or any text.
        package var completion: String? { completionKind?.keys.first }

        private func names(of kind: String) -> [String] {
            (names ?? []).filter { $0.kind == kind }.map(\.name)
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
