import BatchCommands
import Foundation
import Testing

struct ErrorsTests {
    @Test func `errors are ranked, compared with the window before, and have advice`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["errors", "--since", "2026-08-01", "--until", "2026-12-01", "--format", "json"],
                on: archive
            )
            #expect(run.status == .done, "\(run.notes)")
            let counts = run.rows.compactMap { $0["requests"] as? Int }
            #expect(counts == counts.sorted(by: >) && counts.reduce(0, +) == 25)
            // The four months before have two batches without such errors.
            #expect(run.rows.allSatisfy { $0["requests_before"] as? Int == 0 && $0["fingerprint"] is String })
            let credit = run.rows.first { $0["error_class"] as? String == "fix_account" }
            let command = try #require(credit?["command"] as? String)
            #expect(command.hasPrefix("batchkeep retry --archive \(archive.url.path) --since 2026-08-01T00:00:00Z"))
            let id = try #require(credit?["fingerprint"] as? String)
            let rest = " --until 2026-12-01T00:00:00Z --fingerprint \(id) --join 'requests/{batch_id}.jsonl'"
            #expect(command.hasSuffix(rest))
            #expect(credit?["cost_at_stake_usd"] as? Double != nil)
        }
    }

    @Test func `the trend compares with the window of the same length before`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["errors", "--since", "2026-11-01", "--until", "2026-12-01", "--format", "json"],
                on: archive
            )
            let before = await InProcess.offline(
                ["errors", "--since", "2026-10-02", "--until", "2026-11-01", "--format", "json"],
                on: archive
            )
            #expect(!run.rows.isEmpty && !before.rows.isEmpty)
            for row in run.rows {
                let same = before.rows.first { $0["fingerprint"] as? String == row["fingerprint"] as? String }
                #expect(row["requests_before"] as? Int == same?["requests"] as? Int ?? 0)
            }
        }
    }

    @Test func `the printed command works if the path of the archive has blanks`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let link = FileManager.default.temporaryDirectory.appending(path: "it's \(UUID().uuidString)")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: archive.url)
            defer { try? FileManager.default.removeItem(at: link) }
            let run = await InProcess.offline(["errors", "--format", "json", "--archive", link.path])
            let quoted = "'\(link.path.replacing("'", with: "'\\''"))'"
            #expect(!run.rows.isEmpty)
            for row in run.rows { #expect((row["command"] as? String)?.contains(" --archive \(quoted) ") == true) }
        }
    }

    @Test func `with several workspaces, each command names the archives that have the error`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            try await Scratch.use { scratch in
                let both = try scratch.copy(archive, to: ["one", "two"])
                // Workspace two has no batches of 2026.
                let manifests = scratch.url.appending(path: "workspace=two/manifests")
                for day in try FileManager.default.contentsOfDirectory(atPath: manifests.path)
                where day.hasPrefix("date=2026") {
                    try FileManager.default.removeItem(at: manifests.appending(path: day))
                }
                let rows = await InProcess.offline(["errors", "--format", "json"], on: both).rows
                let starts = ["one", "two"]
                    .map { "batchkeep retry --archive \(scratch.url.path)/workspace=\($0) " }
                #expect(rows.count == 13)
                for row in rows {
                    let command = try #require(row["command"] as? String)
                    let isRecent = try #require(row["first_seen"] as? String) > "2026"
                    #expect(command.hasPrefix(starts[0]) && !command.contains("--archive \(scratch.url.path) "))
                    #expect(command.contains(" && \(starts[1])") == !isRecent, "\(command)")
                }
                let text = await InProcess.offline(["errors", "--format", "table"], on: both).output
                for start in starts { #expect(text.contains("\n  \(start)--include fix_input --join "), "\(text)") }
                // All errors that can succeed without a change are of 2026.
                #expect(text.contains("\n  \(starts[0])--join ") && !text.contains("\n  \(starts[1])--join "))
                let page = await InProcess.offline(["report", "--html", "-"], on: both).output
                let folder = "batchkeep retry --archive \(scratch.url.lastPathComponent)"
                #expect(
                    page.contains(" &amp;&amp; \(folder)/workspace=two ") && page.contains("\(folder)/workspace=one ")
                )
                #expect(!page.contains("\(folder) "))
            }
        }
    }

    @Test func `people see the classes explained and how many rows are hidden`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["errors", "--limit", "2", "--format", "table"], on: archive)
            #expect(run.output.contains("Your credit balance is too low"))
            #expect(run.output.contains("11 errors are not shown; --limit shows more."))
            for name in ["retry: ", "fix_input: ", "fix_account: "] { #expect(run.output.contains("\n\(name)")) }
            let none = await InProcess.offline(["errors", "--since", "2030-01-01", "--format", "table"], on: archive)
            #expect(none.output == "No request failed in 0 archived batches.\n")
        }
    }

    @Test func `errors without a row of their own are reported with the commands that find them`() async throws {
        try await InProcess.withGenerated { _, run, _ in
            try await Scratch.use { scratch in
                let lines = (0..<300)
                    .map { number in
                        """
                        {"custom_id":"e-\(number)","result":{"type":"errored","error":{"type":"error","error":\
                        {"type":"error_\(number)","message":"No."}}}}
                        """
                    }
                let file = try scratch.write(lines.joined(separator: "\n") + "\n", to: "results.jsonl")
                _ = await run(["import", "--unproven", "--batch", "job", "--date", "2026-11-20", file])
                let batch = ["--batch", "job", "--json"]
                let scanned = await run(["summarize", "--by", "error", "--scan"] + batch)
                let ids = scanned.rows.compactMap { $0["fingerprint"] as? String }
                #expect(ids.count == 300 && !scanned.notes.contains("--scan"), "\(scanned.notes)")
                let summed = await run(["summarize", "--by", "error"] + batch)
                #expect(summed.rows.count < 300 && summed.notes.contains("To list all, add --scan."), "\(summed.notes)")

                let errors = await run(["errors", "--limit", "5"] + batch)
                #expect(errors.rows.count == 6 && errors.rows.last?["fingerprint"] as? String == "(other)")
                #expect(errors.notes.contains("\(summed.rows.count - 6) errors are not shown; --limit shows more."))
                #expect(errors.notes.contains(" --batch job --by error --scan`"), "\(errors.notes)")

                let listed = Set(summed.rows.compactMap { $0["fingerprint"] as? String })
                let page = await run(["report", "--html", "-", "--batch", "job"]).output
                let sentence = "Summaries keep a limited number of errors, and (other) has the rest. To list all, run "
                #expect(page.contains(sentence + "<code>batchkeep summarize"))

                let hidden = try #require(ids.first { !listed.contains($0) })
                let one = await run(["errors", "--fingerprint", hidden] + batch)
                #expect(one.rows.isEmpty && !one.notes.contains("no error matches"), "\(one.notes)")
                #expect(one.notes.contains("select") && one.notes.contains(" --batch job --fingerprint \(hidden)`"))
                #expect(await run(["select", "--fingerprint", hidden] + batch).rows.count == 1)
                let short = await run(["errors", "--fingerprint", String(hidden.prefix(11))] + batch)
                #expect(short.status == .usage && short.notes.contains("use all 12 digits"), "\(short.notes)")
            }
        }
    }
}
