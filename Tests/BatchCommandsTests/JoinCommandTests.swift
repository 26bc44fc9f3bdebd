import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `join`, and `--join` of `export`, on the samples.
struct JoinCommandTests {
    /// A sample source, its batch, and the expected counts: results without request, requests without result.
    struct SampleSource: Sendable, CustomTestStringConvertible {
        var path: String
        var batch: String
        var name = "request"
        var unmatched: [Int]
        var duplicates = 0
        var testDescription: String { path }
    }

    static let sources = [
        SampleSource(
            path: "requests/2024-10-support-tickets.jsonl",
            batch: "2024-10-support-tickets",
            unmatched: [3, 4]
        ),
        SampleSource(path: "requests/2025-01-ticket-triage.jsonl", batch: "2025-01-ticket-triage", unmatched: [2, 2]),
        SampleSource(
            path: "requests/2025-06-sql-generation.jsonl",
            batch: "2025-06-sql-generation",
            unmatched: [2, 1],
            duplicates: 1
        ),
        SampleSource(
            path: "requests/recent-catalog-canceled.jsonl",
            batch: "recent-catalog-canceled",
            unmatched: [3, 3]
        ),
        SampleSource(
            path: "requests/recent-nightly-triage.jsonl.gz",
            batch: "recent-nightly-triage",
            unmatched: [3, 2]
        ),
        SampleSource(
            path: "metadata/satire-labels.csv",
            batch: "2024-08-satire-headlines",
            name: "satire-labels",
            unmatched: [2, 1]
        ),
        SampleSource(
            path: "metadata/catalog.csv",
            batch: "recent-catalog-canceled",
            name: "catalog",
            unmatched: [2, 1],
            duplicates: 1
        ),
    ]

    @Test func `every source of the samples has the expected unmatched rows`() async throws {
        try await withSampleArchive { archive, server in
            for source in Self.sources {
                let id = try Samples.id(of: source.batch)
                let run = try await join(archive, ["--batch", id, "--join", Samples.path(source.path)], at: server)
                let side = try #require((run.document["sources"] as? [[String: Any]])?.first)
                #expect(side["name"] as? String == source.name)
                #expect(side["results_without_request"] as? Int == source.unmatched[0], "\(source.path)")
                #expect(side["requests_without_result"] as? Int == source.unmatched[1], "\(source.path)")
                #expect(side["duplicate_keys"] as? Int == source.duplicates, "\(source.path)")
                #expect(archive.files(in: "unmatched").contains { $0.hasSuffix("\(id).ndjson.gz") })
            }
            // Its rows name which of the two batches with the same IDs they belong to.
            let ids = try ["2024-10-support-tickets", "2025-01-ticket-triage"].map { try Samples.id(of: $0) }
            let source = Samples.path("metadata/ticket-queues.csv")
            let run = try await join(archive, ids.flatMap { ["--batch", $0] } + ["--join", source], at: server)
            let side = try #require((run.document["sources"] as? [[String: Any]])?.first)
            #expect(side["results_without_request"] as? Int == 7)
            #expect(side["requests_without_result"] as? Int == 1)
            #expect(run.document["shared_keys"] as? Int == 0)
        }
    }

    @Test func `a join after a compaction repeats no row`() async throws {
        try await withSampleArchive { archive, server in
            let ids = try ["2024-10-support-tickets", "2025-01-ticket-triage"].map { try Samples.id(of: $0) }
            let arguments = ids.flatMap { ["--batch", $0] } + ["--join", Samples.path("metadata/ticket-queues.csv")]
            _ = try await join(archive, arguments, at: server)
            let rows = try joinedRows(in: archive)
            #expect(rows > 0)
            let days = Set(archive.files(in: "joined").map { $0.prefix { $0 != "/" } })
            let compacted = await InProcess.run(
                ["compact", "--archive", archive.url.path, "--before", "now"],
                at: server.baseURL
            )
            #expect(compacted.status == .done, "\(compacted.notes)")
            #expect(try joinedRows(in: archive) == rows)
            _ = try await join(archive, arguments + ["--join-type", "inner"], at: server)
            let inner = try joinedRows(in: archive)
            #expect(inner > 0 && inner < rows)
            _ = try await join(archive, arguments, at: server)
            #expect(try joinedRows(in: archive) == rows)
            #expect(archive.files(in: "joined").count == ids.count && days.count <= ids.count)
            let verified = await InProcess.run(
                ["verify", "--full", "--archive", archive.url.path],
                at: server.baseURL
            )
            #expect(verified.status == .done, "\(verified.output)")
        }
    }

    private func joinedRows(in archive: Archive) throws -> Int {
        try archive.files(in: "joined").reduce(0) { try $0 + archive.content(of: "joined/\($1)").count { $0 == 0x0A } }
    }

    @Test func `IDs that two batches share cause a warning`() async throws {
        try await withSampleArchive { archive, server in
            let source = Samples.path("requests/2024-10-support-tickets.jsonl")
            let run = await InProcess.run(
                ["join", "--archive", archive.url.path, "--until", "2025-02-01", "--join", source],
                at: server.baseURL
            )
            #expect(run.status == .done)
            #expect(run.notes.contains("have results in several batches"), "\(run.notes)")
        }
    }

