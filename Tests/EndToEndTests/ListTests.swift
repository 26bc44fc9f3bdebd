import Foundation
import Testing

/// `list` through the built program.
struct ListTests {
    private func list(_ arguments: [String], _ simulation: Simulation) async throws -> Program.FinishedRun {
        try await Program.run(["list"] + arguments, environment: simulation.environment)
    }

    private func ids(_ run: Program.FinishedRun) throws -> [String] {
        try run.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["id"] as? String)
        }
    }

    @Test func `in a pipe the batches are NDJSON, newest first, for any page size`() async throws {
        try await Simulation.ofSamples { simulation in
            let whole = try await list([], simulation)
            #expect(whole.status == 0)
            #expect(whole.notes.isEmpty)
            #expect(whole.lines.count == 18)
            for size in ["1", "7", "18"] {
                #expect(try await list(["--page-size", size], simulation).output == whole.output)
            }
        }
    }

    @Test func `batch objects are printed as received`() async throws {
        try await Simulation.ofSamples { simulation in
            let run = try await list(["--batch", "msgbatch_01PFMRhvyDiKWxJHrncdXRbc"], simulation)
            // An undocumented key, with numbers in forms that a decoder would not keep.
            #expect(run.lines.count == 1)
            #expect(run.output.contains("1.50"))
            #expect(run.output.contains("1E+3"))
        }
    }

    @Test func `a cursor can be followed in both directions`() async throws {
        try await Simulation.ofSamples { simulation in
            let all = try ids(try await list([], simulation))
            let older = try await list(["--after-id", all[5], "--page-size", "3"], simulation)
            #expect(try ids(older) == Array(all[6...]))
            let newer = try await list(["--before-id", all[5], "--page-size", "2"], simulation)
            #expect(try Set(ids(newer)) == Set(all[..<5]))
            #expect(try ids(try await list(["--limit", "4"], simulation)) == Array(all[..<4]))
        }
    }

    @Test func `window and status select`() async throws {
        try await Simulation.ofSamples { simulation in
            let old = try await list(["--since", "2025-01-01", "--until", "20250601"], simulation)
            #expect(old.lines.count == 3)
            #expect(try await list(["--status", "ended"], simulation).lines.count == 16)
            let unfinished = try await list(["--status", "in_progress", "--status", "canceling"], simulation)
            #expect(unfinished.lines.count == 2)
            #expect(try await list(["--status", "all"], simulation).lines.count == 18)
        }
    }

    @Test func `every format has the same batches`() async throws {
        try await Simulation.ofSamples { simulation in
            let json = try await list(["--format", "json"], simulation)
            let objects = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
            #expect(objects?.count == 18)
            let csv = try await list(["--format", "csv"], simulation)
            #expect(csv.lines.count == 19)
            #expect(csv.lines[0].hasPrefix("id,processing_status,created_at,ended_at,requests"))
            let table = try await list(["--format", "table"], simulation)
            #expect(table.output.contains("msgbatch_01PFMRhvyDiKWxJHrncdXRbc"))
            let none = try await list(["--format", "json", "--until", "2020-01-01"], simulation)
            #expect(none.output == "[]\n")
        }
    }

    @Test func `CSV and JSON have the state and the time when the API removes the results`() async throws {
        try await Simulation.ofSamples { simulation in
            let json = try await list(["--format", "json"], simulation)
            let batches = try #require(
                try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
            )
            let states = batches.reduce(into: [:]) { $0[$1["state"] as? String ?? "", default: 0] += 1 }
            #expect(states == ["available": 14, "pending": 2, "removed": 2])
            for batch in batches {
                let isRemoved = batch["state"] as? String == "removed"
                #expect((batch["results_until"] is NSNull) == isRemoved)
            }
            // The unknown members of the object are still there.
            #expect(json.output.contains("1E+3"))
            let csv = try await list(["--format", "csv"], simulation)
            #expect(csv.lines[0].hasSuffix(",state,results_until,days_left"))
            #expect(csv.lines.count { $0.contains(",removed,,") } == 2)
            // `fetch` archives what it reads, so NDJSON contains only what the API sent.
            #expect(try await !list([], simulation).output.contains("results_until"))
        }
    }

    @Test func `a reader that stops early is not an error`() async throws {
        try await Simulation.ofSamples { simulation in
            let command = "\"\(Program.binary.path)\" list --page-size 1 | head -n 1"
            let run = try await Program.run(
                ["-c", "set -o pipefail; \(command)"],
                environment: simulation.environment,
                executable: URL(filePath: "/bin/bash")
            )
            #expect(run.lines.count == 1)
            #expect(run.notes.isEmpty)
        }
    }
}
