import BatchCommands
import Foundation
import Testing

/// What the page shows of an archive, compared with the other commands.
struct ReportContentTests {
    @Test func `an archive without a record of a listing does not claim to be complete`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            #expect(try await page(archive).contains("Not complete: 13 of 17 batches are archived."))
            try FileManager.default.removeItem(at: archive.url.appending(path: "catalog.sqlite"))
            let html = try await page(archive)
            #expect(!html.contains("Complete: all"))
            #expect(html.contains("13 batches are archived. No run has listed the batches"))
            #expect(html.contains("<div class=\"statement normal\">"))
        }
    }

    @Test func `models and prefixes are sorted by cost, and prefixes equal those of summarize`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(archive)
            for (id, by) in [("models", "model"), ("prefixes", "prefix")] {
                let rows = await InProcess.offline(["summarize", "--by", by, "--format", "json"], on: archive).rows
                let costs = rows.map { ($0["cost_usd"] as? NSNumber)?.doubleValue ?? -1 }
                #expect(rows.count > 1 && costs != costs.sorted(by: >))
                let names = zip(rows, costs).sorted { $0.1 > $1.1 }.map { $0.0[by] as? String ?? "" }
                let shown = html.headings(ofTable: id)
                #expect(shown.count == names.count && Set(shown) == Set(names))
                let byName = Dictionary(zip(rows.map { $0[by] as? String ?? "" }, costs)) { $1 }
                #expect(shown.compactMap { byName[$0] } == costs.sorted(by: >), "\(id)")
            }
        }
    }

    @Test func `errors begin with the message and end with a command that runs`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(archive, ["--since", "2024-01-01"])
            let table = html.table("errors")
            let headings = table.split(separator: "<th scope=\"col\"").dropFirst()
            #expect(headings.first?.hasPrefix(" class=\"text long\">Message</th>") == true)
            let rows =
                await InProcess.offline(
                    ["errors", "--since", "2024-01-01", "--format", "json"],
                    on: archive
                )
                .rows
            #expect(table.ranges(of: "<code class=\"command\">batchkeep retry").count == rows.count)
            // The folder's name, but not its path.
            #expect(table.contains(" --archive \(archive.url.lastPathComponent) --since 2024-01-01T00:00:00Z"))
            #expect(!html.contains(archive.url.deletingLastPathComponent().path))
        }
    }

    @Test func `every headline value has its change against the period before`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let window = ["--since", "2026-01-01", "--until", "2026-12-01"]
            let html = try await page(archive, window)
            #expect(html.contains("Changes are against the period before, 2025-02-01 to before 2026-01-01"))
            let compared =
                await InProcess.offline(
                    ["compare", "2025-02-01..2026-01-01", "2026-01-01..2026-12-01", "--format", "json"],
                    on: archive
                )
                .rows
            func change(_ metric: String) -> Double? {
                compared.first { $0["metric"] as? String == metric }?["change"] as? Double
            }
            let requests = try #require(change("requests"))
            let percent = String(format: "%.1f%%", abs(requests) * 100)
            #expect(html.change("Requests")?.hasPrefix("\(requests > 0 ? "▲" : "▼") \(percent) from ") == true)
            #expect(html.change("Error rate")?.contains(" percentage points from ") == true)
            #expect(html.change("Cost")?.contains(" from $") == true)
            // The errors have the counts of the period before too, unless all of them are new.
            #expect(!html.table("errors").contains(">Before</th>"))
            let summer = try await page(archive, ["--since", "2026-06-01", "--until", "2026-10-01"])
            #expect(summer.table("errors").contains(">Before</th>"))
        }
    }

    @Test func `a window without a start and one without a period before have no changes`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let all = try await page(archive)
            #expect(!all.contains("period before") && !all.contains("class=\"change\""))
            let first = try await page(archive, ["--since", "2024-08-01"])
            #expect(first.contains("No batches are archived from the period before, "))
            #expect(!first.contains("class=\"change\""))
        }
    }

    @Test func `queue times by hour equal those of summarize`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(archive)
            let rows = await InProcess.offline(["summarize", "--by", "hour", "--format", "json"], on: archive).rows
            #expect(rows.count > 3)
            for row in rows {
                let hour = try #require(row["hour"] as? String)
                let batches = row["batches"] as? Int ?? 0
                let bar = try #require(html.firstRange(of: "<title>\(hour):00: p50 "), "\(hour)")
                #expect(html[bar.upperBound...].prefix(60).contains("\n\(batches) batch"), "\(hour)")
            }
        }
    }

    @Test func `the title names the archive and its days, and no note shows a backtick`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(archive, ["--until", "2024-11-01"])
            let name = archive.url.lastPathComponent
            #expect(html.contains("<title>\(name), 2024-08-20 to 2024-10-31 – Message Batches</title>"))
            #expect(html.contains("<h1>Message Batches in <bdi>\(name)</bdi></h1>"))
            #expect(!html.contains("&#96;"))
        }
    }

    @Test func `the page explains the row for other models only if there is one`() async throws {
        let sentence = "Summaries keep a limited number of groups, and (other) has the rest."
        try await InProcess.exportSamples { _, archive, _ in
            let html = try await page(archive)
            #expect(!html.contains(sentence))
        }
        try await Scratch.use { scratch in
            let lines = (0..<300)
                .map { number in
                    #"{"custom_id":"m-\#(number)","result":{"type":"succeeded","message":{"id":"m","type":"message","#
                        + #""role":"assistant","model":"model-\#(number)","content":[],"stop_reason":"end_turn","#
                        + #""usage":{"input_tokens":1,"output_tokens":1}}}}"#
                }
            let file = try scratch.write(lines.joined(separator: "\n") + "\n", to: "results.jsonl")
            let archive = Archive(url: scratch.url.appending(path: "archive"))
            let options = ["--unproven", "--batch", "job", "--date", "2026-11-20", "--archive", archive.url.path]
            // Without a key, the API is not asked for the batch object.
            let imported = await InProcess.run(["import", file] + options, at: "http://127.0.0.1:9", key: "")
            #expect(imported.status == .done, "\(imported.notes)")
            let html = try await page(archive)
            #expect(html.headings(ofTable: "models").contains("(other)"))
            #expect(html.contains("\(sentence) To list all, run <code>batchkeep summarize --by model --scan</code>."))
        }
    }

    private func page(_ archive: Archive, _ arguments: [String] = []) async throws -> String {
        let run = await InProcess.run(
            ["report", "--html", "-", "--archive", archive.url.path] + arguments,
            at: "http://127.0.0.1:9"
        )
        #expect(run.status == .done, "\(run.notes)")
        return run.output
    }
}

extension String {
    /// A table of the page.
    fileprivate func table(_ id: String) -> Substring {
        guard let start = firstRange(of: "<table id=\"\(id)\"") else { return "" }
        let rest = self[start.upperBound...]
        return rest.firstRange(of: "</table>").map { rest[..<$0.lowerBound] } ?? rest
    }

    /// The texts of the first cells of a table.
    fileprivate func headings(ofTable id: String) -> [String] {
        let body = table(id).split(separator: "<tbody>").last?.split(separator: "</tbody>").first ?? ""
        return body.split(separator: "<th scope=\"row\"").dropFirst()
            .compactMap { $0.split(separator: ">", maxSplits: 1).last?.split(separator: "<").first.map(String.init) }
    }

    /// The change below a value of the headline.
    fileprivate func change(_ label: String) -> String? {
        guard let start = firstRange(of: "<dt>\(label)</dt>") else { return nil }
        let tile = self[start.upperBound...].split(separator: "</div>").first ?? ""
        guard let change = tile.firstRange(of: "<span class=\"change\">") else { return nil }
        return String(tile[change.upperBound...].prefix { $0 != "<" })
    }
}
