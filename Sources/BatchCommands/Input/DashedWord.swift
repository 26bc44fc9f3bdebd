import BatchCatalog

/// A word of the command line that begins with a dash but is not an option, such as a custom ID or a condition.
///
/// The option parser reads it as an option, and one that contains an `h` even as a request for help.
struct DashedWord {
    let word: String
    /// The command line that passes the word as a value; nil if the command accepts no value there.
    let command: String?

    /// Finds the first such word; nil if there is none.
    init?(in arguments: [String]) {
        guard let name = arguments.first, !name.hasPrefix("-"),
            let program = CommandSyntax.program, let syntax = program.command(name), syntax.commands.isEmpty
        else { return nil }
        // `run` passes the options after its file to `export`.
        let options = syntax.options + (name == "run" ? program.command("export")?.options ?? [] : [])
        let names = Set(options.flatMap(\.spellings) + ["-h", "--help", "--version"])
        let withValue = Set(options.filter(\.takesValue).flatMap(\.spellings))
        let place = arguments.indices.dropFirst().prefix { arguments[$0] != "--" }
            .first { place in
                let name = arguments[place].prefix { $0 != "=" }
                guard name.hasPrefix("-"), name != "-" else { return false }
                if names.contains(String(name)) {
                    // `-a=b` after an option that needs a value, such as a condition, and not the option `-a`.
                    return name.count == 2 && name != arguments[place]
                        && withValue.contains(arguments[place - 1])
                }
                return !Self.isPack(name, of: names)
            }
        guard let place else { return nil }
        word = arguments[place]
        var others = arguments
        let before = arguments[place - 1]
        if withValue.contains(before) {
            others.replaceSubrange((place - 1)...place, with: ["\(before)=\(word)"])
        } else if syntax.options.contains(where: \.isPositional) {
            others.remove(at: place)
            others.insert(contentsOf: ["--", word], at: others.firstIndex(of: "--") ?? others.endIndex)
        } else {
            command = nil
            return
        }
        command = (["batchkeep"] + CatalogRun.withoutHeaders(others).map(\.shellQuoted))
            .joined(separator: " ")
    }

    /// Whether a word consists of several short options: `-nq`.
    ///
    /// `-h` is not among them: the parser reads any word with one dash and an `h` as a request for help.
    private static func isPack(_ word: Substring, of names: Set<String>) -> Bool {
        let letters = word.dropFirst()
        return !letters.contains("h") && letters.allSatisfy { names.contains("-\($0)") }
    }

    /// Whether no option is meant: options have two dashes.
    var hasOneDash: Bool { !word.hasPrefix("--") }
}
