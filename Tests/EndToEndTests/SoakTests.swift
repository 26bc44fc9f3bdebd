import BatchSimulator
import Foundation
import SimulatorTestSupport
import TestSupport
import Testing

/// Many runs over many batches, each run killed at some time, with faults.
///
/// `BATCHKEEP_SOAK=1` makes it long: 200 batches and 50 kills.
struct SoakTests {
    private static let isLong = ProcessInfo.processInfo.environment["BATCHKEEP_SOAK"] == "1"
    private static let kills = isLong ? 50 : 8
    private static let small = isLong ? 180 : 24
    private static let large = isLong ? 20 : 4

    /// Most batches fit into one block; some have several and can be resumed.
    private let batches: [SimulatedBatch]

    init() throws {
        batches =
            try Scenario.generated(lines: 40, batches: Self.small, seed: 1).batches
            + Scenario.generated(lines: 1_500, batches: Self.large, seed: 2).batches
    }

    /// Temporary faults at seeded times.
    private func temporaryFaults(_ random: inout SeededGenerator) -> [Fault] {
        [
            Fault(.interrupt(.reset, at: .afterBytes(Int(random.next() % 2_000_000))), on: [.results], .rate(0.08)),
            Fault(.interrupt(.end, at: .afterBytes(Int(random.next() % 60_000))), on: [.results], .rate(0.04)),
            Fault(.answer(status: 529, headers: [HeaderField("retry-after-ms", "1")]), on: [.results], .rate(0.1)),
            Fault(.rateLimited(HeaderField("retry-after-ms", "1")), on: [.list, .results], .rate(0.05)),
        ]
    }

    private func export(at server: SimulatorServer, in folder: TemporaryFolder, _ signal: (Process) async -> Void)
        async throws -> Program.FinishedRun
    {
        try await Program.run(
            ["export", "--since", "60d", "--retry-all", "--json", "--quiet"],
            environment: ["ANTHROPIC_BASE_URL": server.baseURL, "ANTHROPIC_API_KEY": "key-of-the-soak"],
            in: folder.url,
            killedBy: signal
        )
    }

    /// One run that is killed when a body stops arriving, or a little later.
    private func killedRun(_ random: inout SeededGenerator, in folder: TemporaryFolder) async throws {
        var scenario = Scenario(batches: batches)
        scenario.seed = random.next()
        let archived = Set(try archivedIDs(in: folder))
        let waiting = scenario.batches.filter { !archived.contains($0.id) }.sorted { $0.createdAt < $1.createdAt }
        guard !waiting.isEmpty else { return }
        let hit = waiting[Int(random.next() % UInt64(min(8, waiting.count)))].id
        let gate = Gate()
        scenario.faults = temporaryFaults(&random)
        scenario.faults.append(
            Fault(.interrupt(.stall(gate), at: .afterBytes(Int(random.next() % 1_500_000))), on: [.results], of: hit)
        )
        let later = random.next() % 4_000
        try await withSimulator(scenario) { server in
            let ended = try await export(at: server, in: folder) { process in
                // A run whose downloads were interrupted too often may end before it reaches the gate.
                while process.isRunning, !gate.isReached { await Task.yield() }
                for _ in 0..<later { await Task.yield() }
                kill(process.processIdentifier, SIGKILL)
            }
            // So may a run in which a body ended twice at the same byte: the batch is quarantined until a later
            // download.
            #expect([SIGKILL, 0, 3, 4].contains(ended.status), "\(ended.notes)")
        }
    }

    private func archivedIDs(in folder: TemporaryFolder) throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder.path + "/archive/manifests") else { return [] }
        return try folder.files(below: "archive/manifests")
            .map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    }

    /// Compares what the runs recorded about the batches with the other files.
    private func expectRebuiltCatalog(in folder: TemporaryFolder) async throws {
        guard let recorded = try await catalogRows(in: folder) else { return }
        #expect(recorded.count == Self.small + Self.large)
        for name in try folder.files(below: "archive") where name.hasPrefix("catalog.sqlite") {
            try FileManager.default.removeItem(atPath: "\(folder.path)/archive/\(name)")
        }
        let rebuilt = try await Program.run(["catalog", "rebuild"], in: folder.url)
        #expect(rebuilt.status == 0, "\(rebuilt.notes)")
        #expect(try await catalogRows(in: folder) == recorded)
    }

    /// The batches in the catalog without the times of runs, read by another program.
    private func catalogRows(in folder: TemporaryFolder) async throws -> [String]? {
        let script = """
            import sqlite3, sys
            columns = "id, created_at, status, counts, ended_at, expires_at, removed_at, was_available, state, attempts, "
            columns += "last_error, next_try_at, request_ids"
            for row in sqlite3.connect(sys.argv[1]).execute(f"SELECT {columns} FROM batches ORDER BY id"): print(row)
            """
        let run = try await Program.tool("python3", ["-c", script, folder.path + "/archive/catalog.sqlite"])
        #expect(run.map { $0.status == 0 } ?? true, "\(run?.notes ?? "")")
        return run?.lines
    }

    /// The data files with their bytes.
    private func data(in folder: TemporaryFolder) throws -> [String: Data] {
        try folder.contents(of: ["raw", "results"], in: "archive")
    }

    @Test func `after many kills and faults the archive equals that of one undisturbed run`() async throws {
        var random = SeededGenerator(seed: 20_261_122)
        try await withTemporaryFolder { folder in
            for _ in 0..<Self.kills { try await killedRun(&random, in: folder) }
            let expected = try await withTemporaryFolder { undisturbed in
                try await withSimulator(Scenario(batches: batches)) { server in
                    let last = try await export(at: server, in: folder) { _ in }
                    #expect(last.status == 0, "\(last.notes)")
                    let whole = try await export(at: server, in: undisturbed) { _ in }
                    #expect(whole.status == 0, "\(whole.notes)")
                    let asked = server.service.requests.count { $0.endpoint == .results }
                    let again = try await export(at: server, in: folder) { _ in }
                    #expect(again.status == 0)
                    #expect(server.service.requests.count { $0.endpoint == .results } == asked)
                    return try data(in: undisturbed)
                }
            }
            let found = try data(in: folder)
            #expect(found.keys.sorted() == expected.keys.sorted())
            #expect(found.count == 2 * (Self.small + Self.large))
            for (path, bytes) in expected { #expect(found[path] == bytes, "\(path)") }
            #expect(try folder.files(below: "archive/_partial").isEmpty)
            let check = try await Program.tool(
                "sha256sum",
                ["-c", "--quiet", "SHA256SUMS"],
                in: folder.url.appending(path: "archive")
            )
            #expect(check.map { $0.status == 0 } ?? true)
            try await expectRebuiltCatalog(in: folder)
        }
    }
}
