import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// `--concurrency`: how many batches the commands that download choose, and what they say about it.
struct ConcurrencyTests {
    /// The number of large batches that this machine downloads at once.
    private static let large = min(max(ProcessInfo.processInfo.activeProcessorCount, 2), 4)
    private static let refusal = FaultEffect.answer(status: 429, headers: [HeaderField("retry-after-ms", "20")])

    /// What a document says about concurrency.
    private struct Facts {
        let mode: String?
        let limit: Int
        let highest: Int
        let slowdowns: Int

        init(_ document: [String: Any]) {
            let facts = document["concurrency"] as? [String: Any] ?? [:]
            mode = facts["mode"] as? String
            limit = facts["limit"] as? Int ?? -1
            highest = facts["highest"] as? Int ?? -1
            slowdowns = facts["slowdowns"] as? Int ?? -1
        }
    }

    /// A batch of the night before whose counts promise this many results.
    private static func batch(_ number: Int, results: Int) throws -> SimulatedBatch {
        let id = "msgbatch_n\(number)"
        let created = Nights.start.adding(seconds: -Nights.day)
        let document = """
            {"id":"\(id)","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,\
            "succeeded":\(results),"errored":0,"canceled":0,"expired":0},"created_at":"\(created.text)",\
            "expires_at":"\(Nights.start.text)","ended_at":"\(created.adding(seconds: 60).text)",\
            "cancel_initiated_at":null,"archived_at":null,"results_url":\(Nights.resultsURL(of: id))}
            """
        return try SimulatedBatch(document: Array(document.utf8))
    }

    // MARK: Sizes

