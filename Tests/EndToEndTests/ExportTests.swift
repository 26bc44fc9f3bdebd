import Foundation
import Testing

/// The export through the built program.
struct ExportTests {
    private static let window = ["--since", "2024-08-01", "--status", "ended"]

    @Test func `the samples are exported completely, byte for byte`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export"] + Self.window + ["--archive", "archive"],
                    environment: simulation.environment,
                    in: folder.url
                )
                #expect(run.status == 0, "\(run.notes)")
                #expect(run.output.isEmpty)
                #expect(run.notes.contains("Complete: every batch holds exactly the results the API promised."))
                for (id, expected) in try Self.sampleResults() {
                    guard let raw = try Self.raw(id, in: folder) else { continue }
                    #expect(try await Self.zcat(raw) == expected, "\(id)")
                }
                #expect(try folder.files(below: "archive/raw").count == 13)
                #expect(try folder.files(below: "archive/results").count == 13)
                #expect(try folder.files(below: "archive/manifests").count == 13)
                #expect(try folder.files(below: "archive/_partial").isEmpty)
            }
        }
    }

    @Test func `sha256sum accepts every listed file`() async throws {
        try await withExportedSamples { folder, _ in
            let archive = folder.url.appending(path: "archive")
            let check = try await Program.tool("sha256sum", ["-c", "--strict", "SHA256SUMS"], in: archive)
            if let check { #expect(check.status == 0, "\(check.output)") }
            let listed = try folder.text("archive/SHA256SUMS").split(separator: "\n").map { $0.dropFirst(66) }
            let parts = ["raw/", "results/", "manifests/", "summaries/", "views/"]
            let stored = try folder.files(below: "archive").filter { path in parts.contains { path.hasPrefix($0) } }
            #expect(listed.map(String.init) == stored)
        }
    }

    @Test func `a second run fetches nothing and changes nothing`() async throws {
        try await withExportedSamples { folder, simulation in
            let before = try Self.contents(of: folder)
            let run = try await Program.run(
                ["export"] + Self.window + ["--archive", "archive"],
                environment: simulation.environment,
                in: folder.url
            )
            #expect(run.status == 0)
            #expect(run.notes.contains("Nothing new"))
            #expect(try Self.contents(of: folder) == before)
        }
    }

    @Test func `with --json standard output is one document`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--json", "--quiet"] + Self.window,
                    environment: simulation.environment,
                    in: folder.url
                )
                #expect(run.lines.count == 1)
                #expect(run.notes.isEmpty, "\(run.notes)")
                let document = try #require(
                    try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
                )
                let batches = try #require(document["batches"] as? [String: Int])
                #expect(
                    batches == [
                        "listed": 18, "in_window": 17, "archived_now": 13, "already_archived": 0, "pending": 2,
                        "skipped": 0, "removed": 2, "lost": 0, "retry_scheduled": 0, "unavailable": 0, "quarantined": 0,
                        "failed": 0, "expiring": 0, "partial": 0, "busy": 0, "not_retrieved": 0,
                    ]
                )
                let lines = try #require(document["lines"] as? [String: Int])
                #expect(lines == ["succeeded": 917, "errored": 54, "canceled": 53, "expired": 5])
                #expect(document["exit_status"] as? Int == 0)
            }
        }
    }

    @Test func `a dry run reports what it would fetch and writes nothing`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--dry-run", "--json"] + Self.window,
                    environment: simulation.environment,
                    in: folder.url
                )
                #expect(run.status == 0)
                #expect(try folder.files().isEmpty)
                let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
                #expect((document?["would_fetch"] as? [String])?.count == 13)
            }
        }
    }

    @Test func `files and folders are private to the user`() async throws {
        try await withExportedSamples { folder, _ in
            let root = folder.url.appending(path: "archive")
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
                let attributes = try FileManager.default.attributesOfItem(atPath: root.appending(path: path).path)
                let mode = attributes[.posixPermissions] as? Int
                let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
                #expect(mode == (isFolder ? 0o700 : 0o600), "\(path)")
            }
        }
    }

    @Test func `both codecs give the same lines`() async throws {
        for codec in ["zlib", "auto"] {
            try await withExportedSamples(arguments: ["--codec", codec, "--level", "1"]) { folder, _ in
                for (id, expected) in try Self.sampleResults() {
                    guard let raw = try Self.raw(id, in: folder) else { continue }
                    #expect(try await Self.zcat(raw) == expected, "\(codec) \(id)")
                }
            }
        }
    }

    @Test func `a run killed at any time is completed by the next run`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "3000", "--batches", "12"]) { simulation in
                for milliseconds in [30, 90, 200, 400, 800] {
                    _ = try await Program.run(
                        ["export", "--archive", "archive"],
                        environment: simulation.environment,
                        in: folder.url
                    ) { process in
                        // The time of the kill is arbitrary on purpose: the next run must handle all of them.
                        try? await Task.sleep(for: .milliseconds(milliseconds))
                        kill(process.processIdentifier, SIGKILL)
                    }
                }
                let run = try await Program.run(
                    ["export", "--archive", "archive"],
                    environment: simulation.environment,
                    in: folder.url
                )
                #expect(run.status == 0, "\(run.notes)")
                #expect(try folder.files(below: "archive/manifests").count == 12)
                #expect(try folder.files(below: "archive/raw").count == 12)
                #expect(try folder.files(below: "archive/_partial").isEmpty)
                let check = try await Program.tool(
                    "sha256sum",
                    ["-c", "--strict", "--quiet", "SHA256SUMS"],
                    in: folder.url.appending(path: "archive")
                )
                if let check { #expect(check.status == 0, "\(check.output)\(check.notes)") }
            }
        }
    }
}

extension ExportTests {
    private func withExportedSamples(
        arguments: [String] = [],
        _ body: (TemporaryFolder, Simulation) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--archive", "archive"] + Self.window + arguments,
                    environment: simulation.environment,
                    in: folder.url
                )
                try #require(run.status == 0, "\(run.notes)")
                try await body(folder, simulation)
            }
        }
    }

    /// The content of the samples, with a line end after the last line as in an archive.
    private static func sampleResults() throws -> [String: Data] {
        let folder = Program.samples.appending(path: "results")
        var results: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".jsonl") {
            let id = String(name.dropLast(".jsonl".count))
            var bytes = try Data(contentsOf: folder.appending(path: name))
            if bytes.last != 0x0A { bytes.append(0x0A) }
            results[id] = bytes
        }
        return results
    }

    private static func raw(_ id: String, in folder: TemporaryFolder) throws -> URL? {
        try folder.files(below: "archive/raw").first { $0.hasSuffix("/\(id).jsonl.gz") }
            .map { folder.url.appending(path: "archive/raw/\($0)") }
    }

    private static func zcat(_ file: URL) async throws -> Data? {
        try await Program.tool("zcat", [file.path]).map { Data($0.output.utf8) }
    }

    private static func contents(of folder: TemporaryFolder) throws -> [String: Data] {
        // The catalog records each run; all other files stay unchanged.
        let names = try folder.files(below: "archive").filter { !$0.hasPrefix(".") && !$0.hasPrefix("catalog.sqlite") }
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, try Data(contentsOf: folder.url.appending(path: "archive/\($0)")))
            }
        )
    }
}
