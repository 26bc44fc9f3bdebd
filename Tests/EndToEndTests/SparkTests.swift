import Foundation
import Testing
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The jobs in `pipelines/spark/` on a small real cluster.
@Suite(.serialized)
struct SparkTests {
    /// The values that must be equal for an export on one machine and one on the cluster.
    private func files(in archive: String, _ folder: TemporaryFolder) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for part in ["raw", "results"] {
            for path in try folder.files(below: "\(archive)/\(part)") {
                let file = folder.url.appending(path: "\(archive)/\(part)/\(path)")
                found["\(part)/\(path)"] = try Data(contentsOf: file)
            }
        }
        return found
    }

    /// Creates a program that replaces batchkeep, given the shell commands before it; returns its path.
    private func wrapper(_ commands: String, in folder: TemporaryFolder) throws -> String {
        let path = "\(folder.path)/wrapped"
        let text = "#!/bin/sh\nbatchkeep='\(Program.binary.path)'\n\(commands)\nexec \"$batchkeep\" \"$@\"\n"
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    private func options(_ simulation: Simulation, _ folder: TemporaryFolder, program: String) throws -> [String] {
        let key = "\(folder.path)/key"
        try Data("key-of-the-test\n".utf8).write(to: URL(filePath: key))
        return [
            "--archive", "\(folder.path)/cluster", "--key-file", key, "--batchkeep", program,
            "--base-url", simulation.baseURL, "--since", "2024-08-01",
        ]
    }

    @Test func `two workers, one of them killed, write the files and sums of one machine`()
        async throws
    {
        guard let cluster = try await SparkCluster.installed() else { return }
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let alone = try await Program.run(
                    ["export", "--since", "2024-08-01", "--archive", "\(folder.path)/alone", "--quiet"],
                    environment: simulation.environment
                )
                try #require(alone.status == 0, "\(alone.notes)")
                // The first fetch ends its own executor after its first receipt, like a machine that is shut down.
                let program = try wrapper(
                    """
                    if [ "$1" = fetch ] && mkdir '\(folder.path)/killed' 2>/dev/null; then
                        "$batchkeep" "$@" | {
                            head -n 1
                            pid=$$
                            until tr '\\0' ' ' <"/proc/$pid/cmdline" | grep -q CoarseGrainedExecutorBackend; do
                                pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
                            done
                            kill -9 "$pid"
                        }
                        exit 1
                    fi
                    """,
                    in: folder
                )
                let job = try await cluster.run(
                    "export.py",
                    options(simulation, folder, program: program),
                    in: folder
                )
                #expect(job.status == 0, "\(job.notes.suffix(4_000))")
                #expect(FileManager.default.fileExists(atPath: "\(folder.path)/killed"))
                #expect(job.lines.last?.contains("\"batches\": 15") == true, "\(job.output)")
                let expected = try files(in: "alone", folder)
                #expect(expected.count == 26)
                #expect(try files(in: "cluster", folder) == expected)
                #expect(try folder.files(below: "cluster/_partial").isEmpty)
                #expect(!job.notes.contains("key-of-the-test") && !job.output.contains("key-of-the-test"))
            }
            let verified = try await Program.run(["verify", "--full", "--archive", "\(folder.path)/cluster"])
            #expect(verified.status == 0, "\(verified.notes)")
            try await compareRollUps(with: cluster, in: folder)
        }
    }

    /// Compares analyze.py with summarize, on the archive that the cluster wrote.
    private func compareRollUps(with cluster: SparkCluster, in folder: TemporaryFolder) async throws {
        let archive = "\(folder.path)/cluster"
        let job = try await cluster.run(
            "analyze.py",
            ["--archive", archive, "--parquet", "\(folder.path)/parquet", "--summary", "summary.json"],
            in: folder
        )
        #expect(job.status == 0, "\(job.notes.suffix(4_000))")
        let summarized = try await Program.run(["summarize", "--archive", archive, "--by", "day", "--format", "json"])
        let found = try rows(Data(contentsOf: folder.url.appending(path: "summary.json")))
        let keys = Set(found.first?.keys.map { $0 } ?? [])
        #expect(keys.isSuperset(of: ["cost_usd", "output_tokens", "not_billed_requests"]))
        let expected = try rows(Data(summarized.output.utf8)).map { $0.filter { keys.contains($0.key) } }
        #expect(expected.count > 10)
        #expect(found as NSArray == expected as NSArray)
        let parquet = try folder.files(below: "parquet").filter { $0.hasSuffix(".parquet") && !$0.hasPrefix(".") }
        #expect(parquet.contains { $0.hasPrefix("date=2025-06-17/model=claude-") }, "\(parquet)")
        // Another reader finds every row and the whole cost.
        let read = try await Program.run(
            [
                "-c",
                """
                import duckdb
                print(*duckdb.sql("SELECT count(*), count(DISTINCT batch_id), sum(output_tokens), count(cost_usd) "
                    "FROM read_parquet('parquet/*/*/*.parquet', hive_partitioning = true)").fetchall()[0])
                """,
            ],
            executable: URL(filePath: ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"] ?? ""),
            in: folder.url
        )
        #expect(read.lines == ["1029 13 106221 911"], "\(read.notes)")
    }

    private func rows(_ document: Data) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: document) as? [[String: Any]])
    }

    // Spark copies the standard error of a job to standard output.
    @Test func `a missing receipt and a batch that stays open fail the job`() async throws {
        guard let cluster = try await SparkCluster.installed() else { return }
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let mute = try wrapper(
                    "if [ \"$1\" = fetch ]; then \"$batchkeep\" \"$@\" | sed 1d; exit 0; fi",
                    in: folder
                )
                let options = try options(simulation, folder, program: mute)
                let gap = try await cluster.run("export.py", options, on: "local[1]", in: folder)
                #expect(gap.status == 1 && gap.output.contains("15 batches in, 14 receipts out"), "\(gap.output)")

                // Everything is archived except what another process has locked.
                let id = try #require(try folder.files(below: "cluster/manifests").first).suffix(38).prefix(33)
                for path in try folder.files(below: "cluster") where path.contains(id) {
                    try FileManager.default.removeItem(atPath: "\(folder.path)/cluster/\(path)")
                }
                let held = try FileHandle(
                    forWritingTo: lockFile(of: String(id), in: "\(folder.path)/cluster/_partial")
                )
                try #require(flock(held.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
                let honest = try self.options(simulation, folder, program: Program.binary.path)
                let open = try await cluster.run(
                    "export.py",
                    honest + ["--rounds", "2"],
                    in: folder
                )
                try held.close()
                // The second attempt ran on another executor.
                let executors = try #/busy on (\S+), (\S+): /#.firstMatch(in: open.output)
                #expect(open.status == 3 && open.output.contains("\(id): busy on "), "\(open.output)")
                #expect(executors.map { $0.1 != $0.2 } == true, "\(open.output)")
                #expect(open.output.contains("round 2: 1 of 1 batches failed"))

                let shown = try await cluster.run(
                    "export.py",
                    honest,
                    on: "local[1]",
                    environment: ["ANTHROPIC_API_KEY": "key-of-the-test"],
                    in: folder
                )
                #expect(shown.status == 1 && shown.output.contains("ANTHROPIC_API_KEY is set: Spark shows and logs"))
                #expect(!shown.output.contains("key-of-the-test"))
            }
        }
    }

    private func lockFile(of id: String, in folder: String) throws -> URL {
        let path = URL(filePath: folder).appending(path: "\(id).lock")
        try Data().write(to: path)
        return path
    }
}
