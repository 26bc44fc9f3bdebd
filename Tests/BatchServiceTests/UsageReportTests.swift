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

    @Test(arguments: ["null", "\"\""])
    func `a page that has more without a cursor is an error`(cursor: String) async throws {
        let incomplete = page(next: "a").replacing("\"a\"", with: cursor)
        let run = try await read([.answer(body: incomplete)])
        guard case .failure(let error) = run.result else { throw Unexpected(text: "the report was read") }
        #expect(error.code == .malformedReply("has_more is true, but next_page is missing or null"))
    }

    @Test func `a row that is not about tokens of batches may have any value`() async throws {
        let batch = "{\(counts),\"service_tier\":\"batch\",\"model\":\"m\"}"
        let standard = "{\"service_tier\":\"standard\",\"uncached_input_tokens\":null}"
        let empty = bucket().replacing("[]", with: "null")
        func cost(_ amount: String, _ type: String, _ tier: String) -> String {
            "{\"amount\":\(amount),\"currency\":\"USD\",\"cost_type\":\"\(type)\",\"service_tier\":\"\(tier)\"}"
        }
        let costs = bucket(
            cost("null", "web_search", "batch"),
            cost("7", "tokens", "flex"),
            cost("\"1\"", "tokens", "batch")
        )
        let run = try await read([
            .answer(body: page(empty, bucket(standard, batch))), .answer(body: page(empty, costs)),
        ])
        let report = try run.result.get()
        #expect(report.usage.map(\.value.input) == [7])
        #expect(report.costs.map(\.value.money) == [Money(picoDollars: 10_000_000_000)])
    }

    @Test func `a row of the newer cost report that is not about tokens may have any value`() async throws {
        let times = #""starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z""#
        let odd = #"{\#(times),"group":{"cost_type":"web_search"},"cost":{"amount":null}}"#
        let good = #"{\#(times),"group":{"cost_type":"tokens"},"cost":{"amount":"2","currency":"USD"}}"#
        let run = try await read([
            .error(404, "not_found_error"), .answer(body: page()), .answer(body: page(odd, good)),
        ])
        #expect(try run.result.get().costs.map(\.value.money) == [Money(picoDollars: 20_000_000_000)])
    }

    @Test func `an error names the field that cannot be read`() async throws {
        func reason(_ body: String) async throws -> String? {
            guard case .failure(let error) = try await read([.answer(body: body)]).result,
                case .malformedReply(let reason) = error.code
            else { return nil }
            return reason
        }
        let batch = "{\(counts),\"service_tier\":\"batch\"}"
        let nested = batch.replacing("\"ephemeral_1h_input_tokens\":1", with: "\"ephemeral_1h_input_tokens\":null")
        #expect(
            try await reason(page(bucket(), bucket(batch, nested)))
                == "data[1].results[1].cache_creation.ephemeral_1h_input_tokens is missing or null"
        )
        let text = batch.replacing("\"output_tokens\":3", with: "\"output_tokens\":\"3\"")
        #expect(try await reason(page(bucket(text))) == "data[0].results[0].output_tokens has another type")
        let negative = batch.replacing("\"output_tokens\":3", with: "\"output_tokens\":-3")
        #expect(try await reason(page(bucket(negative))) == "output_tokens of a row is negative")
        #expect(try await reason("{\"has_more\":false}") == "data is missing")
        #expect(try await reason(page(#"{"starting_at":"x","ending_at":"y"}"#)) == "data[0].results is missing")
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
