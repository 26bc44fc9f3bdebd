import ArgumentParser
import BatchCatalog

// MARK: The option parser

extension FailureText {
    /// The text of an error of the option parser, whose `message` is known.
    ///
    /// The message of the parser contains what the user typed. The syntax of the command shows what is valid.
    init(parserMessage message: String, arguments: [String]) {
        let path = CommandSyntax.program?.path(in: arguments) ?? []
        let help = "\((path.isEmpty ? ["batchkeep"] : path.map(\.commandName)).joined(separator: " ")) --help"
        if let unknown = FailureText(unknownCommandIn: arguments) {
            self = unknown
        } else if let found = message.wholeMatch(of: /Unknown option '(?<name>[^']*)'.*/.dotMatchesNewlines()) {
            let name = String(found.name)
            self.init(
                "unknown option: '\(name)'",
                advice: Self.advice(onOption: name, in: path, arguments) ?? help,
                status: .usage
            )
        } else if let found = message.wholeMatch(
            of: /The value '(?<value>.*)' is invalid for '(?<name>[^ ']+)[^']*'(?<reason>.*)/.dotMatchesNewlines()
        ) {
            self.init(value: String(found.value), of: String(found.name), reason: String(found.reason), in: path, help)
        } else if let found = message.wholeMatch(of: /Missing value for '(?<name>[^ ']+) ?(?<value>[^']*)'/) {
            let values = Self.option(String(found.name), in: path)?.allValues
            let expected = values.map { "one of \($0.joined(separator: ", "))" } ?? String(found.value)
            self.init(
                "\(found.name): missing value\(expected.isEmpty ? "" : ": expected \(expected)")",
                advice: help,
                status: .usage
            )
        } else if let found = message.wholeMatch(of: /Missing expected argument '(?<name>[^']*)'/) {
            let kind = found.name.hasPrefix("-") ? "option" : "argument"
            self.init("missing \(kind): \(found.name)", advice: help, status: .usage)
        } else if let found = message.wholeMatch(
            of: /The option '(?<name>[^']*)' does not take any value, but '(?<value>.*)' was specified\./
        ) {
            self.init("\(found.name): accepts no value, but has '\(found.value)'", advice: help, status: .usage)
        } else if let found = message.wholeMatch(
            of: /([0-9]+ u|U)nexpected (?<what>arguments?:?) (?<words>'.*')/.dotMatchesNewlines()
        ) {
            let what = found.what.hasSuffix(":") ? String(found.what.dropLast()) : String(found.what)
            self.init("unexpected \(what): \(found.words)", advice: help, status: .usage)
        } else {
            let lines = message.split(separator: "\n").map { String($0.drop { $0 == " " }) }
            let first = (lines.first ?? "invalid arguments").withoutFullStop
            self.init(
                first.prefix(1).lowercased() + first.dropFirst(),
                details: Array(lines.dropFirst()),
                advice: help,
                status: .usage
            )
        }
    }

    /// The text for a command that does not exist, also after `help`; nil if the arguments name an existing one.
    init?(unknownCommandIn arguments: [String]) {
        let isHelp = arguments.first == "help"
        let names = isHelp ? Array(arguments.dropFirst()) : arguments
        guard let path = CommandSyntax.program?.path(in: names), path.count <= names.count, let last = path.last else {
            return nil
        }
        let name = names[path.count - 1]
        let known = last.commands.map(\.commandName)
        guard isHelp || !known.isEmpty, !name.hasPrefix("-") else { return nil }
        let help = "\(path.map(\.commandName).joined(separator: " ")) --help"
        self.init(
            "unknown command: '\(name)'",
            advice: Self.nearest(name, in: known, else: help),
            status: .usage
        )
    }

    /// The text for an invalid value of an option or argument.
    private init(value: String, of name: String, reason: String, in path: [CommandSyntax], _ help: String) {
        let values = Self.option(name, in: path)?.allValues ?? []
        if !values.isEmpty {
            let advice = Self.nearest(value, in: values, else: help)
            self.init("\(name): \(Self.notAmong(values, value))", advice: advice, status: .usage)
        } else if reason.hasPrefix(": ") {
            self.init("\(name): invalid value '\(value)'\(reason)", advice: help, status: .usage)
        } else {
            // All options without a list of values and a reason of their own are numbers.
            self.init("\(name): invalid value '\(value)': must be a whole number", advice: help, status: .usage)
        }
    }

    /// The hint for an unknown option; nil if nothing is similar.
    private static func advice(onOption name: String, in path: [CommandSyntax], _ arguments: [String]) -> String? {
        let place = arguments.firstIndex { path.count == 1 && path[0].command($0) != nil }
        if let place {
            let others = arguments[..<place] + arguments[(place + 1)...]
            let shown = CatalogRun.withoutHeaders(Array(others))
            let words = ["batchkeep", arguments[place]] + shown.map(\.shellQuoted)
            return "options of a command follow its name: \(words.joined(separator: " "))"
        }
        let known = syntax(of: path).flatMap(\.options).flatMap(\.spellings).filter { $0.hasPrefix("--") }
        if path.last?.commandName == "run", known.contains(name) {
            return runAdvice(onOption: name, in: path, arguments)
        }
        let nearest = NearestName.of(String(name.drop { $0 == "-" }), in: known.map { String($0.dropFirst(2)) })
        return nearest.map { Self.suggestion("--\($0)") }
    }

    /// The hint for an option of `run` after the file, or for one of `export` before it.
    private static func runAdvice(onOption name: String, in path: [CommandSyntax], _ arguments: [String]) -> String {
        let (run, export) = (path[path.count - 1], path[0].command("export"))
        var (before, after): ([String], [String]) = ([], [])
        var (file, place): (String?, String) = (nil, "after")
        var words = CatalogRun.withoutHeaders(arguments.dropFirst().filter { $0 != "--" })[...]
        while let word = words.popFirst() {
            guard word.hasPrefix("-") else {
                if file == nil { file = word } else { after.append(word) }
                continue
            }
            let spelling = String(word.prefix { $0 != "=" })
            let (ofRun, ofExport) = (run.option(spelling), export?.option(spelling))
            let hasNextWord = spelling == word && (ofExport ?? ofRun)?.takesValue ?? false
            let given = [word] + (hasNextWord ? [words.popFirst()].compactMap(\.self) : [])
            if spelling == name, file != nil { place = "before" }
            // Options of both commands stay where they are, except the one that was not accepted there.
            let staysAfter = file != nil && ofExport != nil && spelling != name
            let movesAfter = file == nil && (ofRun == nil || spelling == name)
            if staysAfter || movesAfter { after += given } else { before += given }
        }
        let command = ["batchkeep", "run"] + before + [file ?? "FILE"] + after
        return "\(name) goes \(place) the file: \(command.map(\.shellQuoted).joined(separator: " "))"
    }

    private static func option(_ name: String, in path: [CommandSyntax]) -> CommandSyntax.Argument? {
        syntax(of: path).lazy.compactMap { $0.option(name) }.first
    }

    /// The syntax of the last command; `run` also accepts the options of `export`.
    private static func syntax(of path: [CommandSyntax]) -> [CommandSyntax] {
        guard let last = path.last else { return [] }
        return last.commandName == "run" ? [last] + [path[0].command("export")].compactMap(\.self) : [last]
    }
}
