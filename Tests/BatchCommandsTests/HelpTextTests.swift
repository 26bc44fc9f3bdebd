import Foundation
import TestSupport
import Testing

@testable import BatchCommands

/// What the help texts contain, and how they are arranged and wrapped.
struct HelpTextTests {
    private let tree: CommandTree

    init() async throws {
        tree = try await CommandTree.ofProgram()
    }

    // MARK: What is in it

    @Test func `every command has two or three examples of its own`() {
        #expect(tree.commands.count > 20)
        for command in tree.commands {
            let words = (["batchkeep"] + command.words).joined(separator: " ")
            #expect((2...3).contains(command.examples.count), "\(words)")
            for example in command.examples {
                #expect("\(example) ".contains("\(words) "), "\(example)")
            }
        }
    }

    @Test func `every command is in exactly one section of the list of commands`() async throws {
        let help = await Self.screen(["--help"], width: 120)
        let headings = help.split(separator: "\n").filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") }
        #expect(
            headings == [
                "Examples:", "Get results:", "Costs and errors:", "Search:", "Monitoring:", "Maintain:", "Try it:",
                "Options:",
            ]
        )
        for command in tree.commands where command.words.count == 1 {
            let entries = help.split(separator: "\n").filter { $0.hasPrefix("  \(command.words[0]) ") }
            #expect(entries.count == 1, "\(command.words[0])")
        }
    }

    @Test func `no description repeats what the parser prints about defaults and values`() {
        for (command, option) in options {
            let text = option.abstract ?? ""
            if let value = option.defaultValue {
                #expect(!text.contains("default"), "\(command) --\(option.longName)")
                #expect(value.count < 3 || !text.contains(value) || option.allValues != nil, "\(command) \(text)")
            }
            for values in [", ", " or "].compactMap({ option.allValues?.prefix(2).joined(separator: $0) }) {
                #expect(option.allValues?.count == 1 || !text.contains(values), "\(command) --\(option.longName)")
            }
        }
    }

    @Test func `every option is described by a sentence that begins with what it does`() {
        let others = [
            "A", "All", "Also", "An", "At", "For", "How", "In", "No", "Only", "That", "The", "Where", "Which",
        ]
        for (command, option) in options where option.kind != "positional" {
            let text = option.abstract ?? ""
            let place = "\(command) --\(option.longName): \(text)"
            #expect(text.hasSuffix("."), "\(place)")
            #expect(text.first?.isUppercase == true, "\(place)")
            #expect(!others.contains(String(text.prefix { $0 != " " && $0 != "," })), "\(place)")
        }
    }

    // MARK: How it looks

    @Test(arguments: [60, 80, 120])
    func `no line is wider than the terminal, except examples`(width: Int) async {
        for command in tree.commands {
            let help = await Self.screen(command.words + ["--help"], width: width)
            let examples = Set(command.examples.map { "  \($0)" })
            #expect(examples.isSubset(of: Set(help.split(separator: "\n").map(String.init))), "\(command.words)")
            let wide = help.split(separator: "\n")
                .filter { line in
                    line.count > width && !examples.contains(String(line)) && line.contains { $0 != " " }
                        && line.drop { $0 == " " }.contains(" ")
                }
            #expect(wide == [], "\(command.words)")
            #expect(!help.contains(" \n"), "\(command.words)")
        }
    }

    @Test func `the options that most users need come first, advanced ones last`() async throws {
        let help = await Self.screen(["export", "--help"])
        let headings = help.split(separator: "\n").filter { $0.hasSuffix(":") && !$0.hasPrefix(" ") }
        #expect(headings.prefix(3) == ["Examples:", "Which batches:", "Options:"])
        #expect(headings.last == "Advanced:")
        let parts = help.split(separator: "\nAdvanced:\n", maxSplits: 1)
        try #require(parts.count == 2)
        for name in ["codec", "level", "wait", "concurrency", "max-rpm", "ca-file", "idle-timeout", "page-size"] {
            #expect(parts[1].contains("  --\(name) ") && !parts[0].contains("  --\(name) "), "\(name)")
        }
        for name in ["since", "base-url", "key-file", "join", "report"] {
            #expect(parts[0].contains("  --\(name) "), "\(name)")
        }
    }

    @Test func `the same sections are shown for help COMMAND as for COMMAND --help`() async {
        #expect(await Self.screen(["help", "export"]) == Self.screen(["export", "--help"]))
    }

    @Test func `without a command, a first example and five commands are shown`() async throws {
        let first = await Self.screen([])
        let lines = first.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 12)
        #expect(lines.contains("  batchkeep export --since 7d"))
        let names = tree.commands.compactMap(\.words.first)
        #expect(lines.filter { line in names.contains { line.hasPrefix("  \($0) ") } }.count == 5)
        #expect(first.contains("batchkeep help") && first.contains("README"))
        let narrow = await Self.screen([], width: 40)
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 40 }, "\(narrow)")
    }

    @Test func `without a terminal, help has 80 columns`() async {
        let piped = await InProcess.run(["select", "--help"], at: "http://127.0.0.1:9").output
        #expect(await piped == Self.screen(["select", "--help"], width: 80))
    }

    @Test(arguments: ["0.1.0", "", "{\"command\":{}}", "OVERVIEW: a text without a usage"])
    func `other texts of the option parser stay as they are`(text: String) {
        #expect(HelpText(text) == nil)
    }

    @Test func `a word that is longer than the line stays whole`() {
        let wrapped = HelpText.wrap("  --name  one \(String(repeating: "x", count: 30)) two", to: 20, indent: 10)
        #expect(wrapped.split(separator: "\n").map { $0.drop { $0 == " " } }.last == "two")
        #expect(wrapped.contains(String(repeating: "x", count: 30)))
    }

    /// The options of all commands, each with the words of its command.
    private var options: [(command: String, option: CommandTree.Argument)] {
        tree.commands.flatMap { command in
            command.options.map { (command.name, $0) }
        }
    }

    /// What a command prints on a terminal of a width.
    private static func screen(_ arguments: [String], width: Int = 80) async -> String {
        let run = await InProcess.run(
            arguments,
            at: "http://127.0.0.1:9",
            environment: ["NO_COLOR": "1"],
            width: width
        )
        #expect(run.status == .done)
        return run.output
    }
}
