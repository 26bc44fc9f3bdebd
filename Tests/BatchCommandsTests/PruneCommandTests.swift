import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import Testing

struct PruneCommandTests {
    @Test func `nothing is removed without --apply, and no last copy without its own flag`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let before = archive.files(in: "raw")
            let dry = await run(["prune", "--raw-older-than", "90d", "--even-if-last-copy"])
            #expect(dry.status == .done && dry.notes.contains("Nothing was removed. Add --apply to do it."))
            let same = await run(["prune", "--raw-older-than", "90d", "--even-if-last-copy", "-n"])
            #expect(same.status == .done && same.notes == dry.notes)
            let both = await run(["prune", "--raw-older-than", "90d", "--apply", "--dry-run"])
            #expect(both.status == .usage && both.notes.contains("--apply, --dry-run: cannot be used together"))
            let careful = await run(["prune", "--raw-older-than", "90d", "--apply"])
            #expect(careful.notes.contains("are the last copy and are kept"), "\(careful.notes)")
            #expect(archive.files(in: "raw") == before)
        }
    }

    @Test func `pruned files are neither damage nor fetched again`() async throws {
        try await InProcess.withSamples { archive, run, server in
            let prune = await run(["prune", "--raw-older-than", "2026-11-01", "--even-if-last-copy", "--apply"])
            #expect(prune.status == .done)
            #expect(archive.files(in: "raw").count == 2, "\(archive.files(in: "raw"))")
            #expect(await run(["verify", "--full"]).status == .done)
            let select = await run(["select", "--columns", "custom_id"])
            #expect(select.status == .done && select.notes.contains("not searched: their raw files were removed"))
            let again = await InProcess.run(
                ["export", "--archive", archive.url.path, "--json"],
                at: server.baseURL
            )
            #expect(again.batches["archived_now"] == nil)
            #expect(archive.files(in: "raw").count == 2)
        }
    }

    @Test func `a command that reads the results reports the batches whose raw file was pruned`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let files = archive.files(in: "raw")
            let before = files.count
            let batches = try #require(await run(["summarize", "--json"]).row["batches"] as? Int)
            _ = await run(["prune", "--raw-older-than", "2025-06-01", "--even-if-last-copy", "--apply"])
            let pruned = before - archive.files(in: "raw").count
            try #require(pruned > 1 && pruned < before)
            let removed = Set(files).subtracting(archive.files(in: "raw"))
            for (options, effect) in [
                (["--scan"], "its results cannot be read"), (["--by", "prefix,model"], "its results cannot be read"),
                (["--expect", "json"], "its answers cannot be read"),
                (["--scan", "--fail-if", "requests>0"], "its results cannot be read"),
            ] {
                let scanned = await run(["summarize", "--json"] + options)
                #expect(scanned.status == .integrity, "\(options): \(scanned.notes)")
                let warnings = scanned.notes.components(separatedBy: "its raw file was pruned, so \(effect)").count - 1
                #expect(warnings == pruned, "\(options): \(scanned.notes)")
                let areNamed = removed.allSatisfy { scanned.notes.contains("'raw/\($0)': its raw file was pruned") }
                #expect(areNamed, "\(options): \(scanned.notes)")
                if options.first == "--scan" { #expect(scanned.row["batches"] as? Int == batches - pruned) }
            }
            let compared = await run(["compare", "2024-08", "2025-06", "--scan"])
            #expect(compared.status == .integrity && compared.notes.contains("its results cannot be read"))
            #expect(!compared.notes.contains("no archived requests"), "\(compared.notes)")
            // The window before is read too, for the column with its errors.
            let errors = await run(["errors", "--since", "2025-06-01", "--expect", "json", "--json"])
            #expect(errors.status == .integrity && errors.notes.contains("its answers cannot be read"))
            let retry = await run(["retry", "--dry-run"])
            #expect(retry.notes.contains("not searched: "), "\(retry.notes)")
        }
    }

    @Test func `raw of a batch without a proof of the API is a last copy at any age`() async throws {
        try await Scratch.use { scratch in
            let archive = Archive(url: scratch.url.appending(path: "archive"))
            let file = try scratch.write(
                "{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n",
                to: "bedrock.jsonl"
            )
            let now = try #require(Timestamp("2026-11-24T12:00:00Z"))
            func run(_ arguments: [String]) async -> InProcess {
                let place = ["--archive", archive.url.path]
                return await InProcess.run(arguments + place, at: "http://127.0.0.1:9", key: "", now: { now })
            }
            let batch = ["--batch", "bedrock_2026_11", "--date", "2026-11-20"]
            let imported = await run(["import", "--unproven"] + batch + [file])
            #expect(imported.status == .done && archive.files(in: "raw").count == 1, "\(imported.notes)")
            let prune = await run(["prune", "--raw-older-than", "3d", "--apply"])
            #expect(prune.notes.contains("1 raw file is the last copy and is kept"), "\(prune.notes)")
            #expect(archive.files(in: "raw").count == 1)
            _ = await run(["prune", "--raw-older-than", "3d", "--apply", "--even-if-last-copy"])
            #expect(archive.files(in: "raw").isEmpty)
        }
    }

    @Test func `the files to prune must be named`() async {
        let run = await InProcess.run(["prune"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.notes.contains("--raw-older-than"))
    }
}
