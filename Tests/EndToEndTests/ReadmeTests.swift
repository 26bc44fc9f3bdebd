import Foundation
import TestSupport
import Testing

/// README is correct: its commands run, and its options are those of the program.
struct ReadmeTests {
    private let readme: String

    init() throws {
        readme = try String(contentsOf: Program.package.appending(path: "README.md"), encoding: .utf8)
    }

    @Test func `the commands in README run in their order`() async throws {
        try await withExportedReadme { folder, _ in
            let archived = try folder.files(below: "archive/manifests")
            #expect(archived.count == 13)
        }
    }

    @Test func `the terminal picture shows the output for the samples`() async throws {
        try await withExportedReadme { _, notes in
            let picture = try #require(fences("text").first)
            #expect(picture.contains("Batches  listed"))
            // Size on disk, time and speed depend on the machine and its library.
            let printed = Set(Self.words(of: notes))
            let fixed = Self.words(of: picture).filter { !["stored", "time", "speed"].contains($0.first) }
            #expect(fixed.filter { !printed.contains($0) } == [])
        }
    }

    @Test func `the pipeline file in README is valid`() async throws {
        try await withTemporaryFolder { folder in
            let shown = try #require(fences("yaml").first)
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "textfile"),
                withIntermediateDirectories: true
            )
            let text =
                shown
                .replacing("/var/lib/node_exporter/textfile", with: "\(folder.path)/textfile")
                .replacing("/etc/batchkeep/support.key", with: "/dev/null")
            try Data(text.utf8).write(to: folder.url.appending(path: "nightly.yaml"))
            let run = try await Program.run(["run", "--check", "nightly.yaml", "--since", "7d"], in: folder.url)
            #expect(run.status == 0, "\(run.notes)")
            #expect(run.lines.count == 2)
            #expect(run.output.contains("--archive=/srv/batches/workspace=research"))
        }
    }

    @Test(.enabled(if: Peers.python != nil, "needs a Python with duckdb in BATCHKEEP_PYTHON"))
    func `the queries in README run in DuckDB`() async throws {
        let python = try #require(Peers.python)
        try await withExportedReadme { folder, _ in
            for query in fences("sql") {
                let script = "import duckdb, sys; print(len(duckdb.sql(sys.argv[1]).fetchall()))"
                let run = try await Program.run(["-c", script, query], executable: python, in: folder.url)
                #expect(run.status == 0, "\(run.notes)")
                #expect((Int(run.lines.first ?? "") ?? 0) > 5, "\(query)")
            }
        }
    }

    @Test(arguments: [
        "catalog rebuild", "compact", "compare", "errors", "export", "fetch", "import", "join", "list", "prices",
        "prune",
        "query", "rebuild", "report", "retry", "retry-quarantine", "run", "select", "show", "simulate", "status",
        "summarize", "verify", "version", "views",
    ])
    func `the options in README are those of the command`(command: String) async throws {
        let help = try await Program.run(command.split(separator: " ").map(String.init) + ["--experimental-dump-help"])
        let options = try CommandTree(dump: help.output).commands[0].options
        let names = Set(options.flatMap(\.longNames))
        #expect(!names.isEmpty)
        #expect(names == listedOptions(of: command))
    }

    /// The options in the tables below the headings that name a command.
    private func listedOptions(of command: String) -> Set<String> {
        var isMeant = false
        var names: Set<String> = []
        for line in readme.split(separator: "\n") {
            if line.hasPrefix("#") {
                // Without the hyphen, a heading about `catalog rebuild` names `rebuild` too.
                let words = line.replacing("catalog rebuild", with: "catalog-rebuild").split { " :,".contains($0) }
                isMeant = line.hasPrefix("### ") && words.contains { $0 == command.replacing(" ", with: "-") }
            } else if isMeant, line.hasPrefix("| `--") {
                names.insert(String(line.dropFirst("| `--".count).prefix { $0.isLetter || $0 == "-" }))
            }
        }
        return names
    }

    /// The words of each line, whatever their alignment.
    private static func words(of text: String) -> [[Substring]] {
        text.split(separator: "\n").map { $0.split(separator: " ") }
    }

    /// Runs the shell commands of README with a simulation, except the scripts that build the program.
    ///
    /// Calls `body` with the folder in which they ran and their standard error.
    private func withExportedReadme(_ body: (TemporaryFolder, String) async throws -> Void) async throws {
        let commands = fences("sh").flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("sh ") }
        #expect(commands.contains { $0.hasPrefix("batchkeep export") })
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                var environment = simulation.environment
                let tools = Program.cleanEnvironment["PATH"] ?? ""
                environment["PATH"] = "\(Program.binary.deletingLastPathComponent().path):\(tools)"
                try writeRequests(in: folder)
                var notes = ""
                for command in commands where Peers.hasJQ || !command.contains("jq ") {
                    let run = try await Program.run(
                        ["-euc", String(command)],
                        environment: environment,
                        executable: URL(filePath: "/bin/sh"),
                        in: folder.url
                    )
                    #expect(run.status == 0, "\(command)\n\(run.notes)")
                    notes += run.notes
                }
                // The other commands run in the archive: see ViewTests.
                for script in fences("python") where script.contains("anthropic") {
                    guard let python = Peers.python else { continue }
                    let run = try await Program.run(
                        ["-c", script],
                        environment: environment,
                        executable: python,
                        in: folder.url
                    )
                    #expect(run.status == 0, "\(script)\n\(run.notes)")
                }
                try await body(folder, notes)
            }
        }
    }

    /// Writes the requests into `requests/`, one file per batch, as README describes.
    private func writeRequests(in folder: TemporaryFolder) throws {
        let requests = folder.url.appending(path: "requests")
        try FileManager.default.createDirectory(at: requests, withIntermediateDirectories: true)
        let samples = Program.samples.appending(path: "requests")
        for file in try FileManager.default.contentsOfDirectory(at: samples, includingPropertiesForKeys: nil) {
            let name = String(file.lastPathComponent.prefix { $0 != "." })
            let id = try Program.sampleID(of: name)
            // Gzip is recognized by its first bytes.
            try FileManager.default.copyItem(at: file, to: requests.appending(path: "\(id).jsonl"))
        }
    }

    /// The content of the fenced blocks of one language.
    private func fences(_ language: String) -> [String] {
        var blocks: [String] = []
        var isInside = false
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```\(language)"
                if isInside { blocks.append("") }
            } else if isInside {
                blocks[blocks.count - 1] += line + "\n"
            }
        }
        return blocks
    }
}

/// Other tools of the machine.
private enum Peers {
    /// A Python with the packages that the tests compare with.
    static let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map { URL(filePath: $0) }

    static let hasJQ = (Program.cleanEnvironment["PATH"] ?? "").split(separator: ":")
        .contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/jq")
        }
}
