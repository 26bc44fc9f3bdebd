import BatchCommands
import Foundation
import Testing

struct ShowCommandTests {
    @Test func `every batch with the ID is shown, with answer, cost and position`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let show = await run(["show", "ticket-0007"])
            #expect(show.status == .done)
            #expect(show.output.components(separatedBy: "custom_id     ticket-0007\n").count == 3)
            #expect(show.output.contains("action        correct the request: without a change it fails again\n"))
            #expect(show.output.contains("cost          $0.0000984 in the batch, $0.0001968 outside\n"))
            #expect(show.output.contains("jsonl.gz, line 7, gzip member 0\n\n── text\naccount / low\n"))
            let one = await run(["show", "ticket-0007", "--since", "2025-01-01"])
            #expect(one.output.components(separatedBy: "ticket-0007").count == 2)
        }
    }

    @Test func `IDs are compared byte for byte`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let seven = await run(["show", "7", "--raw"])
            let padded = await run(["show", "007", "--raw"])
            #expect(seven.lines.count == 1 && seven.output.hasPrefix("{\"custom_id\":\"7\","))
            #expect(padded.lines.count == 1 && padded.output.hasPrefix("{\"custom_id\":\"007\","))
        }
    }

    @Test func `JSON has the flat row, the position and the line as archived`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let document = await run(["show", "q001", "--json"]).document
            let row = try #require(document["row"] as? [String: Any])
            #expect(row["custom_id"] as? String == "q001" && row["cost_usd"] as? Double == 0.003186)
            #expect((document["file"] as? String)?.hasPrefix("raw/date=2025-06-17/") == true)
            #expect((document["line"] as? [String: Any])?["custom_id"] as? String == "q001")
        }
    }

    @Test func `with several workspaces, the place names the workspace`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            try await Scratch.use { scratch in
                let both = try scratch.copy(archive, to: ["one", "two"])
                let text = await InProcess.offline(["show", "q001"], on: both).lines.filter { $0.hasPrefix("place") }
                let found = await InProcess.offline(["show", "q001", "--json"], on: both).lines
                let files = found.compactMap { jsonObject($0[...])?["file"] as? String }
                #expect(text.count == 2 && files.count == 2)
                for (index, name) in ["one", "two"].enumerated() {
                    #expect(text[index].hasPrefix("place         workspace=\(name)/raw/date=2025-06-17/"), "\(text)")
                    #expect(files[index].hasPrefix("workspace=\(name)/raw/date=2025-06-17/"), "\(files)")
                    #expect(FileManager.default.fileExists(atPath: "\(scratch.url.path)/\(files[index])"))
                }
            }
        }
    }

    @Test func `the request is shown with its answer, from a source or from the joined file`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let requests = Samples.path("requests/2025-06-sql-generation.jsonl")
            let bare = await run(["show", "q001"])
            #expect(!bare.output.contains("── request"))
            let sourced = await run(["show", "q001", "--join", requests])
            #expect(sourced.status == .done && sourced.output.contains("── request\n{\n  \""), "\(sourced.notes)")
            #expect(sourced.output.contains("    \"model\": \"") && sourced.output.hasPrefix(bare.output))
            let id = try Samples.id(of: "2025-06-sql-generation")
            let join = await run(["join", "--join", requests, "--batch", id])
            #expect(join.status == .done, "\(join.notes)")
            let stored = await run(["show", "q001"])
            #expect(stored.output == sourced.output)
            #expect(await run(["show", "q001", "--no-request"]).output == bare.output)
            #expect(await run(["show", "q001", "--no-request", "--json"]).document["joined"] == nil)
            #expect(await run(["show", "q001", "--no-request", "--join", requests]).status == .usage)
            let document = await run(["show", "q001", "--json"]).document
            let request = try #require((document["joined"] as? [String: Any])?["request"] as? [String: Any])
            #expect(request["params"] is [String: Any] || request["model"] is String, "\(request)")
        }
    }

    @Test func `a metadata row of any form is shown with its answer`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let labels = Samples.path("metadata/satire-labels.csv")
            let id = try Samples.id(of: "2024-08-satire-headlines")
            let one = await run(["select", "--batch", id, "--columns", "custom_id", "--limit", "1", "--format", "tsv"])
            let custom = try #require(one.lines.last)
            let sourced = await run(["show", custom, "--batch", id, "--join", labels])
            #expect(sourced.output.contains("── satire-labels\n{"), "\(sourced.output)\(sourced.notes)")
            _ = await run(["join", "--join", labels, "--batch", id, "--join-output", "flat"])
            let stored = await run(["show", custom, "--batch", id])
            #expect(stored.output.contains("── satire-labels_"), "\(stored.output)")
        }
    }

    @Test(arguments: [false, true])
    func `a missing raw file is named, with and without an index`(isIndexed: Bool) async throws {
        try await InProcess.withSamples { archive, run, _ in
            let id = try Samples.id(of: "2025-06-sql-generation")
            if isIndexed { #expect(await run(["query", "SELECT count(*) FROM results"]).status == .done) }
            let raw = try archive.file(in: "raw", "\(id).jsonl.gz")
            try FileManager.default.removeItem(at: archive.url.appending(path: raw))
            let show = await run(["show", "q001"])
            #expect(show.status == .error && show.output == "")
            #expect(show.notes.contains("warning: ") && show.notes.contains(raw), "\(show.notes)")
            #expect(show.notes.contains("error: custom_id 'q001': not found in the files that could be read"))
            #expect(show.notes.contains("hint: its raw file may be missing: batchkeep verify --quick"))
        }
    }

    @Test(arguments: [false, true])
    func `pruned batches are counted in one warning, with and without an index`(isIndexed: Bool) async throws {
        try await InProcess.withSamples { _, run, _ in
            if isIndexed { #expect(await run(["query", "SELECT count(*) FROM results"]).status == .done) }
            _ = await run(["prune", "--raw-older-than", "2025-07-01", "--even-if-last-copy", "--apply"])
            let show = await run(["show", "ticket-0007"])
            #expect(show.status == .error && show.output == "")
            #expect(
                show.notes.ranges(of: " were not searched: their raw files were removed").count == 1,
                "\(show.notes)"
            )
            #expect(show.notes.contains("not found in the files that could be read"), "\(show.notes)")
            // The files were removed on purpose, so nothing is missing.
            #expect(!show.notes.contains("may be missing"), "\(show.notes)")
        }
    }

    @Test func `control characters are escaped`() async throws {
        try await InProcess.withSamples { _, run, _ in
            #expect(
                await run(["show", "ticket-0007"]).output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 }
            )
        }
    }

    @Test func `an unknown ID is an error with advice`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let show = await run(["show", "nobody"])
            #expect(show.status == .error && show.output == "")
            #expect(show.notes.contains("custom_id 'nobody': not found in the archive"))
        }
    }
}
