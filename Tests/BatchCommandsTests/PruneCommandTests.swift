import BatchCommands
import BatchSimulator
import Foundation
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

    @Test func `the files to prune must be named`() async {
        let run = await InProcess.run(["prune"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.notes.contains("--raw-older-than"))
    }
}
