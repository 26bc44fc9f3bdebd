import BatchCommands
import Foundation
import Prices
import Testing

/// The numbers of the page are those of the other commands.
struct ReportTests {
    @Test func `the numbers of the headline equal those of summarize`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(of: archive)
            let all = await InProcess.offline(["summarize", "--format", "json"], on: archive).row
            let tokens = ["input", "cache_creation_5m", "cache_creation_1h", "cache_read", "output"]
                .reduce(0) { $0 + (all["\($1)_tokens"] as? Int ?? 0) }
            let expected: [(String, Any?)] = [
                ("Requests", all["requests"]), ("Cost", all["cost_usd"]), ("Saved by cache", all["saved_by_cache_usd"]),
                ("Usable", all["usable_rate"]), ("Error rate", all["error_rate"]), ("Tokens", tokens),
                ("Cache hit ratio", all["cache_hit_ratio"]), ("Queue time, p50", all["queue_seconds_p50"]),
            ]
            for (label, value) in expected {
                let shown = try #require(html.headline(label), "\(label)")
                #expect(shown == value.map { "\($0)" }, "\(label)")
            }
        }
    }

    @Test func `the page names the time zone of its days`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["report", "--html", "-", "--since", "2024-01-01", "--timezone", "Asia/Tokyo"],
                on: archive
            )
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.output.contains("2024-01-01 (Asia/Tokyo)"))
            #expect(run.output.contains("Days, weeks and months are in the time zone Asia/Tokyo"))
            #expect(run.output.contains(", Asia/Tokyo") && !run.output.contains(", UTC"))
        }
    }

    @Test func `the tables have the rows of the other commands`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(of: archive)
            for (id, by, columns) in [
                ("models", "model", ["requests", "cost_usd", "input_tokens", "output_tokens"]),
                ("batches", "batch", ["requests", "errored", "cost_usd", "input_tokens"]),
            ] {
                let rows = await InProcess.offline(["summarize", "--by", by, "--format", "json"], on: archive).rows
                #expect(html.rowCount(ofTable: id) == rows.count)
                for row in rows {
                    let name = row[by == "batch" ? "batch_id" : by] as? String ?? ""
                    let shown = try #require(html.row(name, ofTable: id), "\(name)")
                    for column in columns {
                        guard let value = row[column], !(value is NSNull) else { continue }
                        #expect(shown.contains("data-key=\"\(value)\""), "\(name): \(column)")
                    }
                }
            }
            let errors = await InProcess.offline(["errors", "--format", "json"], on: archive).rows
            #expect(html.rowCount(ofTable: "errors") == errors.count)
            for row in errors { #expect(html.contains(">\(row["fingerprint"] as? String ?? "-")</td>")) }
        }
    }

    @Test func `an empty archive has a page, and standard output can be the file`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["report", "--html", "-", "--since", "2030-01-01"], on: archive)
            #expect(run.status == .done)
            #expect(run.output.hasPrefix("<!DOCTYPE html>") && run.output.contains("No batches in this window."))
            for (path, reason) in [
                ("/nowhere/page.html", "folder not found"),
                (archive.url.path, "it is a folder; name a file in it"),
            ] {
                let failed = await InProcess.offline(["report", "--html", path], on: archive)
                #expect(failed.status == .error)
                #expect(failed.notes == "error: cannot write '\(path)': \(reason)\n")
            }
            let empty = await InProcess.offline(["report", "--html", ""], on: archive)
            #expect(empty.status == .usage && empty.notes.contains("--html: invalid value ''"), "\(empty.notes)")
        }
    }

    @Test func `the page of an export and the page of its archive have the same status`() async throws {
        let batches = [
            try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 2),
            try Nights.batch("slow", daysBefore: 0.5, kind: .inProgress),
            try Nights.batch("bad", daysBefore: 1, kind: .tooLong),
            try Nights.batch("gone", daysBefore: 4, kind: .withoutResults),
            try Nights.batch("odd", daysBefore: 2, kind: .contradicting),
        ]
        try await Nights.run(batches) { nights in
            let files = ["export.html", "archive.html"].map { "\(nights.path)/\($0)" }
            // In the second night, failed batches are scheduled for a later retry.
            for (night, since) in [[], ["--since", "2026-10-30"]].enumerated() {
                _ = await nights.run(["export", "--max-line-bytes", "1024", "--report", files[0]] + since)
                #expect(await nights.run(["report", "--html", files[1]] + since).status == .done)
                let pages = try files.map { try String(contentsOfFile: $0, encoding: .utf8).status }
                #expect(pages[0] == pages[1])
                let verdict = "Not complete: \(night == 0 ? "2 of 6" : "1 of 4") batches are archived."
                #expect(pages[0].contains(verdict), "\(pages[0])")
                #expect(pages[0].contains("1 quarantined") && pages[0].contains("1 pending: the API has not"))
                #expect(pages[0].contains("1 unavailable") == (night == 0))
                #expect(pages[0].contains("The batches were last listed on"))
            }
        }
    }

    @Test func `a batch that another command archived since the last export counts once`() async throws {
        let batches = [
            try Nights.batch("a", daysBefore: 3), try Nights.batch("bad", daysBefore: 1, kind: .tooLong),
        ]
        try await Nights.run(batches) { nights in
            _ = await nights.export()
            #expect(await nights.run(["report", "--html", "-"]).output.status.contains("1 of 2 batches"))
            #expect(await nights.run(["fetch"], input: "msgbatch_bad\n").status == .done)
            let page = await nights.run(["report", "--html", "-"]).output.status
            #expect(page.contains("Complete: all 2 batches are archived."), "\(page)")
            let manifest = try #require(nights.archive.files(in: "manifests").first { $0.contains("msgbatch_a") })
            try FileManager.default.removeItem(at: nights.archive.url.appending(path: "manifests/\(manifest)"))
            #expect(await nights.run(["report", "--html", "-"]).output.status.contains("1 of 2 batches"))
        }
    }

    @Test func `a time that was never listed is named, and the page does not claim to be complete`() async throws {
        let batches = [try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 2)]
        try await Nights.run(batches) { nights in
            func status(_ arguments: String...) async -> String {
                await nights.run(["report", "--html", "-"] + arguments).output.status
            }
            let own = "\(nights.path)/own.html"
            _ = await nights.run(["export", "--since", "2026-10-20", "--report", own])
            let complete = "Complete: all 2 batches are archived."
            let written = try String(contentsOfFile: own, encoding: .utf8).status
            #expect(written.contains(complete), "\(written)")
            let gap = "created before 2026-10-20 00:00:00Z were never listed, so this archive cannot know whether any"
            for _ in 0..<2 {
                let year = await status("--since", "2026-01-01")
                #expect(year.contains("All 2 batches that this archive knows are archived."), "\(year)")
                #expect(year.contains(gap) && !year.contains("Complete"), "\(year)")
                let before = await status("--until", "2026-10-01")
                #expect(before.contains("No batches of this window are archived.") && before.contains(gap), "\(before)")
                #expect(await status("--since", "2026-10-25").contains(complete))
                #expect(await status().contains(complete))
                // A rebuilt catalog has no windows, but the runs.
                #expect(await nights.run(["catalog", "rebuild"]).status == .done)
            }
            nights.pass(days: 1)
            _ = await nights.run(["export"])
            // Nothing is new since then, and the runs have listed it.
            #expect(await status("--since", "2026-11-01").contains("No batches were created in this window."))
            #expect(await status("--since", "2026-12-01").contains("created since 2026-12-01 00:00:00Z were never"))
        }
    }

    @Test func `of many periods that were never listed, five are named`() async throws {
        try await Nights.run([Nights.batch("a", daysBefore: 30)]) { nights in
            for day in [1, 3, 5, 7, 9, 11, 13, 15].map({ $0 < 10 ? "0\($0)" : "\($0)" }) {
                _ = await nights.run(["export", "--during", "2026-10-\(day)"])
            }
            let page = await nights.run(["report", "--html", "-", "--since", "2026-10-01"]).output.status
            #expect(page.components(separatedBy: "created between").count == 6, "\(page)")
            #expect(page.contains("2 more periods were never listed."), "\(page)")
        }
    }

    @Test func `exports of one period after the other leave no gap, and a period without an export is one`()
        async throws
    {
        let batches = [try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 13)]
        try await Nights.run(batches) { nights in
            for period in ["2026-10-15..2026-10-22", "2026-10-22..2026-11-01"] {
                _ = await nights.run(["export", "--during", period])
            }
            let page = await nights.run(["report", "--html", "-", "--since", "2026-10-15"]).output.status
            #expect(page.contains("Complete: all 2 batches are archived."), "\(page)")
        }
        try await Nights.run(batches) { nights in
            for period in ["2026-10-15..2026-10-22", "2026-10-25..2026-11-01"] {
                _ = await nights.run(["export", "--during", period])
            }
            let page = await nights.run(["report", "--html", "-", "--since", "2026-10-15"]).output.status
            #expect(
                page.contains("created between 2026-10-22 00:00:00Z and 2026-10-25 00:00:00Z were never"),
                "\(page)"
            )
            #expect(page.contains("All 2 batches that this archive knows are archived."), "\(page)")
        }
    }

    @Test func `an export of named batches is not a listing, and their own page needs none`() async throws {
        let batches = [try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 2)]
        try await Nights.run(batches) { nights in
            let own = "\(nights.path)/own.html"
            let a = ["--batch", "msgbatch_a"]
            _ = await nights.run(["export", "--report", own] + a)
            let one = "Complete: the one batch is archived."
            let written = try String(contentsOfFile: own, encoding: .utf8).status
            #expect(written.contains(one), "\(written)")
            #expect(await nights.run(["report", "--html", "-"] + a).output.status.contains(one))
            let all = await nights.run(["report", "--html", "-"]).output.status
            #expect(all.contains("1 batch is archived. No run has listed the batches") && !all.contains("last listed"))
            let both = await nights.run(["report", "--html", "-", "--batch", "msgbatch_b"] + a).output.status
            #expect(both.contains("Not complete: 1 of 2 batches are archived."), "\(both)")
            #expect(both.contains("1 selected by ID, but not found"), "\(both)")
        }
    }

    @Test func `the page of one shard does not claim that the other shards are archived`() async throws {
        try await Nights.run((0..<8).map { try Nights.batch("b\($0)", daysBefore: 3) }) { nights in
            let own = "\(nights.path)/own.html"
            _ = await nights.run(["export", "--shard", "1/2", "--report", own])
            for page in [
                try String(contentsOfFile: own, encoding: .utf8), await nights.run(["report", "--html", "-"]).output,
            ] {
                #expect(page.status.contains("that this archive knows are archived."), "\(page.status)")
                #expect(page.status.contains("The last listing had one shard of the batches, so"), "\(page.status)")
                #expect(page.status.contains("The batches were last listed on"))
            }
            _ = await nights.run(["export", "--since", "30d"])
            #expect(await nights.run(["report", "--html", "-"]).output.status.contains("Complete: all 8 batches"))
        }
    }

    @Test func `of several workspaces, the oldest listing counts, and gaps name the workspace`() async throws {
        try await Nights.run([try Nights.batch("a", daysBefore: 1)]) { nights in
            for (name, options) in [("a", []), ("b", ["--since", "2026-10-30"]), ("c", ["--batch", "msgbatch_a"])] {
                let folder = "\(nights.path)/workspace=\(name)"
                _ = await nights.run(["export", "--archive", folder] + options, inArchive: false)
                nights.pass(days: 1)
            }
            let page = await nights.run(["report", "--html", "-", "--since", "2026-10-10"]).output.status
            #expect(page.contains("The batches were last listed on 2026-11-01 02:00:00Z."), "\(page)")
            #expect(page.contains("All 3 batches that this archive knows are archived."), "\(page)")
            #expect(page.contains("Batches of workspace b created before 2026-10-30 00:00:00Z were never"), "\(page)")
            #expect(page.contains("The batches of workspace c were never listed, so"), "\(page)")
            #expect(!page.contains("workspace a"))
        }
    }

    private func page(of archive: Archive) async throws -> String {
        let file = archive.url.appending(path: "page.html")
        let run = await InProcess.offline(["report", "--html", file.path], on: archive)
        #expect(run.status == .done && run.output.isEmpty)
        #expect(run.notes == "Wrote \(file.path) about 13 archived batches.\n")
        // The middle of an ID has an element of its own.
        return try String(contentsOf: file, encoding: .utf8)
            .replacing(/<span class="cut">([^<]*)<\/span>/) { $0.output.1 }
    }
}

