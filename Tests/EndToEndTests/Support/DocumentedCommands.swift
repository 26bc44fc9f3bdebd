import Foundation
import Testing

/// Runs the commands of a document as a reader types them: against a simulation of the samples, in a folder of its own.
enum DocumentedCommands {
    /// A Python with the packages that the tests compare with.
    static let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map { URL(filePath: $0) }

    /// Tools that a block may use, and that not every machine has.
    private static let tools = [
        "bq", "clickhouse", "curl", "duckdb", "jq", "openssl", "psql", "python3", "snow", "sqlite3",
    ]

    /// The lines that build the program, which `.ci/run` runs.
    private static let builds: Set<Substring> = ["sh pipelines/quickstart.sh", "sh Tests/run.sh"]

    /// Runs every block marked `sh`, in order, except the lines that build the program.
    ///
    /// README starts without an archive, a page with one of all samples in `archive`. A block is skipped if the machine
    /// lacks one of its tools. Every command of a pipe has to succeed, and every new file to have a content. The body
    /// gets the folder and standard error of all blocks.
    static func run(
        _ document: Document,
        _ body: (TemporaryFolder, String) async throws -> Void = { _, _ in }
    ) async throws {
        let blocks = document.blocks("sh")
        #expect(!blocks.isEmpty)
        try await withFolder { folder, environment in
            if document.name != "README" { try await export(in: folder, environment: environment) }
            var notes = ""
            for block in blocks {
                let lines = block.split(separator: "\n").filter { !builds.contains($0) }
                notes += try await run(lines.joined(separator: "\n"), in: folder, environment: environment)
            }
            for file in try folder.files() where !file.contains("/") && !["samples", "pipelines"].contains(file) {
                #expect(try folder.text(file) != "", "\(file) is empty")
            }
            try await body(folder, notes)
            try await runPython(of: document, in: folder, environment: environment)
        }
    }

    /// Runs a script if the machine has its tools, and returns standard error.
    private static func run(_ script: String, in folder: TemporaryFolder, environment: [String: String]) async throws
        -> String
    {
        let missing = tools.filter { uses($0, in: script) && !isInstalled($0, in: environment["PATH"] ?? "") }
        guard missing.isEmpty else {
            print("skipped: \(missing.joined(separator: ", ")) not installed: \(script)")
            return ""
        }
        guard uses("psql", in: script) else { return try await bash(script, in: folder, environment: environment) }
        var notes = ""
        try await PostgresServer.run { server in
            guard let server else { return print("skipped: PostgreSQL is not installed: \(script)") }
            let environment = environment.merging(server.environment) { $1 }
            notes = try await bash(script, in: folder, environment: environment)
            let counted = try await bash(
                "test \"$(psql -Atc 'SELECT count(*) FROM results')\" -eq 1029",
                in: folder,
                environment: environment
            )
            notes += counted
        }
        return notes
    }

    private static func bash(_ script: String, in folder: TemporaryFolder, environment: [String: String]) async throws
        -> String
    {
        // `head` ends a pipe early, so the command before it fails.
        let options = script.contains("| head ") ? ["-euc"] : ["-euo", "pipefail", "-c"]
        let run = try await Program.run(
            options + [script],
            environment: environment,
            executable: URL(filePath: "/bin/bash"),
            in: folder.url
        )
        #expect(run.status == 0, "\(script)\n\(run.notes)")
        return run.notes
    }

    /// Calls a body with a folder that has an archive of the samples.
    static func withArchive(_ body: (TemporaryFolder, [String: String]) async throws -> Void) async throws {
        try await withFolder { folder, environment in
            try await export(in: folder, environment: environment)
            try await body(folder, environment)
        }
    }

    /// Runs the scripts that submit a request file.
    ///
    /// `ViewTests` runs the others in the archive.
    private static func runPython(of document: Document, in folder: TemporaryFolder, environment: [String: String])
        async throws
    {
        for script in document.blocks("python") where script.contains("anthropic") {
            guard let python else { continue }
            let run = try await Program.run(
                ["-c", script],
                environment: environment,
                executable: python,
                in: folder.url
            )
            #expect(run.status == 0, "\(script)\n\(run.notes)")
        }
    }

    /// Calls a body with a folder that has the samples, their requests and the pipelines, during a simulation.
    private static func withFolder(_ body: (TemporaryFolder, [String: String]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            for name in ["samples", "pipelines"] {
                try FileManager.default.createSymbolicLink(
                    at: folder.url.appending(path: name),
                    withDestinationURL: Program.package.appending(path: name)
                )
            }
            try writeRequests(in: folder)
            try await Simulation.ofSamples { simulation in
                var environment = simulation.environment
                let folders = [Program.binary, python].compactMap { $0?.deletingLastPathComponent().path }
                environment["PATH"] = (folders + [Program.cleanEnvironment["PATH"] ?? ""]).joined(separator: ":")
                try await body(folder, environment)
            }
        }
    }

    private static func export(in folder: TemporaryFolder, environment: [String: String]) async throws {
        let run = try await Program.run(
            ["export", "--since", "2024-08-01", "--quiet"],
            environment: environment,
            in: folder.url
        )
        try #require(run.status == 0, "\(run.notes)")
    }

    /// Writes the requests into `requests/`, one file per batch, as the documents describe.
    private static func writeRequests(in folder: TemporaryFolder) throws {
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

    /// Whether a script has the tool as a word.
    private static func uses(_ tool: String, in script: String) -> Bool {
        script.split { " \n|(;".contains($0) }.contains(Substring(tool))
    }

    private static func isInstalled(_ tool: String, in path: String) -> Bool {
        // Another Python does not have the packages.
        if tool == "python3", python == nil { return false }
        return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
    }
}
