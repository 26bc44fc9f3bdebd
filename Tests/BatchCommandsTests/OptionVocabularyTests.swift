import BatchCommands
import TestSupport
import Testing

/// An option name means the same in all commands.
struct OptionVocabularyTests {
    private static let rowCommands: Set = [
        "list", "summarize", "errors", "compare", "prices", "reconcile", "select", "query",
    ]
    private static let reportCommands: Set = [
        "export", "run", "join", "retry", "retry-quarantine", "verify", "status", "show", "rebuild", "prune", "compact",
        "views", "catalog rebuild", "import",
    ]
    /// Commands without a choice of format: `fetch` writes receipts, `report` a page, `simulate` its address,
    /// `completions` a script, `licenses` a text, and `version` has `--json` alone.
    private static let otherCommands: Set = ["completions", "fetch", "licenses", "report", "simulate", "version"]

    /// The options of all commands by the name of the command.
    private static func commands() async throws -> [String: [CommandTree.Argument]] {
        let commands = try await CommandTree.ofProgram().commands.filter { !$0.isGroup }
        return Dictionary(uniqueKeysWithValues: commands.map { ($0.name, $0.allOptions) })
    }

    @Test func `the test knows every command`() async throws {
        let known = Self.rowCommands.union(Self.reportCommands).union(Self.otherCommands)
        #expect(Set(try await Self.commands().keys) == known)
    }

    @Test func `a short name belongs to one option in all commands, and that option always has it`() async throws {
        let names = [
            "a": "archive", "j": "json", "n": "dry-run", "q": "quiet", "v": "verbose", "h": "help",
        ]
        for (command, options) in try await Self.commands() {
            var seen: [String] = []
            for option in options {
                for short in option.shortNames {
                    #expect(names[short] == option.longName, "\(command): -\(short)")
                    seen.append(short)
                }
                let expected = names.first { $0.value == option.longName }?.key
                #expect(expected == nil || option.shortNames == [expected ?? ""], "\(command): --\(option.longName)")
            }
            #expect(Set(seen).count == seen.count, "\(command): \(seen)")
        }
    }

    @Test func `every command that prints rows or a report accepts --format and --json`() async throws {
        let commands = try await Self.commands()
        let rows: Set = ["table", "json", "ndjson", "csv", "tsv", "markdown"]
        for name in Self.rowCommands.union(Self.reportCommands) {
            let options = try #require(commands[name])
            let format = try #require(options.first { $0.longName == "format" }, "\(name)")
            let values = Set(format.allValues ?? [])
            if Self.rowCommands.contains(name) {
                #expect(values.subtracting(["jsonl-raw"]) == rows, "\(name): \(values)")
            } else {
                #expect(values == ["text", "json"], "\(name): \(values)")
            }
            #expect(options.contains { $0.longName == "json" && $0.kind == "flag" }, "\(name)")
        }
        for (name, options) in commands { #expect(!options.contains { $0.longName == "output" }, "\(name)") }
    }

    @Test func `every command with an archive names it by --archive`() async throws {
        for (name, options) in try await Self.commands() {
            let isWithout = ["completions", "licenses", "list", "prices", "simulate", "version"].contains(name)
            #expect(options.contains { $0.longName == "archive" && $0.kind == "option" } == !isWithout, "\(name)")
        }
    }

    @Test func `an empty path, and an empty or impossible batch ID, are invalid in every command`() async throws {
        var count = 0
        for command in try await CommandTree.ofProgram().commands where !command.isGroup {
            // `--report` without a file writes the page into the archive.
            for option in command.allOptions where option.longName != "report" {
                let isPath = ["file", "directory"].contains(option.completion)
                let name = option.longName.isEmpty ? "<\(option.valueName ?? "")>" : "--\(option.longName)"
                for value in isPath ? [""] : option.valueName == "id" ? ["", "../a"] : [] {
                    let given = option.longName.isEmpty ? [value] : [name, value]
                    let run = await InProcess.offline(command.words + given)
                    #expect(run.status == .usage)
                    let reason = isPath ? "must be a path" : "must have 1 to 128 letters, digits, _ and -"
                    #expect(
                        run.notes.hasPrefix("error: \(name): invalid value '\(value)': \(reason)\n"),
                        "\(command.name): \(run.notes)"
                    )
                    count += 1
                }
            }
        }
        #expect(count > 50)
    }

    @Test(
        arguments: [
            (
                "quiet",
                [
                    "export", "run", "fetch", "join", "retry", "retry-quarantine", "verify", "rebuild", "prune",
                    "compact",
                    "views", "catalog rebuild", "list", "query", "report", "import",
                ]
            ), ("dry-run", ["export", "run", "prune", "retry", "rebuild", "compact"]),
            ("verbose", ["export", "run", "verify"]),
        ] as [(String, [String])]
    )
    func `a common flag is a flag in the commands that need it`(flag: String, wanted: [String]) async throws {
        let having = try await Self.commands().filter { $0.value.contains { $0.longName == flag && $0.kind == "flag" } }
        #expect(having.keys.sorted() == wanted.sorted())
    }
}
