import BatchPipeline
import MessageBatches
import Testing

@testable import BatchService

/// How the reports of an organization are requested and read.
struct UsageReportTests {
    private let query = ReportQuery(
        since: Timestamp("2026-11-01T00:00:00Z") ?? Timestamp(seconds: 0),
        until: Timestamp("2026-11-02T00:00:00Z") ?? Timestamp(seconds: 0)
    )
    private let counts = """
        "uncached_input_tokens":7,"cache_read_input_tokens":5,"output_tokens":3,"server_tool_use":{"web_search_requests":1},\
        "cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_1h_input_tokens":1}
        """

    private func bucket(_ results: String...) -> String {
        """
        {"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[\(results.joined(separator: ","))]}
        """
    }

    private func page(_ items: String..., next: String? = nil) -> String {
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        return "{\"data\":[\(items.joined(separator: ","))],\"has_more\":\(next != nil),\"next_page\":\(cursor)}"
    }

    /// The report, or the code of the error, after these replies; and the requests.
    private func read(
        _ replies: [ScriptedServer.Reply]
    ) async throws -> (result: Result<UsageReport, ServiceError>, refusals: Int, requests: [String]) {
        try await ScriptedServer.run(replies) { server in
            var refusals = 0
            let result = try await BatchServiceClient.run(server.origin) { client in
                do throws(ServiceError) {
                    return Result<UsageReport, ServiceError>
                        .success(
                            try await client.usageReport(query) { _ in refusals += 1 }
                        )
                } catch {
                    return .failure(error)
                }
            }
            return (result, refusals, server.requests)
        }
    }

    @Test func `only rows of batches and of tokens are read, page by page`() async throws {
        let batch = "{\(counts),\"service_tier\":\"batch\",\"model\":\"m\",\"workspace_id\":null}"
        let standard = "{\(counts),\"service_tier\":\"standard\",\"model\":\"m\",\"workspace_id\":null}"
        func cost(_ type: String, _ tier: String) -> String {
            "{\"amount\":\"1.5\",\"currency\":\"USD\",\"cost_type\":\(type),\"service_tier\":\(tier),\"model\":\"m\"}"
        }
        let costs = bucket(
            cost("\"tokens\"", "\"batch\""),
            cost("\"tokens\"", "\"standard\""),
            cost("\"web_search\"", "null")
        )
        let run = try await read([
            .answer(body: page(bucket(batch, standard), next: "page 2")), .answer(body: page(bucket(batch))),
            .answer(body: page(costs)),
        ])
        let report = try run.result.get()
        #expect(report.usage.map(\.value.input) == [7, 7] && report.usage.map(\.value.cacheCreation1h) == [1, 1])
        #expect(report.usage.allSatisfy { $0.value.webSearches == 1 && $0.model == "m" && $0.workspaceID == nil })
        #expect(report.costs.map(\.value.money) == [Money(picoDollars: 15_000_000_000)])
        #expect(run.requests[1].contains("&page=page%202 HTTP"))
        #expect(run.requests[0].hasPrefix("GET /v1/organizations/usage_report/messages?starting_at=2026-11-01T00%3A00"))
        #expect(run.requests.allSatisfy { !$0.lowercased().contains("anthropic-beta") })
    }

    @Test(arguments: [403, 404, 410])
    func `a refused report is replaced by the newer one, with its beta header`(status: Int) async throws {
        let group = #""group":{"model":"m","workspace_id":"w","cost_type":"tokens"}"#
        let times = #""starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z""#
        let run = try await read([
            .error(status, "permission_error"), .answer(body: page("{\(times),\(group),\"usage\":{\(counts)}}")),
            .answer(body: page("{\(times),\(group),\"cost\":{\"amount\":\"2\",\"currency\":\"USD\"}}")),
        ])
        let report = try run.result.get()
        #expect(run.refusals == 1 && report.usage.map(\.value.output) == [3])
        #expect(report.costs.map(\.value.money) == [Money(picoDollars: 20_000_000_000)])
        for request in run.requests.dropFirst() {
            #expect(request.lowercased().contains("\r\nanthropic-beta: analytics-usage-cost-2026-08-24\r\n"))
            #expect(request.contains("products%5B%5D=message_batches_api"))
        }
    }

    @Test func `a refused key is final`() async throws {
        let run = try await read([.error(401, "authentication_error")])
        #expect(throws: ServiceError.self) { try run.result.get() }
        #expect(run.refusals == 0 && run.requests.count == 1)
    }

    @Test func `a page that names itself as the next one is an error`() async throws {
        let run = try await read([.answer(body: page(next: "a")), .answer(body: page(next: "a"))])
        guard case .failure(let error) = run.result else { throw Unexpected(text: "the report was read") }
        #expect(error.code == .cursorStuck("a") && error.isReport)
    }

    @Test(
        arguments: [
            #"{"service_tier":"batch","uncached_input_tokens":1}"#, #"{"service_tier":"batch"}"#, "7",
            #"{"service_tier":"batch","uncached_input_tokens":-1,"cache_read_input_tokens":0,"output_tokens":0,"#
                + #""cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}}"#,
        ]
    )
    func `a row without all its counts is an error and not zero`(row: String) async throws {
        let run = try await read([.answer(body: page(bucket(row)))])
        guard case .failure(let error) = run.result, case .malformedReply = error.code else {
            throw Unexpected(text: "the row was read")
        }
    }

    @Test(arguments: UsageField.billed)
    func `only web searches may be missing or null in a row`(field: UsageField) async throws {
        let name = field.reportPath.last ?? ""
        for edit in ["renamed", name] {
            // Another key, or the same key with null.
            let row = counts.replacing(try Regex("\"\(name)\":[0-9]+"), with: "\"\(edit)\":null")
            let rows = bucket("{\(row),\"service_tier\":\"batch\",\"model\":\"m\"}")
            let run = try await read([.answer(body: page(rows)), .answer(body: page())])
            #expect((try? run.result.get().usage.first?.value[field]) == (field.isTokens ? nil : 0), "\(row)")
        }
    }

    @Test(arguments: [(#""1,5""#, "USD"), ("1.5", "USD"), (#""1.5""#, "EUR")])
    func `an amount in another form or currency is an error`(amount: String, currency: String) async throws {
        let row = """
            {"amount":\(amount),"currency":"\(currency)","cost_type":"tokens","service_tier":"batch","model":"m"}
            """
        let run = try await read([.answer(body: page()), .answer(body: page(bucket(row)))])
        guard case .failure(let error) = run.result, case .malformedReply = error.code else {
            throw Unexpected(text: "the row was read")
        }
    }

    private struct Unexpected: Error {
        let text: String
    }

}
