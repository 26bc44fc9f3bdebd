import Foundation
import Testing

/// Every number of an archive compared with an independent computation in Python.
struct SummaryPeerTests {
    private static let peers = Program.package.appending(path: "Tests/EndToEndTests/Peers")
    private static let groupings = [
        "day", "week", "month", "hour", "batch", "model", "result", "stop-reason", "stop-category", "prefix",
        "service-tier", "geo",
    ]
    private static let columns =
        "batch_id,custom_id,line_number,result_type,input_tokens,cache_creation_5m_tokens,cache_creation_1h_tokens,"
        + "cache_read_tokens,output_tokens,thinking_tokens,web_search_requests,web_fetch_requests,iterations,cost_usd,"
        + "price_note"

    @Test func `Python computes the same tokens and costs of the samples from the raw lines`() async throws {
        try await withTemporaryFolder { folder in
            try await compare(["--samples", Program.samples.path], in: folder)
        }
    }

    @Test func `Python computes the same tokens and costs of 20,000 lines with odd usage`() async throws {
        try await withTemporaryFolder { folder in
            let script = Self.peers.appending(path: "odd_usage.py").path
            guard let run = try await Program.tool("python3", [script, "odd", "20000"], in: folder.url) else { return }
            try #require(run.status == 0, "\(run.notes)")
            try await compare(["--samples", "\(folder.path)/odd"], in: folder)
        }
    }

    /// Exports everything that a simulation serves, and compares every figure.
    private func compare(_ simulator: [String], in folder: TemporaryFolder) async throws {
        try await Simulation.run(simulator + ["--now", "2026-11-22T12:00:00Z"]) { simulation in
            let arguments = ["export", "--since", "2024-08-01", "--archive", "archive", "--quiet", "--json"]
            try await write(
                arguments + ["--metrics-file", "metrics.prom"],
                to: "export.json",
                environment: simulation.environment,
                in: folder
            )
        }
        try await write(["prices", "--format", "csv"], to: "prices.csv", in: folder)
        try await write(["summarize", "--format", "json"], to: "all.json", in: folder)
        for name in Self.groupings {
            let depth = name == "prefix" ? ["--prefix-depth", "1"] : []
            try await write(["summarize", "--by", name, "--format", "json"] + depth, to: "\(name).json", in: folder)
        }
        try await write(["select", "--columns", Self.columns, "--format", "csv"], to: "select.csv", in: folder)
        let query = "SELECT \(Self.columns), picodollars FROM results"
        try await write(["query", query, "--format", "ndjson"], to: "query.ndjson", in: folder)
        let script = Self.peers.appending(path: "oracle.py").path
        let run =
            if let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"] {
                try await Program.run([script, "archive", "."], executable: URL(filePath: python), in: folder.url)
            } else {
                try await Program.tool("python3", [script, "archive", "."], in: folder.url)
            }
        if let run { #expect(run.status == 0, "\(run.output)\(run.notes)") }
    }

    private func write(
        _ arguments: [String],
        to name: String,
        environment: [String: String] = [:],
        in folder: TemporaryFolder
    ) async throws {
        let run = try await Program.run(arguments, environment: environment, in: folder.url)
        try #require(run.status == 0, "\(run.notes)")
        try Data(run.output.utf8).write(to: folder.url.appending(path: name))
    }
}
