import ArgumentParser
import Foundation

/// The names of a command, its subcommands and its options, as the option parser knows them.
struct CommandSyntax: Decodable {
    /// One option, flag or positional argument.
    struct Argument: Decodable {
        private struct Name: Decodable {
            let kind: String
            let name: String
        }

        private let kind: String
        private let names: [Name]?
        private let valueName: String?
        /// The values that the option accepts; nil if it accepts any text or number.
        let allValues: [String]?

        /// The spellings of the option with their dashes: `--archive`, `-a`; none for an argument by position.
        var spellings: [String] {
            (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name }
        }

        /// Whether messages use this name: a spelling, or `<shell>` for an argument by position.
        func isNamed(_ name: String) -> Bool {
            spellings.contains(name) || isPositional && name == "<\(valueName ?? "")>"
        }

        /// Whether the option has a value.
        var takesValue: Bool { kind == "option" }
        var isPositional: Bool { kind == "positional" }
    }

    private struct Document: Decodable {
        let command: CommandSyntax
    }

    let commandName: String
    private let subcommands: [CommandSyntax]?
    private let arguments: [Argument]?

    /// The program with all commands.
    static let program = try? JSONDecoder().decode(Document.self, from: Data(Batchkeep._dumpHelp().utf8)).command

    /// The commands below this one.
    var commands: [CommandSyntax] { subcommands ?? [] }
    /// The options and arguments of this command alone.
    var options: [Argument] { arguments ?? [] }

    /// The command below this one with a name; nil if there is none.
    func command(_ name: String) -> CommandSyntax? {
        commands.first { $0.commandName == name }
    }

    /// The option or argument with a name such as `--archive` or `<shell>`; nil if there is none.
    func option(_ name: String) -> Argument? {
        options.first { $0.isNamed(name) }
    }

    /// The commands that begin the arguments, from the program down: `batchkeep catalog rebuild`.
    func path(in arguments: [String]) -> [CommandSyntax] {
        var path = [self]
        for argument in arguments {
            guard let next = path[path.count - 1].command(argument) else { break }
            path.append(next)
        }
        return path
    }
}