    @Test func `an export joins what it archives and quarantines batches without a required result`() async throws {
        try await withTemporaryFolder { folder in
            let ids = try ["2025-01-ticket-triage", "2025-05-one-request"].map { try Samples.id(of: $0) }
            let requests = folder.appending(path: "requests")
            try FileManager.default.createDirectory(at: requests, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Samples.path("requests/2025-01-ticket-triage.jsonl"),
                toPath: requests.appending(path: "\(ids[0]).jsonl").path
            )
            let sources = ["--join", requests.path + "/{batch_id}.jsonl"] + ids.flatMap { ["--batch", $0] }
            try await InProcess.export(Samples.scenario(), sources) { run, archive, _ in
                #expect(run.status == .done, "\(run.notes)")
                #expect(archive.files(in: "joined").count == 1)
                let joined = run.document["join"] as? [String: Any]
                #expect(joined?["batches"] as? Int == 1)
                #expect(joined?["without_source"] as? [String] == [ids[1]])
            }
            try await InProcess.export(Samples.scenario(), sources + ["--require-all"]) { run, archive, _ in
                #expect(run.status == .integrity)
                #expect(archive.archivedIDs == [ids[1]])
                #expect(run.notes.contains("2 requests of the join sources have no result"), "\(run.notes)")
                #expect(archive.files(in: "_quarantine").contains("\(ids[0]).json"))
            }
        }
    }

    @Test func `invalid options, or required IDs that cannot be read, end an export before the first request`()
        async throws
    {
        for arguments in [["--join", "labels.txt"], ["--require-all", "--join", "none.jsonl"]] {
            try await InProcess.export(Samples.scenario(), arguments) { run, archive, server in
                #expect(run.status == .usage)
                #expect(run.notes.contains(arguments.last ?? ""), "\(run.notes)")
                #expect(server.service.requests.isEmpty && archive.archivedIDs.isEmpty)
            }
        }
        try await InProcess.export(
            Samples.scenario(),
            ["--require-all", "--join", Samples.path("metadata/catalog.csv")]
        ) { run, _, _ in
            #expect(run.status == .usage)
            #expect(run.notes.contains("--require-all: cannot assign the IDs"), "\(run.notes)")
        }
    }

    @Test func `a table of a database is joined like a file`() async throws {
        try await withSampleArchive { archive, server in
            let path = archive.url.appending(path: "labels.sqlite").path
            try makeDatabase(at: path)
            let id = try Samples.id(of: "2025-06-sql-generation")
            let run = try await join(archive, ["--batch", id, "--join", path + "#labels"], at: server)
            let side = try #require((run.document["sources"] as? [[String: Any]])?.first)
            #expect(side["name"] as? String == "labels")
            #expect(side["matched"] as? Int == 2 && side["requests_without_result"] as? Int == 1)
            let none = await InProcess.run(
                ["join", "--archive", archive.url.path, "--join", path + "#none"],
                at: server.baseURL
            )
            #expect(none.status == .usage && none.notes.contains("it has no table none"), "\(none.notes)")
            for arguments in [[path], [path, "--join-format", "sqlite"]] {
                let bare = await InProcess.offline(["join", "--join"] + arguments, on: archive)
                let hint = "the table name is missing\nhint: use FILE.sqlite#TABLE,"
                #expect(bare.status == .usage && bare.notes.contains(hint), "\(bare.notes)")
            }
        }
    }

    private func join(_ archive: Archive, _ arguments: [String], at server: SimulatorServer) async throws -> InProcess {
        let run = await InProcess.run(
            ["join", "--json", "--archive", archive.url.path] + arguments,
            at: server.baseURL
        )
        #expect(run.status == .done, "\(run.notes)")
        return run
    }
}

extension JoinCommandTests {
    /// Three labels, one of them without a result; numeric IDs in SQLite are text for a join only as TEXT.
    private func makeDatabase(at path: String) throws {
        let script = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1]) as database:
                database.execute("CREATE TABLE labels (custom_id TEXT, label TEXT, score REAL)")
                rows = [("q000", "good", 1.5), ("q001", None, 2), ("none", "x", 3)]
                database.executemany("INSERT INTO labels VALUES (?, ?, ?)", rows)
            """
        try runPython(script, [path])
    }
}

/// The folder of samples.
enum Samples {
    private static let folder = Scratch.package.appending(path: "samples")

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    static func scenario(clock: SimulatorClock = .system()) throws -> Scenario {
        try Scenario.samples(in: folder.path, clock: clock)
    }

    /// The ID of a batch by the name of its file.
    static func id(of name: String) throws -> String {
        let data = try Data(contentsOf: folder.appending(path: "batches/\(name).json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(object?["id"] as? String)
    }
}

/// Runs `body` on an archive of the samples that can be exported.
func withSampleArchive(_ body: (Archive, SimulatorServer) async throws -> Void) async throws {
    try await InProcess.export(Samples.scenario(), ["--since", "2024-08-01"]) { run, archive, server in
        #expect(run.status == .done, "\(run.notes)")
        try await body(archive, server)
    }
}

func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}
