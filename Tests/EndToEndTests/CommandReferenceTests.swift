import Foundation
import TestSupport
import Testing

/// The command reference is what the program's own help says.
struct CommandReferenceTests {
    private static let script = Program.package.appending(path: "pipelines/package/manual.py").path
    private let reference = Document.page("CommandReference")

    @Test func `the reference is up to date`() async throws {
        let dump = try await Program.run(["--experimental-dump-help"])
        try await withTemporaryFolder { folder in
            try Data(dump.output.utf8).write(to: folder.url.appending(path: "dump"))
            let command = "python3 '\(Self.script)' --reference generated.md < dump"
            guard let made = try await Program.tool("sh", ["-c", command], in: folder.url) else { return }
            try #require(made.status == 0, "\(made.notes)")
            let isCurrent = try folder.text("generated.md") == reference.text
            #expect(isCurrent, "write it again: batchkeep --experimental-dump-help | \(command.dropLast(7))")
        }
    }

    @Test func `every command has a section with all of its options and examples`() async throws {
        let dump = try await Program.run(["--experimental-dump-help"])
        let commands = try CommandTree(dump: dump.output).commands.filter { !$0.words.isEmpty }
        #expect(commands.count > 20)
        for command in commands {
            let text = reference.text.components(separatedBy: "\n## \(command.name)\n")
            try #require(text.count == 2, "\(command.name)")
            let section = text[1].components(separatedBy: "\n## ")[0]
            let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            for option in command.options {
                let names = option.spellings
                let isListed = rows.contains { row in
                    let cell = row.dropFirst(3).prefix { $0 != "`" }.split { ", ".contains($0) }.map(String.init)
                    return names.isEmpty ? cell.first?.hasPrefix("-") == false : Set(names).isSubset(of: cell)
                }
                #expect(isListed, "\(command.name): \(names)")
            }
            let examples = section.components(separatedBy: "```sh\n").last?.components(separatedBy: "\n```")[0]
            #expect(examples?.components(separatedBy: "\n") == command.examples, "\(command.name)")
        }
    }

    @Test(arguments: [[], ["--reference"], ["--markdown"], ["man", "more"]])
    func `a wrong call prints the usage and writes nothing`(arguments: [String]) async throws {
        try await withTemporaryFolder { folder in
            let command = (["python3", "'\(Self.script)'"] + arguments).joined(separator: " ")
            guard let run = try await Program.tool("sh", ["-c", "\(command) < /dev/null"], in: folder.url) else {
                return
            }
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.notes.contains("manual.py --reference FILE"))
            #expect(try folder.files().isEmpty)
        }
    }
}
