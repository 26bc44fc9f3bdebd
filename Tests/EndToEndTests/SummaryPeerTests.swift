import Foundation
import Testing

/// Every number of the samples compared with independent computations.
struct SummaryPeerTests {
    private static let peers = Program.package.appending(path: "Tests/EndToEndTests/Peers")
    private static let groupings = [
        "day", "week", "month", "hour", "batch", "model", "result", "stop-reason", "prefix", "service-tier", "geo",
    ]

    @Test func `Python computes the summaries from the raw lines`() async throws {
        try await withSummaries { folder in
            let script = Self.peers.appending(path: "summaries_from_raw.py").path
            let run = try await Program.tool("python3", [script, "archive", "."], in: folder.url)
            if let run { #expect(run.status == 0, "\(run.output)\(run.notes)") }
        }
    }

    @Test(.enabled(if: duckDB != nil, "needs a Python with duckdb in BATCHKEEP_PYTHON"))
    func `DuckDB computes the summaries from the flat table`() async throws {
        let python = try #require(Self.duckDB)
        try await withSummaries { folder in
            let script = Self.peers.appending(path: "summaries_from_flat.py").path
            let run = try await Program.run([script, "archive", "all.json"], executable: python, in: folder.url)
            #expect(run.status == 0, "\(run.output)\(run.notes)")
        }
    }

    private static let duckDB = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map { URL(filePath: $0) }

    /// Exports the samples and writes the program's summaries next to them.
    private func withSummaries(_ body: (TemporaryFolder) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--since", "2024-08-01", "--archive", "archive", "--quiet"],
                    environment: simulation.environment,
                    in: folder.url
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            try await write(["prices", "--format", "csv"], to: "prices.csv", in: folder)
            try await write(["summarize", "--format", "json"], to: "all.json", in: folder)
            for name in Self.groupings {
                try await write(["summarize", "--by", name, "--format", "json"], to: "\(name).json", in: folder)
            }
            try await body(folder)
        }
    }

    private func write(_ arguments: [String], to name: String, in folder: TemporaryFolder) async throws {
        let run = try await Program.run(arguments, in: folder.url)
        try #require(run.status == 0, "\(run.notes)")
        try Data(run.output.utf8).write(to: folder.url.appending(path: name))
    }
}
