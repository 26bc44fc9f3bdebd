import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// The costs an export prints, and the roll-ups and the page it writes.
struct RunStatisticsTests {
    @Test func `the end of an export shows the cost and the unpriced requests`() async throws {
        try await InProcess.exportSamples { run, archive, _ in
            #expect(run.status == .done)
            let all = await InProcess.offline(["summarize", "--format", "json"], on: archive)
            for key in ["cost_usd", "list_price_usd", "saved_by_batch_usd", "saved_by_cache_usd"] {
                let digits = try #require(run.digits(of: key), "\(key)")
                #expect(all.digits(of: key) == digits && run.output.contains("\"\(key)\":\(digits)"), "\(key)")
            }
            #expect(run.output.contains("\"cost_usd\":10.24710167,"), "\(run.output)")
            #expect(run.document["unpriced_by_model"] as? [String: Int] == ["claude-orchid-preview": 6])
            for key in ["unpriced_requests", "assumed_price_requests", "not_billed_requests"] {
                let count = try #require(all.row[key] as? Int)
                #expect(count > 0 && run.document[key] as? Int == count, "\(key)")
            }
            let usage = try #require(run.document["usage"] as? [String: Int])
            #expect(usage["cache_creation_1h_tokens"] == 346_752)
            for (key, count) in usage { #expect(all.row[key] as? Int == count, "\(key)") }
            #expect(run.notes.contains("in batches"))
            #expect(run.notes.contains("6 requests have no price: claude-orchid-preview (6)."))
        }
    }

    @Test(arguments: ["null", "{}", "1000.0"])
    func `requests without a readable usage never ask for a rebuild`(usage: String) async throws {
        let line =
            #"{"custom_id":"a","result":{"type":"succeeded","message":{"id":"m","type":"message","#
            + #""role":"assistant","model":"claude-haiku-4-5","content":[],"stop_reason":"end_turn","usage":"#
            + "\(usage)}}}\n"
        var batch = try Nights.batch("one", daysBefore: 2)
        batch.results = .bytes(Array(line.utf8))
        let counts = #"{"processing":0,"succeeded":1,"errored":0,"canceled":0,"expired":0}"#
        batch.edit(JSONEdit("request_counts", counts))
        try await Nights.run([batch]) { nights in
            let export = await nights.run(["export"])
            #expect(export.status == .done && nights.archive.archivedIDs == [batch.id], "\(export.notes)")
            #expect(export.notes.contains("no price") && !export.notes.contains("Today's prices"), "\(export.notes)")
            let rebuilt = await nights.run(["rebuild"])
            #expect(rebuilt.status == .done && rebuilt.notes.contains("Nothing to rebuild"), "\(rebuilt.notes)")
        }
    }

    @Test func `the roll-ups of the run and its days equal those of summarize`() async throws {
        try await InProcess.exportSamples { _, archive, server in
            let days = archive.files(in: "summaries/days")
            #expect(days.count == 26 && days.contains("2024-08-20.csv") && days.contains("2024-08-20.json"))
            for format in ["csv", "json"] {
                let day = await InProcess.offline(
                    ["summarize", "--by", "day", "--since", "2024-08-20", "--until", "2024-08-21", "--format", format],
                    on: archive
                )
                let file = archive.url.appending(path: "summaries/days/2024-08-20.\(format)")
                let stored = try String(contentsOf: file, encoding: .utf8)
                #expect(stored == day.output)
            }
            let runs = archive.files(in: "summaries/runs")
            #expect(runs.count == 2)
            let file = archive.url.appending(path: "summaries/runs/\(try #require(runs.first))")
            #expect(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count == 14)
            // A run that archives nothing writes nothing.
            let arguments = ["export", "--since", "2024-08-01", "--archive", archive.url.path]
            let second = await InProcess.run(arguments, at: server.baseURL)
            #expect(second.status == .done, "\(second.notes)")
            #expect(archive.files(in: "summaries/runs") == runs)
            #expect(archive.files(in: "_partial").isEmpty)
        }
    }

    @Test func `the roll-up of a day is updated when the day gets another batch`() async throws {
        let scenario = try Scenario.generated(lines: 20, batches: 2)
        let ids = scenario.batches.map(\.id)
        try await InProcess.export(scenario, ["--batch", ids[0]]) { _, archive, server in
            let first = try requests(in: archive)
            #expect(first == 20)
            _ = await InProcess.run(["export", "--archive", archive.url.path], at: server.baseURL)
            let second = try requests(in: archive)
            #expect(second == 40)
        }
    }

    @Test func `outdated batches are counted once, on days of the run and on others`() async throws {
        // Twenty minutes apart, so that they are on two days at any time of the day.
        let scenario = try Scenario.generated(lines: 1, batches: 100)
        let days = Dictionary(grouping: scenario.batches) { $0.createdAt.day }.values.filter { $0.count > 1 }
        let (first, other) = (try #require(days.first), try #require(days.dropFirst().first))
        let outdated = [first[0].id, other[0].id]
        try await InProcess.export(scenario, outdated.flatMap { ["--batch", $0] }) { _, archive, server in
            for path in archive.files(in: "manifests") {
                let url = archive.url.appending(path: "manifests/\(path)")
                let text = try String(contentsOf: url, encoding: .utf8)
                try Data(text.replacing(/"flat_schema":\d+/, with: "\"flat_schema\":1").utf8).write(to: url)
            }
            let arguments = ["export", "--batch", first[1].id, "--archive", archive.url.path]
            let run = await InProcess.run(arguments, at: server.baseURL)
            let note = "2 batches were archived by an older version: run `batchkeep rebuild`."
            #expect(run.status == .done && run.notes.contains(note), "\(run.notes)")
        }
    }

    /// The sum of the requests of all days.
    private func requests(in archive: Archive) throws -> Int {
        let names = archive.files(in: "summaries/days").filter { $0.hasSuffix(".csv") }
        return try names.reduce(0) { sum, name in
            let file = archive.url.appending(path: "summaries/days/\(name)")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            return sum + (Int(lines[1].split(separator: ",")[2]) ?? 0)
        }
    }

    @Test func `the page is written to the given file, by default into the archive`() async throws {
        try await InProcess.exportSamples(["--report"]) { run, archive, server in
            let page = archive.url.appending(path: "report.html")
            #expect(run.document["report"] as? String == page.path)
            let html = try String(contentsOf: page, encoding: .utf8)
            // Two batches have not ended and two were removed before: the archive alone does not contain them, the page
            // does.
            #expect(html.contains("Not complete: 13 of 17 batches are archived."))
            #expect(html.contains("2 removed by the API before this archive first saw them"))
            let other = archive.url.appending(path: "other.html")
            let again = await InProcess.run(
                ["export", "--report", other.path, "--since", "2026-11-01", "--archive", archive.url.path],
                at: server.baseURL
            )
            #expect(again.notes.contains("Report page: \(other.path)"))
            #expect(try String(contentsOf: other, encoding: .utf8).contains("msgbatch_"))
        }
    }

    @Test func `a page that cannot be written is an error, and the batches are still archived`() async throws {
        let scenario = try Scenario.generated(lines: 20, batches: 1)
        try await InProcess.export(scenario, ["--report", "/nowhere/page.html"]) { run, archive, _ in
            #expect(run.status == .error)
            #expect(run.notes.contains("cannot write '/nowhere/page.html'"))
            #expect(archive.archivedIDs.count == 1)
        }
    }

    @Test func `an invalid price file is rejected before the first request`() async throws {
        let scenario = try Scenario.generated(lines: 20, batches: 1)
        try await InProcess.export(scenario, ["--prices", "/nowhere.csv"]) { run, archive, server in
            #expect(run.status == .usage)
            #expect(server.service.requests.isEmpty && archive.archivedIDs.isEmpty)
        }
    }
}

extension InProcess {
    /// The digits of the first amount with this key in standard output.
    fileprivate func digits(of key: String) -> String? {
        guard let start = output.firstRange(of: "\"\(key)\":")?.upperBound else { return nil }
        let digits = output[start...].drop { $0 == "\"" }.prefix { $0.isNumber || $0 == "." || $0 == "-" }
        return digits.isEmpty ? nil : String(digits)
    }
}
