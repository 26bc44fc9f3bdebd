import Foundation
import Testing

/// `batchkeep rebuild`, and what other commands say about batches that it would change.
struct RebuildTests {
    private static let prices = """
        model_id,input,cache_write_5m,cache_write_1h,cache_read,output
        claude-orchid-preview,2,2.5,4,0.2,10

        """

    private func withArchive(_ body: (TemporaryFolder, Simulation) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try Data(Self.prices.utf8).write(to: folder.url.appending(path: "own.csv"))
            try await Simulation.ofSamples { simulation in
                let run = try await export(simulation, folder)
                try #require(run.status == 0, "\(run.notes)")
                try await body(folder, simulation)
            }
        }
    }

    private func export(
        _ simulation: Simulation,
        _ folder: TemporaryFolder,
        _ options: String...
    ) async throws -> Program.FinishedRun {
        try await Program.run(
            ["export", "--since", "2024-08-01", "--archive", "archive"] + options,
            environment: simulation.environment,
            in: folder.url
        )
    }

    private func files(_ folder: TemporaryFolder) throws -> [String: Data] {
        try folder.contents(of: ["raw", "results", "manifests"], in: "archive")
    }

    private func unpriced(_ folder: TemporaryFolder, _ options: String...) async throws -> String {
        let run = try await Program.run(["summarize", "--format", "csv"] + options, in: folder.url)
        let rows = run.lines.map { $0.components(separatedBy: ",") }
        let column = try #require(rows.first?.firstIndex(of: "unpriced_requests"))
        return rows[1][column]
    }

    @Test func `new prices change the batches that they concern, and no others`() async throws {
        try await withArchive { folder, simulation in
            let before = try files(folder)
            #expect(try await unpriced(folder) == "6")
            #expect(try await unpriced(folder, "--prices", "own.csv") == "0")

            let noted = try await export(simulation, folder, "--prices", "own.csv")
            #expect(noted.status == 0)
            let sentence = "Today's prices change the cost of 1 batch (claude-orchid-preview now has a price)"
            #expect(noted.notes.contains(sentence), "\(noted.notes)")

            let dry = try await Program.run(["rebuild", "--dry-run", "--prices", "own.csv"], in: folder.url)
            let id = "msgbatch_01PFMRhvyDiKWxJHrncdXRbc"
            #expect(dry.status == 0)
            #expect(dry.notes.contains("would rebuild \(id): claude-orchid-preview now has a price"), "\(dry.notes)")
            #expect(try files(folder) == before)

            let run = try await Program.run(["rebuild", "--prices", "own.csv"], in: folder.url)
            #expect(run.status == 0 && run.notes.contains("Rebuilt 1 batch in"), "\(run.notes)")
            let after = try files(folder)
            let changed = after.keys.filter { after[$0] != before[$0] }.sorted()
            #expect(changed.count == 2 && changed.allSatisfy { $0.contains(id) && !$0.hasPrefix("raw") }, "\(changed)")
            #expect(try await unpriced(folder) == "0")
            let verified = try await Program.run(["verify", "--full"], in: folder.url)
            #expect(verified.status == 0, "\(verified.output)\(verified.notes)")
            let again = try await Program.run(["rebuild", "--prices", "own.csv"], in: folder.url)
            #expect(again.status == 0 && again.notes.contains("Nothing to rebuild"), "\(again.notes)")
            let select = ["select", "--where", "model=claude-orchid-preview", "--columns", "price_note,cost_usd"]
            let rows = try await Program.run(select + ["--format", "csv"], in: folder.url)
            #expect(
                rows.lines.count == 7 && rows.lines.dropFirst().allSatisfy { $0.hasPrefix(",0.0") },
                "\(rows.output)"
            )

            // The built-in table has no price for the model, so the costs are removed again.
            let back = try await Program.run(["rebuild"], in: folder.url)
            #expect(back.notes.contains("Rebuilt 1 batch in"), "\(back.notes)")
            #expect(try await unpriced(folder) == "6")
        }
    }

    @Test func `an archive of an older version is named by reading commands and rebuilt`() async throws {
        try await withArchive { folder, _ in
            let before = try files(folder)
            for path in try folder.files(below: "archive/manifests") {
                let url = folder.url.appending(path: "archive/manifests/\(path)")
                let text = try String(contentsOf: url, encoding: .utf8)
                try Data(text.replacing(/"flat_schema":\d+/, with: "\"flat_schema\":1").utf8).write(to: url)
            }
            let advice = "13 batches were archived by an older version: run `batchkeep rebuild`."
            let select = ["select", "--columns", "custom_id", "--limit", "1"]
            let query = ["query", "select count(*) from results"]
            for command in [["summarize"], select, ["summarize", "--by", "day", "--format", "csv"], query, query] {
                let run = try await Program.run(command, in: folder.url)
                #expect((run.output + run.notes).components(separatedBy: advice).count == 2, "\(command) \(run.notes)")
            }
            for options in [[], ["--json"]] {
                let run = try await Program.run(["show", "TEG1_satire"] + options, in: folder.url)
                let note = "1 batch was archived by an older version: run `batchkeep rebuild`."
                #expect(run.status == 0 && run.notes.components(separatedBy: note).count == 2, "\(run.notes)")
            }
            let run = try await Program.run(["rebuild"], in: folder.url)
            #expect(run.status == 0 && run.notes.contains("Rebuilt 13 batches in"), "\(run.notes)")
            let after = try files(folder)
            #expect(after.keys == before.keys)
            let current = try await Program.run(query, in: folder.url)
            #expect(current.status == 0 && !current.notes.contains("older version"), "\(current.notes)")
            for (path, data) in after where !path.hasPrefix("manifests") { #expect(data == before[path], "\(path)") }
            let verified = try await Program.run(["verify", "--full"], in: folder.url)
            #expect(verified.status == 0, "\(verified.output)")
        }
    }
}
