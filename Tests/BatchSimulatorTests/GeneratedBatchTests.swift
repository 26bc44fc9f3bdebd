import Foundation
import JSONLines
import MessageBatches
import SimulatorTestSupport
import Testing

@testable import BatchSimulator

struct GeneratedBatchTests {
    private func batch(lines: Int, index: Int = 0, of count: Int = 1, seed: UInt64 = 1) -> GeneratedBatch {
        GeneratedBatch(seed: seed, index: index, of: count, lines: lines, start: noon)
    }

    private func lines(of batch: GeneratedBatch) -> [[UInt8]] {
        (0..<batch.lines)
            .map { line in
                var output: [UInt8] = []
                batch.appendLine(line, to: &output)
                return output
            }
    }

    @Test func `any line can be made again alone`() {
        let batch = batch(lines: 300)
        #expect(lines(of: batch).reversed().flatMap { $0 }.count == batch.allLines().count)
        #expect(Array(lines(of: batch).joined()) == batch.allLines())
        var pieces: [UInt8] = []
        var next = 0
        while next < batch.lines {
            var piece: [UInt8] = []
            next = batch.appendLines(from: next, bytes: 10_000, to: &piece)
            #expect(piece.count >= 10_000 || next == batch.lines)
            pieces += piece
        }
        #expect(pieces == batch.allLines())
    }

    @Test func `seed and place decide what a batch holds`() {
        #expect(batch(lines: 20).allLines() == batch(lines: 20).allLines())
        #expect(batch(lines: 20).allLines() != batch(lines: 20, seed: 2).allLines())
        #expect(batch(lines: 20).allLines() != batch(lines: 20, index: 3, of: 4).allLines())
        #expect(batch(lines: 20).id != batch(lines: 20, index: 1, of: 2).id)
    }

