import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// The usage and cost reports of the simulated Admin API.
struct UsageReportTests {
    private let usage = "/v1/organizations/usage_report/messages"
    private let cost = "/v1/organizations/cost_report"
    private let headers = [
        HeaderField("x-api-key", "sk-ant-admin-test"), HeaderField("anthropic-version", "2023-06-01"),
    ]
    private let beta = HeaderField("anthropic-beta", "analytics-usage-cost-2026-08-24")

    /// A batch from 23:00 to 01:00 with four requests of 1,000 input and 10 output tokens, and one web search.
    private func crossingBatch() throws -> SimulatedBatch {
        let document = """
            {"id":"b1","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":4,\
            "errored":0,"canceled":0,"expired":0},"ended_at":"2026-11-20T01:00:00Z","created_at":"2026-11-19T23:00:00Z",\
            "expires_at":"2026-11-20T23:00:00Z","archived_at":null,"cancel_initiated_at":null,"results_url":null}
            """
        let lines = (0..<4)
            .map { index in
                """
                {"custom_id":"r\(index)","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001",\
                "content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{"input_tokens":1000,\
                "output_tokens":10,"server_tool_use":{"web_search_requests":\(index == 0 ? 1 : 0)},"service_tier":"batch"}}}}

                """
            }
        return try SimulatedBatch(document: Array(document.utf8), results: Array(lines.joined().utf8))
    }

    private func get(_ target: String, _ extra: HeaderField..., change: (inout Scenario) -> Void = { _ in }) throws
        -> (status: Int, body: [String: Any])
    {
        let service = try service([crossingBatch()], change)
        let reply = service.reply(to: SimulatedRequest("GET", target, headers: headers + extra))
        let body = try JSONSerialization.jsonObject(with: Data(reply.body.collected()))
        return (reply.status, try #require(body as? [String: Any]))
    }

    private let window = "starting_at=2026-11-19T00:00:00Z&ending_at=2026-11-21T00:00:00Z"

    /// The input tokens of the rows of each bucket.
    private func inputs(_ body: [String: Any]) -> [[Int]] {
        (body["data"] as? [[String: Any]] ?? [])
            .map { bucket in
                (bucket["results"] as? [[String: Any]] ?? []).compactMap { $0["uncached_input_tokens"] as? Int }
            }
    }

    @Test func `requests count when they are processed, evenly between creation and end`() throws {
        #expect(inputs(try get("\(usage)?\(window)").body) == [[2_000], [2_000]])
        let hours = try get("\(usage)?starting_at=2026-11-19T22:00:00Z&ending_at=2026-11-20T02:00:00Z&bucket_width=1h")
        #expect(inputs(hours.body) == [[], [2_000], [2_000], []])
    }

    @Test func `pages of buckets follow each other`() throws {
        let target = "\(usage)?\(window)&limit=1&group_by[]=model&group_by[]=service_tier"
        let first = try get(target).body
        #expect(inputs(first) == [[2_000]] && first["has_more"] as? Bool == true)
        let page = try #require(first["next_page"] as? String)
        let second = try get("\(target)&page=\(page)").body
        #expect(inputs(second) == [[2_000]] && second["has_more"] as? Bool == false)
        #expect(second["next_page"] is NSNull)
    }

    @Test func `costs are exact decimals in cents by class of tokens`() throws {
        let body = try get("\(cost)?\(window)&group_by[]=description").body
        let days = try #require(body["data"] as? [[String: Any]])
        let rows = try #require(days.first?["results"] as? [[String: Any]])
        let amounts = rows.map { "\($0["token_type"] ?? "") \($0["amount"] ?? "") \($0["service_tier"] ?? "")" }
        // 2,000 input tokens at 0.50 and 20 output tokens at 2.50 dollars per million; a web search costs a cent.
        #expect(amounts == ["uncached_input_tokens 0.1 batch", "output_tokens 0.005 batch", "<null> 1 <null>"])
    }

    @Test func `the newer reports list rows and need their beta header`() throws {
        let target = "/v1/organizations/analytics/usage?\(window)&time_bucket_width=1d&group_by[]=model&order_by=time"
        #expect(try get(target).status == 400)
        let rows = try #require(try get(target, beta).body["data"] as? [[String: Any]])
        #expect(rows.count == 2)
        let tokens = rows.compactMap { ($0["usage"] as? [String: Any])?["total_tokens"] as? Int }
        #expect(tokens == [2_020, 2_020])
        #expect(rows.map { "\($0["starting_at"] ?? "")" } == ["2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"])
    }

    @Test(
        arguments: [
            "bucket_width=1w", "limit=32", "group_by[]=color", "page=x", "starting_at=yesterday",
            "bucket_width=1h&limit=0",
        ]
    )
    func `an invalid parameter is refused`(parameter: String) throws {
        #expect(try get("\(usage)?\(window)&\(parameter)").status == 400)
    }

    @Test func `a range of more than 31 days is refused by the newer reports only`() throws {
        let long = "starting_at=2026-10-01T00:00:00Z&ending_at=2026-11-21T00:00:00Z"
        #expect(try get("\(usage)?\(long)&limit=31").status == 200)
        #expect(try get("/v1/organizations/analytics/usage?\(long)", beta).status == 400)
    }

    @Test func `an ordinary key is refused, and the older reports if the scenario says so`() throws {
        let service = try service([crossingBatch()])
        #expect(service.get("\(usage)?\(window)").status == 401)
        #expect(try get("\(usage)?\(window)") { $0.refusesOlderReports = true }.status == 403)
    }

    @Test func `deviations depend on the seed alone`() throws {
        func totals(seed: UInt64, count: Int) throws -> [[Int]] {
            inputs(
                try get("\(usage)?\(window)") { ($0.reportDeviations, $0.seed) = (count, seed) }.body
            )
        }
        let one = try totals(seed: 3, count: 1)
        #expect(try one == totals(seed: 3, count: 1) && one.flatMap(\.self).contains(20_000))
        #expect(try totals(seed: 3, count: 2).flatMap(\.self) == [20_000])
    }
}
