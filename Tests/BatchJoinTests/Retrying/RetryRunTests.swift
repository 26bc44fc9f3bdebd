import BatchArchive
import Foundation
import MessageBatches
import Prices
import Testing

@testable import BatchJoin

/// Files of requests to submit again.
struct RetryRunTests {
    private func failed(_ id: String, _ type: String = "expired") -> String {
        "{\"custom_id\":\"\(id)\",\"result\":{\"type\":\"\(type)\"}}"
    }

    @Test func `parts keep to their limits, and a shared id goes to another part`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", (0..<5).map { failed("r\($0)") })
        try await ground.archive("msgbatch_02", [failed("r1"), failed("x")], day: "2024-08-21")
        let source = try ground.put((0..<5).map { requestRow("r\($0)") }.joined(separator: "\n"), as: "r.jsonl")
        let out = ArchiveFolder(ground.sources.path + "/out")
        let settings = RetrySettings(
            selection: FailureSelection(),
            output: out,
            splitter: RequestFileSplitter(maxRequests: 3),
            now: try #require(Timestamp("2026-11-30T09:00:00Z"))
        )
        // As no failure counts are in the sample manifests, the types there are taken as found.
        var manifests = try await ground.manifests()
        for index in manifests.indices { manifests[index].found = ["expired": 1] }
        let report = try await RetryRun(in: ground.folder, settings: settings)
            .run(manifests, with: PreparedJoin(ground.settings([source])))
        #expect(report.reasons == ["expired": 7] && report.notFound == 1)
        #expect(report.parts.map(\.requests) == [3, 3])
        let bodies = try report.parts.map {
            String(decoding: try Data(contentsOf: URL(filePath: $0.path)), as: UTF8.self)
        }
        let row = #"{"custom_id":"r1","params":{"model":"m","text" : "t"}}"#
        #expect(bodies.allSatisfy { $0.hasPrefix("{\"requests\":[{") && $0.hasSuffix("}]}\n") && $0.contains(row) })
        #expect(report.parts.map(\.bytes) == bodies.map(\.utf8.count))
        let lineage = try String(contentsOfFile: out.path("retry-0002.lineage.ndjson"), encoding: .utf8)
        #expect(
            lineage.contains(
                #"{"part":"retry-0002.json","batch_id":"msgbatch_02","custom_id":"r1","reason":"expired"}"#
            )
        )
        let lost = try String(contentsOfFile: out.path("not-found.ndjson"), encoding: .utf8)
        #expect(lost == "{\"batch_id\":\"msgbatch_02\",\"custom_id\":\"x\",\"reason\":\"expired\"}\n")
        #expect(try out.names(in: "").count == 5)
    }

    @Test func `a model is retired after its last day`() throws {
        var report = RetryReport()
        report.models = ["claude-sonnet-4-5": 3, "claude-haiku-5-5": 2, "claude-9": 1]
        let (last, next) = try (#require(CalendarDay("2026-11-30")), #require(CalendarDay("2026-12-01")))
        #expect(report.retiredModels(on: last, by: .builtIn).isEmpty)
        let retired = RetryReport.RetiredModel(name: "claude-sonnet-4-5", lastDay: last, requests: 3)
        #expect(report.retiredModels(on: next, by: .builtIn) == [retired])
    }
}
