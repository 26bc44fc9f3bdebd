import Foundation
import Testing

/// Other tools of users: the official SDK with the simulator, readers with the archive.
struct PeerTests {
    /// A Python with `anthropic` and `duckdb`; `.ci/run` installs one.
    private static let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map { URL(filePath: $0) }

    @Test(.enabled(if: PeerTests.python != nil, "needs a Python with anthropic in BATCHKEEP_PYTHON"))
    func `the official SDK works against the simulator`() async throws {
        let python = try #require(Self.python)
        let script = Program.package.appending(path: "Tests/BatchSimulatorTests/official_sdk.py").path
        try await Simulation.run(["--generate", "400", "--batches", "5"]) { simulation in
            let run = try await Program.run([script, simulation.baseURL], executable: python)
            #expect(run.status == 0, "\(run.output)\(run.notes)")
            #expect(run.lines.count > 20)
        }
    }

    @Test(.enabled(if: PeerTests.python != nil, "needs a Python with anthropic in BATCHKEEP_PYTHON"))
    func `the types of the official SDK accept the usage and cost reports of the simulator`() async throws {
        let python = try #require(Self.python)
        let script = Program.package.appending(path: "Tests/BatchSimulatorTests/official_sdk_reports.py").path
        try await Simulation.run(["--generate", "400", "--batches", "5"]) { simulation in
            let run = try await Program.run([script, simulation.baseURL], executable: python)
            #expect(run.status == 0, "\(run.output)\(run.notes)")
            #expect(run.lines.count > 12)
        }
    }

    @Test(.enabled(if: PeerTests.python != nil, "needs a Python with duckdb in BATCHKEEP_PYTHON"))
    func `DuckDB and Python get the counts of the export`() async throws {
        let python = try #require(Self.python)
        try await withArchive { folder in
            let script = """
                import duckdb, glob, gzip, json
                lines = [json.loads(l) for f in glob.glob("archive/raw/*/*.gz") for l in gzip.open(f) if l.strip()]
                flat = "read_json('archive/results/*/*.ndjson.gz', hive_partitioning=true)"
                print(len(lines), duckdb.sql(f"SELECT count(*) FROM {flat}").fetchall()[0][0])
                print(*duckdb.sql(f"SELECT result_type, count(*) FROM {flat} GROUP BY 1 ORDER BY 1").fetchall())
                usages = [l["result"]["message"]["usage"] for l in lines if l["result"]["type"] == "succeeded"]
                # Entries of type message are in the top-level counts; the others are billed with them.
                others = [e for u in usages for e in u.get("iterations") or [] if e["type"] != "message"]
                tokens = sum(u["output_tokens"] for u in usages + others)
                print(len(others), tokens == duckdb.sql(f"SELECT sum(output_tokens) FROM {flat}").fetchall()[0][0])
                print(duckdb.sql(f"SELECT count(DISTINCT date) FROM {flat}").fetchall()[0][0])
                """
            let run = try await Program.run(["-c", script], executable: python, in: folder.url)
            #expect(
                run.lines == [
                    "1029 1029", "('canceled', 53) ('errored', 54) ('expired', 5) ('succeeded', 917)", "4 True",
                    "13",
                ],
                "\(run.notes)"
            )
        }
    }

    @Test func `jq reads every file`() async throws {
        try await withArchive { folder in
            let command = "zcat archive/raw/*/*.gz archive/results/*/*.gz | jq -c .custom_id | wc -l"
            if let run = try await Program.tool("jq", ["--version"]), run.status == 0 {
                let count = try await Program.run(
                    ["-c", command],
                    executable: URL(filePath: "/bin/bash"),
                    in: folder.url
                )
                #expect(count.output == "2058\n")
                let manifests = try await Program.run(
                    ["-c", "cat archive/manifests/*/*.json | jq -r .batch.id | sort -u | wc -l"],
                    executable: URL(filePath: "/bin/bash"),
                    in: folder.url
                )
                #expect(manifests.output == "13\n")
            }
        }
    }

    private func withArchive(_ body: (TemporaryFolder) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--since", "2024-08-01", "--status", "ended", "--archive", "archive", "--quiet"],
                    environment: simulation.environment,
                    in: folder.url
                )
                try #require(run.status == 0, "\(run.notes)")
                try await body(folder)
            }
        }
    }
}