extension String {
    /// The status of the page: its sentence, and the batches that are missing.
    fileprivate var status: String {
        guard let start = firstRange(of: "<span class=\"badge\"") else { return "" }
        let rest = self[start.upperBound...]
        return String(rest[..<(rest.firstRange(of: "</div>")?.lowerBound ?? rest.endIndex)])
    }

    /// The exact value of a number of the headline.
    fileprivate func headline(_ label: String) -> String? {
        guard let start = firstRange(of: "<dt>\(label)</dt>") else { return nil }
        let rest = self[start.upperBound...]
        guard let value = rest.firstRange(of: "data-value=\"") else { return nil }
        return String(rest[value.upperBound...].prefix { $0 != "\"" })
    }

    private func table(_ id: String) -> Substring {
        guard let start = firstRange(of: "<table id=\"\(id)\"") else { return "" }
        let rest = self[start.upperBound...]
        return rest.firstRange(of: "</tbody>").map { rest[..<$0.lowerBound] } ?? rest
    }

    fileprivate func rowCount(ofTable id: String) -> Int {
        table(id).ranges(of: "<th scope=\"row\"").count
    }

    /// The row of a table that starts with a name.
    fileprivate func row(_ name: String, ofTable id: String) -> Substring? {
        let table = table(id)
        guard let start = table.firstRange(of: ">\(name)</th>") else { return nil }
        let rest = table[start.upperBound...]
        return rest.firstRange(of: "</tr>").map { rest[..<$0.lowerBound] } ?? rest
    }
}
