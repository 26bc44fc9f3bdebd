import BatchCommands
import BatchSimulator
import Foundation
import Testing

/// Options of the offline commands that no other test covers.
struct OfflineOptionTests {
    @Test func `select and show use the prices of --prices`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let prices = archive.url.appending(path: "own.csv").path
            let row = await run(["show", "q001", "--json"]).document["row"] as? [String: Any]
            let model = try #require(row?["model"] as? String)
            let tokens = try #require(row?["output_tokens"] as? Int)
            // Input is free, output costs a dollar per thousand tokens. The tier is "standard" and the API is not
            // Anthropic's own, so nothing is taken off for a batch.
            try Data("model_id,input,output\n\(model),0,1000\n".utf8).write(to: URL(filePath: prices))
            let own = ["--prices", prices]
            let expected = Decimal(tokens) / 1_000
            let show = await run(["show", "q001", "--json"] + own).document["row"] as? [String: Any]
            #expect((show?["cost_usd"] as? NSNumber)?.decimalValue == expected, "\(String(describing: show))")
            let columns = ["select", "--where", "custom_id=q001", "--columns", "cost_usd", "--format", "csv"]
            let select = await run(columns + own)
            #expect(select.lines.last.flatMap { Decimal(string: $0) } == expected, "\(select.output)\(select.notes)")
        }
    }

    @Test func `compact respects --target-size, --before and --dry-run`() async throws {
        try await InProcess.export(.generated(lines: 40, batches: 3, clock: .noon)) { _, archive, _ in
            let compact: ([String]) async -> InProcess = { await InProcess.offline(["compact"] + $0, on: archive) }
            let files = archive.files(in: "results")
            #expect(files.count == 3)
            for bound in [["--before", "2100-01-01", "--target-size", "1B"], ["--before", "2024-01-01"]] {
                let none = await compact(bound)
                #expect(none.status == .done && none.notes.contains("Nothing to do"), "\(bound) \(none.notes)")
            }
            let dry = await compact(["--before", "2100-01-01", "--dry-run"])
            #expect(dry.notes.contains("would become one") && archive.files(in: "results") == files, "\(dry.notes)")
            let all = await compact(["--before", "2100-01-01"])
            #expect(all.notes.contains("became one") && archive.files(in: "results").count == 1, "\(all.notes)")
            #expect(await compact(["--target-size", "many"]).status == .usage)
        }
    }

    @Test func `joined files are pruned by their own age`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let id = try Samples.id(of: "2025-06-sql-generation")
            let requests = Samples.path("requests/2025-06-sql-generation.jsonl")
            #expect(await run(["join", "--join", requests, "--batch", id]).status == .done)
            #expect(archive.files(in: "joined").count == 1)
            let raw = archive.files(in: "raw")
            let young = await run(["prune", "--joined-older-than", "2025-01-01", "--apply"])
            #expect(young.status == .done && archive.files(in: "joined").count == 1, "\(young.notes)")
            let old = await run(["prune", "--joined-older-than", "2026-01-01", "--apply"])
            #expect(old.status == .done && archive.files(in: "joined").isEmpty, "\(old.notes)")
            #expect(archive.files(in: "raw") == raw)
            #expect(await run(["verify"]).status == .done)
        }
    }

    @Test func `a window and an ID select the batches of select, show and verify`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let id = try Samples.id(of: "2025-06-sql-generation")
            let window = ["--since", "2025-06-01", "--until", "2025-07-01"]
            let count = ["select", "--columns", "batch_id", "--format", "csv"]
            for choice in [window, ["--batch", id]] {
                let select = await run(count + choice)
                #expect(select.lines.count == 72 && Set(select.lines.dropFirst()) == [id], "\(choice) \(select.notes)")
                let verify = await run(["verify", "--format", "json"] + choice)
                let files = verify.document["files"] as? [[String: Any]] ?? []
                #expect(
                    !files.isEmpty && files.allSatisfy { ($0["path"] as? String)?.contains(id) == true },
                    "\(files)"
                )
                #expect(await run(["show", "q001", "--raw"] + choice).lines.count == 1)
            }
            for choice in [["--until", "2025-06-01"], ["--since", "2025-07-01"], ["--batch", "msgbatch_other"]] {
                #expect(await run(["show", "q001"] + choice).status == .error, "\(choice)")
            }
        }
    }
}