    @Test(arguments: 0..<3)
    func `every line is a result of the documented shape`(index: Int) throws {
        let batch = batch(lines: 2_000, index: index, of: 3)
        var ids: Set<String> = []
        var seen: [String: Int] = [:]
        for line in lines(of: batch) {
            #expect(line.last == 0x0A)
            #expect(line.filter { $0 == 0x0A }.count == 1)
            _ = try JSONMembers(Array(line.dropLast()))
            let object = try jsonObject(line)
            let id = try #require(object["custom_id"] as? String)
            #expect(id.utf8.count <= 64 && MessageBatch.isSafeID(id))
            ids.insert(id)
            let result = try #require(object["result"] as? [String: Any])
            let type = try #require(result["type"] as? String)
            seen[type, default: 0] += 1
            switch type {
            case "succeeded": try checkMessage(#require(result["message"] as? [String: Any]))
            case "errored": try checkError(#require(result["error"] as? [String: Any]))
            default: #expect(result.count == 1)
            }
        }
        #expect(ids.count == batch.lines)
        #expect(seen == batch.counts.byType)
    }

    private func checkMessage(_ message: [String: Any]) throws {
        let content = try #require(message["content"] as? [[String: Any]])
        let stop = try #require(message["stop_reason"] as? String)
        #expect(content.isEmpty == (stop == "refusal"))
        #expect(content.contains { $0["type"] as? String == "tool_use" } == (stop == "tool_use"))
        let model = try #require(message["model"] as? String)
        #expect(KnownModels.names.contains(model))
        let usage = try #require(message["usage"] as? [String: Any])
        #expect(usage["service_tier"] as? String == "batch")
        let writes = try #require(usage["cache_creation_input_tokens"] as? Int)
        if let split = usage["cache_creation"] as? [String: Int] {
            #expect(split.values.reduce(0, +) == writes)
        }
        let output = try #require(usage["output_tokens"] as? Int)
        let thinking = (usage["output_tokens_details"] as? [String: Int])?["thinking_tokens"] ?? 0
        #expect(thinking <= output)
    }

    private func checkError(_ error: [String: Any]) throws {
        #expect(error["type"] as? String == "error")
        let inner = try #require(error["error"] as? [String: Any])
        #expect(
            ["invalid_request_error", "api_error", "overloaded_error", "timeout_error"]
                .contains(inner["type"] as? String)
        )
        #expect((inner["message"] as? String)?.isEmpty == false)
        #expect(error.keys.contains("request_id"))
    }

    @Test func `real life is all there: shapes, languages, geos, tools`() {
        let text = String(decoding: batch(lines: 3_000).allLines(), as: UTF8.self)
        for part in [
            "\"thinking\":", "\"tool_use\"", "\"refusal\"", "\"max_tokens\"", "web_search_tool_result", "\"us\"",
            "\"global\"",
            "not_available", "workerreq_", "\"request_id\":null", "error_visibility", "客服", "👩‍👩‍👧‍👦", "\\\"", "\\n", "\\\\",
            "𝜃",
            #""cache_read_input_tokens":0,"output_tokens":"#, #""cache_creation":{"ephemeral_5m"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test(arguments: [1, 2, 3, 7, 20, 999, 1_000, 1_001, 12_345])
    func `the counts follow from the number of lines`(count: Int) {
        let types = (0..<count).map { ResultMix.type(ofLine: $0).name }
        #expect(ResultMix.counts(ofLines: count).byType == Dictionary(grouping: types) { $0 }.mapValues(\.count))
        #expect(ResultMix.counts(ofLines: count).total == count)
    }

    @Test(arguments: [7_919, 104_729, 15_485_863])
    func `custom_ids stay unique where a step divides the number of lines`(lines: Int) {
        let batch = batch(lines: lines, index: 2, of: 3)
        var ids: Set<[UInt8]> = []
        for line in stride(from: 0, to: lines, by: max(1, lines / 5_000)) {
            var output: [UInt8] = []
            batch.appendLine(line, to: &output)
            ids.insert(Array(output.prefix { $0 != UInt8(ascii: ",") }))
        }
        #expect(ids.count == (lines + max(1, lines / 5_000) - 1) / max(1, lines / 5_000))
    }

    @Test func `sizes have the median and the tail of real results`() {
        let sizes = lines(of: batch(lines: 20_000)).map(\.count).sorted()
        #expect((1_300...1_700).contains(sizes[sizes.count / 2]))
        #expect((1_900...2_500).contains(sizes.reduce(0, +) / sizes.count))
        #expect((30_000...110_000).contains(sizes.last ?? 0))
    }

    @Test func `the batch object is consistent in itself`() throws {
        let batch = batch(lines: 1_000)
        let object = try jsonObject(batch.document())
        let keys = [
            "archived_at", "cancel_initiated_at", "created_at", "ended_at", "expires_at", "id", "processing_status",
            "request_counts", "results_url", "type",
        ]
        #expect(object.keys.sorted() == keys)
        let counts = try #require(object["request_counts"] as? [String: Int])
        #expect(counts == ["processing": 0, "succeeded": 955, "errored": 30, "canceled": 7, "expired": 8])
        func moment(_ key: String) throws -> Timestamp { try #require(Timestamp(object[key] as? String ?? "")) }
        #expect(try moment("created_at") == batch.createdAt)
        #expect(try moment("cancel_initiated_at") < moment("ended_at"))
        #expect(try moment("ended_at") == moment("expires_at"))
        #expect(try moment("ended_at") < noon)
        let small = try jsonObject(self.batch(lines: 1).document())
        #expect(small["cancel_initiated_at"] is NSNull)
    }

    @Test func `many batches are recent, in order and different`() throws {
        let scenario = try Scenario.generated(lines: 2, batches: 30_000, clock: .manual(ManualClock(at: noon)))
        #expect(Set(scenario.batches.map(\.id)).count == 30_000)
        let times = scenario.batches.map(\.createdAt)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 > $1 })
        #expect(times.allSatisfy { $0 > noon.adding(seconds: -28 * 86_400) && $0 < noon.adding(seconds: -86_400) })
        let service = try SimulatedService(scenario)
        #expect(try service.ids("?limit=1000") == scenario.batches.prefix(1_000).map(\.id))
        let last = try #require(scenario.batches.last)
        #expect(try service.ids("?limit=3&before_id=\(last.id)") == scenario.batches.dropLast().suffix(3).map(\.id))
        #expect(service.results(of: last.id)?.filter { $0 == 0x0A }.count == 2)
    }

    @Test(arguments: [(0, 1), (-1, 1), (1, 0)])
    func `numbers below 1 are refused`(lines: Int, batches: Int) {
        #expect(throws: ScenarioError.self) { try Scenario.generated(lines: lines, batches: batches) }
    }
}