    @Test(arguments: [[], ["--concurrency", "auto"]])
    func `up to 16 small batches are downloaded at once`(options: [String]) async throws {
        try await InProcess.export(.generated(lines: 5, batches: 30), options + ["--verbose"]) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 30)
            let facts = Facts(run.document)
            #expect(facts.mode == "auto" && facts.limit == 16 && facts.slowdowns == 0)
            #expect((1...16).contains(facts.highest))
            #expect(run.notes.contains("Downloading up to 16 batches at once (--concurrency auto).\n"), "\(run.notes)")
        }
    }

    @Test func `few large batches are downloaded at once`() async throws {
        try await InProcess.export(.generated(lines: 1_500, batches: 6)) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            try archive.expectProven(by: server)
            let facts = Facts(run.document)
            // Each of them fills three of 16 blocks.
            #expect(facts.mode == "auto" && facts.limit == 5)
            #expect((1...5).contains(facts.highest))
            #expect(!run.notes.contains("batches at once"), "\(run.notes)")
        }
    }

    @Test(arguments: [
        (100, [], 16), (1_000_000, [], large), (100, ["--max-rpm", "1"], 1), (100, ["--max-rpm", "60"], 4),
        (100, ["--max-rpm", "120"], 8), (1_000_000, ["--max-rpm", "60"], min(large, 4)),
        (1_000_000, ["--concurrency", "20"], 20), (100, ["--concurrency", "1", "--max-rpm", "60"], 1),
    ])
    func `a dry run says how many batches would be downloaded at once`(
        results: Int,
        options: [String],
        limit: Int
    ) async throws {
        try await Nights.run((0..<20).map { try Self.batch($0, results: results) }) { nights in
            let run = await nights.run(["export", "--dry-run", "--json"] + options)
            #expect(run.status == .done, "\(run.notes)")
            let facts = Facts(run.document)
            #expect(facts.limit == limit && facts.highest == 0)
            #expect(facts.mode == (options.contains("--concurrency") ? "fixed" : "auto"))
        }
    }

    @Test func `pending batches count too, and a run without batches has no number`() async throws {
        let pending = try (0..<3).map { try Nights.batch("p\($0)", daysBefore: 1, kind: .inProgress) }
        try await Nights.run(pending) { nights in
            let waiting = await nights.run(["export", "--dry-run", "--json", "--wait-ended", "1h"])
            #expect(Facts(waiting.document).limit == 3)
            let run = await nights.run(["export", "--json"])
            #expect(run.status == .done && run.document["concurrency"] == nil)
        }
    }

    // MARK: 429

    @Test func `after a 429 fewer batches are downloaded at once, and none is lost`() async throws {
        var scenario = try Scenario.generated(lines: 5, batches: 12)
        scenario.faults = scenario.batches.prefix(2).map { Fault(Self.refusal, on: [.results], of: $0.id, .first(1)) }
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 12)
            try archive.expectProven(by: server)
            let facts = Facts(run.document)
            #expect(facts.mode == "auto" && facts.limit == 12 && (1...2).contains(facts.slowdowns))
        }
    }

    @Test func `a 429 for the listing halves the downloads that follow`() async throws {
        var scenario = try Scenario.generated(lines: 5, batches: 12)
        scenario.faults = [Fault(Self.refusal, on: [.list], .first(2))]
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 12)
            let facts = Facts(run.document)
            #expect(facts.slowdowns == 2)
            // A quarter of 16, and one more after each four, five and six downloads.
            #expect((1...6).contains(facts.highest))
        }
    }

    // MARK: Numbers

    @Test func `a number is used as it is, also after a 429`() async throws {
        var scenario = try Scenario.generated(lines: 5, batches: 12)
        scenario.faults = [Fault(Self.refusal, on: [.list], .first(1))]
        let options = ["--concurrency", "3", "--verbose"]
        try await InProcess.export(scenario, options, clock: QuickClock()) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 12)
            let facts = Facts(run.document)
            #expect(facts.mode == "fixed" && facts.limit == 3 && (1...3).contains(facts.highest))
            #expect(!run.notes.contains("batches at once"), "\(run.notes)")
        }
    }

    @Test(arguments: ["0", "auto2", "-1", "AUTO", "", "1.5", "65", "99999999999999999999", "16 "])
    func `other values are errors`(value: String) async throws {
        try await Scratch.use { scratch in
            let archive = scratch.path("archive")
            for command in ["export", "fetch"] {
                let arguments = [command, "--archive", archive, "--concurrency=\(value)"]
                let run = await InProcess.run(arguments, at: "http://127.0.0.1:9")
                #expect(run.status == .usage, "\(run.notes)")
                #expect(run.notes.contains("--concurrency"), "\(run.notes)")
                let error = "error: --concurrency: invalid value '\(value)': must be auto or 1 to 64\n"
                #expect(value.isEmpty || run.notes.contains(error), "\(run.notes)")
                #expect(!FileManager.default.fileExists(atPath: archive))
            }
        }
    }

    // MARK: Other commands

    @Test func `a pipeline file sets it, and an option after the file replaces it`() async throws {
        try await withSimulator(Scenario.generated(lines: 5, batches: 3)) { server in
            try await Scratch.use { scratch in
                let file = try scratch.write("concurrency: auto\nformat: json\n", to: "file.yaml")
                for (options, mode, limit) in [([], "auto", 3), (["--concurrency", "2"], "fixed", 2)] {
                    let run = await InProcess.run(
                        ["run", file, "--archive", scratch.path(mode)] + options,
                        at: server.baseURL
                    )
                    #expect(run.status == .done, "\(run.notes)")
                    let sources = run.document["sources"] as? [[String: Any]]
                    let facts = Facts(sources?.first?["export"] as? [String: Any] ?? [:])
                    #expect(facts.mode == mode && facts.limit == limit)
                }
            }
        }
    }

    @Test func `a log has it as an event`() async throws {
        try await InProcess.export(.generated(lines: 5, batches: 3), ["--log-format", "json"]) { run, _, _ in
            let events = run.notes.split(separator: "\n").compactMap(jsonObject)
            let event = try #require(events.first { $0["message"] as? String == "downloads at once" }, "\(run.notes)")
            #expect(event["limit"] as? Int == 3 && event["mode"] as? String == "auto")
        }
    }

    @Test func `fetch archives many small batches`() async throws {
        let scenario = try Scenario.generated(lines: 5, batches: 20)
        try await withSimulator(scenario) { server in
            try await Scratch.use { scratch in
                let ids = scenario.batches.map { $0.id + "\n" }.joined()
                let path = scratch.path("archive")
                let run = await InProcess.run(["fetch", "--archive", path], at: server.baseURL, input: ids)
                #expect(run.status == .done, "\(run.notes)")
                #expect(Archive(url: scratch.url.appending(path: "archive")).archivedIDs.count == 20)
            }
        }
    }

    @Test func `quarantined batches are downloaded again with an automatic limit`() async throws {
        var scenario = try Scenario.generated(lines: 5, batches: 3)
        scenario.faults = [Fault(.results(.dropLine(3)), on: [.results], .first(2))]
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .integrity && archive.archivedIDs.isEmpty)
            let retry = await archive.command(at: server)(["retry-quarantine", "--json"])
            #expect(retry.status == .done, "\(retry.notes)")
            #expect(archive.archivedIDs.count == 3)
            let facts = Facts(retry.document)
            #expect(facts.mode == "auto" && facts.limit == 3)
        }
    }

    @Test func `a repair downloads several batches again, in spite of a 429, and reports them in order`() async throws {
        var scenario = try Scenario.generated(lines: 5, batches: 20)
        scenario.faults = [Fault(Self.refusal, on: [.results], of: scenario.batches[3].id, .nth(2))]
        try await InProcess.export(scenario) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            for file in archive.files(in: "raw") {
                try FileManager.default.removeItem(at: archive.url.appending(path: "raw/\(file)"))
            }
            let repair = await InProcess.run(
                ["verify", "--repair", "--archive", archive.url.path],
                at: server.baseURL,
                clock: QuickClock()
            )
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            let repaired = repair.notes.split(separator: "\n").filter { $0.hasSuffix(": downloaded again") }
            #expect(repaired.count == 20 && repaired == repaired.sorted())
            try archive.expectProven(by: server)
            #expect(await archive.command(at: server)(["verify", "--full"]).status == .done)
        }
    }

    @Test func `a repair whose key is refused ends with the status of a refused key`() async throws {
        try await InProcess.export(.generated(lines: 5, batches: 20)) { run, archive, _ in
            #expect(run.status == .done)
            for file in archive.files(in: "raw") {
                try FileManager.default.removeItem(at: archive.url.appending(path: "raw/\(file)"))
            }
            var refusing = try Scenario.generated(lines: 5, batches: 20)
            refusing.faults = [Fault(.answer(status: 401), on: [.list, .retrieve, .results])]
            try await withSimulator(refusing) { server in
                let repair = await archive.command(at: server)(["verify", "--repair"])
                #expect(repair.status == .keyRefused, "\(repair.notes)")
            }
        }
    }
}
