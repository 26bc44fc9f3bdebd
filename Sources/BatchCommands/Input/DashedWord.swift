import ArgumentParser

/// A word of the command line that begins with a dash but is not an option, such as a custom ID or a condition.
///
/// The option parser reads it as an option, and one that contains an `h` even as a request for help.
struct DashedWord {
    let word: String
    /// The command line that passes the word as it was meant.
    let command: String

    /// Finds the first such word; nil if there is none.
    init?(in arguments: [String]) {
        let commands = Batchkeep.configuration.groupedSubcommands.flatMap(\.subcommands)
        guard let command = commands.first(where: { $0.configuration.commandName == arguments.first }),
            command.configuration.subcommands.isEmpty
        else { return nil }
        // Examples before the usage may contain words that are not options.
        guard
            let help = Batchkeep.helpMessage(for: command, columns: HelpText.unlimited)
                .split(separator: "\n\nUSAGE: ", maxSplits: 1).last
        else { return nil }
        let names = Set(
            help.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.filter { $0.hasPrefix("-") }.map(String.init)
        )
        let place = arguments.indices.dropFirst().prefix { arguments[$0] != "--" }
            .first { place in
                let name = arguments[place].prefix { $0 != "=" }
                return name.hasPrefix("-") && name != "-" && !names.contains(String(name))
            }
        guard let place else { return nil }
        word = arguments[place]
        var others = arguments
        let before = arguments[place - 1]
        if names.contains(before), help.contains("\(before) <") {
            others.replaceSubrange((place - 1)...place, with: ["\(before)=\(word)"])
        } else {
            others.remove(at: place)
            others.insert(contentsOf: ["--", word], at: others.firstIndex(of: "--") ?? others.endIndex)
        }
        self.command = (["batchkeep"] + others.map(\.shellQuoted)).joined(separator: " ")
    }

    /// Whether no option is meant: options have two dashes.
    var hasOneDash: Bool { !word.hasPrefix("--") }
}
