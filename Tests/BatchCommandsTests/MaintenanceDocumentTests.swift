import BatchPipeline
import BatchSimulator
import Foundation
import Testing

@testable import BatchCommands

/// The JSON documents of the commands that maintain archives, and `--quiet` of these commands.
struct MaintenanceDocumentTests {
    private func entry(_ run: InProcess) -> [String: Any] {
        let entries = run.document["archives"] as? [[String: Any]] ?? []
        return entries.count == 1 ? entries[0] : [:]
    }

    @Test func `prune lists the files and counts the last copies that it keeps`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let prune = ["prune", "--raw-older-than", "90d", "--json"]
            let careful = await run(prune)
            #expect(careful.status == .done && careful.output.count { $0 == "\n" } == 1)
            #expect(careful.document["command"] as? String == "prune" && careful.document["dry_run"] as? Bool == true)
            #expect((entry(careful)["files"] as? [Any])?.isEmpty == true)
            let kept = try #require(entry(careful)["kept_last_copies"] as? Int)
            let dry = await run(prune + ["--even-if-last-copy", "-nq"])
            #expect(dry.notes.isEmpty, "\(dry.notes)")
            let files = try #require(entry(dry)["files"] as? [[String: Any]])
            #expect(files.count == kept && kept > 0 && entry(dry)["kept_last_copies"] as? Int == 0)
            #expect(entry(dry)["bytes"] as? Int == files.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) })
            #expect(archive.files(in: "raw").count >= kept)
            let done = await run(prune + ["--even-if-last-copy", "--apply"])
            #expect(done.document["dry_run"] as? Bool == false)
            #expect(entry(done)["files"] as? [NSDictionary] == files as [NSDictionary])
        }
    }

    @Test func `compact reports the files it merges`() async throws {
        try await InProcess.export(.generated(lines: 40, batches: 3, clock: .noon)) { _, archive, _ in
            let compact = ["compact", "--before", "2100-01-01", "-j"]
            for (flags, isDry) in [(["-n"], true), (["-q"], false)] {
                let run = await InProcess.offline(compact + flags, on: archive)
                let merge = (entry(run)["merges"] as? [[String: Any]])?.first
                #expect(run.document["dry_run"] as? Bool == isDry, "\(run.output)")
                #expect(merge?["kind"] as? String == "results" && merge?["files"] as? Int == 3, "\(run.output)")
                #expect(run.notes.isEmpty != isDry, "\(run.notes)")
            }
            #expect(archive.files(in: "results").count == 1)
        }
    }

    @Test func `rebuild prices every request that a price file prices`() async throws {
        let orchid = "claude-orchid-preview"
        func usage(_ input: Int) -> String { "\"input_tokens\":\(input),\"output_tokens\":1000" }
        let advisor = #"{"type":"advisor_message","model":"\#(orchid)",\#(usage(500))}"#
        let advised = usage(1_000) + #","iterations":[{"type":"message",\#(usage(1_000))},\#(advisor)]"#
        let batches = [
            try ReconciledArchive.batch("a", "2026-11-10T08:00:00Z", answers: [("claude-opus-4-8", advised)]),
            try ReconciledArchive.batch(
                "b",
                "2026-11-11T08:00:00Z",
                answers: [(orchid, usage(1_000)), (orchid, usage(200_000))]
            ),
            try ReconciledArchive.batch("c", "2026-11-12T08:00:00Z", answers: [(orchid, usage(200_000))]),
        ]
        try await ReconciledArchive.exported(batches) { archive in
            let small = "model_id,prompt_min,prompt_max,input,output\n\(orchid),,100000,1,2\n"
            let files = [
                try archive.scratch.write(small, to: "small.csv"),
                try archive.scratch.write(small + "\(orchid),100001,,3,4\n", to: "both.csv"),
            ]
            for run in [
                await archive.run("summarize", "--by", "day", "--format", "table"),
                await archive.run("summarize", "--by", "day", "--format", "table", "--scan"),
            ] {
                #expect(run.output.contains("4 requests have no price: \(orchid) (4)."), "\(run.output)")
            }
            let reasons = [
                ["a: \(orchid) now has a price", "b: \(orchid) now has a price"],
                ["b: the price of \(orchid) changed", "c: \(orchid) now has a price"],
            ]
            for (file, (reasons, unpriced)) in zip(files, zip(reasons, [2, 0])) {
                let dry = await archive.run("rebuild", "--dry-run", "--prices", file)
                #expect(dry.notes.contains("Would rebuild 2 batches"), "\(dry.notes)")
                for reason in reasons { #expect(dry.notes.contains("msgbatch_\(reason)"), "\(dry.notes)") }
                let expected = await archive.run("summarize", "--json", "--prices", file)
                #expect(await archive.run("rebuild", "--prices", file).notes.contains("Rebuilt 2 batches"))
                let row = await archive.run("summarize", "--json").row
                #expect(row["unpriced_requests"] as? Int == unpriced)
                #expect(row["cost_usd"] as? Double == expected.row["cost_usd"] as? Double)
                #expect(await archive.run("rebuild", "--prices", file).notes.contains("Nothing to rebuild"))
            }
            #expect(await archive.run("verify", "--full").status == .done)
        }
    }

    @Test func `rebuild reports the outdated batches, and those it rebuilt`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let path = try archive.file(in: "manifests", "msgbatch_")
            try archive.edit(path, "\"flat_schema\":\(FlatSchema.version)", with: "\"flat_schema\":1")
            let id = URL(filePath: path).deletingPathExtension().lastPathComponent
            let dry = await run(["rebuild", "-nj"])
            let batches = entry(dry)["batches"] as? [[String: Any]]
            #expect(batches?.map { $0["batch_id"] as? String } == [id], "\(dry.output)")
            #expect(entry(dry)["rebuilt"] as? Int == 0 && dry.document["dry_run"] as? Bool == true)
            let done = await run(["rebuild", "--json", "--quiet"])
            #expect(entry(done)["rebuilt"] as? Int == 1 && done.document["exit_status"] as? Int == 0)
            #expect(done.notes.isEmpty, "\(done.notes)")
            let again = await run(["rebuild", "--json"])
            #expect((entry(again)["batches"] as? [Any])?.isEmpty == true, "\(again.output)")
        }
    }

    @Test func `a rebuild that also removes joined files without a manifest entry succeeds`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let path = try archive.file(in: "manifests", "msgbatch_")
            try archive.edit(path, "\"flat_schema\":\(FlatSchema.version)", with: "\"flat_schema\":1")
            let id = URL(filePath: path).deletingPathExtension().lastPathComponent
            let rows = archive.url.appending(path: try archive.file(in: "results", id))
            let joined = URL(filePath: rows.path.replacing("/results/", with: "/joined/"))
            try FileManager.default.createDirectory(
                at: joined.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(at: rows, to: joined)
            let done = await run(["rebuild", "--json"])
            #expect(done.status == .done, "\(done.notes)")
            #expect(entry(done)["rebuilt"] as? Int == 1 && (entry(done)["failed"] as? [String])?.isEmpty == true)
            #expect(done.notes.contains("\(id): its joined files were removed"), "\(done.notes)")
            #expect(!FileManager.default.fileExists(atPath: joined.path))
        }
    }

    @Test func `a batch that cannot be rebuilt is in the document, and --quiet does not hide it`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let path = try archive.file(in: "manifests", "msgbatch_")
            try archive.edit(path, "\"flat_schema\":\(FlatSchema.version)", with: "\"flat_schema\":1")
            let id = URL(filePath: path).deletingPathExtension().lastPathComponent
            try archive.change(archive.file(in: "raw", id)) { $0[$0.count / 2] ^= 0xFF }
            let failed = await run(["rebuild", "-qj"])
            #expect(failed.status == .integrity && failed.document["exit_status"] as? Int == 4, "\(failed.output)")
            #expect(entry(failed)["failed"] as? [String] == [id])
            #expect(failed.notes.contains("warning: \(id): "), "\(failed.notes)")
        }
    }

    @Test func `views and catalog rebuild report what they wrote`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try FileManager.default.removeItem(at: archive.url.appending(path: "views/polars.py"))
            let views = await run(["views", "--json"])
            #expect(entry(views)["written"] as? [String] == ["views/polars.py"], "\(views.output)")
            #expect(views.document["dry_run"] == nil)
            let arguments = ["catalog", "rebuild", "-qj", "-a", archive.url.path]
            let rebuilt = await InProcess.run(arguments, at: "http://127.0.0.1:9")
            #expect(entry(rebuilt)["manifests"] as? Int == archive.archivedIDs.count, "\(rebuilt.output)")
            #expect(rebuilt.notes.isEmpty && rebuilt.document["command"] as? String == "catalog rebuild")
        }
    }

    @Test func `verify --quiet prints damage and no summary`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let whole = await run(["verify", "-q"])
            #expect(whole.status == .done && whole.notes.isEmpty, "\(whole.notes)")
            let file = try archive.file(in: "results", "msgbatch_")
            try archive.change(file) { $0[$0.count / 2] ^= 0xFF }
            let damaged = await run(["verify", "--quiet"])
            #expect(damaged.status == .integrity && damaged.output.contains("* \(file)"), "\(damaged.output)")
        }
    }
}
