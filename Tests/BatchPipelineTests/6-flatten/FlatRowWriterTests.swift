import BatchPipeline
import Foundation
import JSONLines
import MessageBatches
import Prices
import Testing

struct FlatRowWriterTests {
    /// A row as a JSON reader decodes it.
    private struct Row: Decodable, Equatable {
        var batch_id: String
        var custom_id: String
        var line_number: Int
        var result_type: String
        var model: String?
        var message_id: String?
        var stop_reason: String?
        var stop_category: String?
        var service_tier: String?
        var inference_geo: String?
        var input_tokens: Int64
        var cache_creation_5m_tokens: Int64
        var cache_creation_1h_tokens: Int64
        var cache_read_tokens: Int64
        var output_tokens: Int64
        var thinking_tokens: Int64
        var web_search_requests: Int64
        var web_fetch_requests: Int64
        var iterations: Int64
        var cost_usd: Decimal?
        var price_note: String?
        var error_type: String?
        var error_message: String?
        var error_request_id: String?
        var error_class: String?
        var content_blocks: Int
        var tool_uses: Int
        var text_bytes: Int
        var usable: Bool
        var batch_created_at: String
        var batch_ended_at: String?
        var raw_bytes: Int
    }

    private func rows(_ text: String, of batch: MessageBatch? = nil) throws -> [String] {
        let batch = try batch ?? MessageBatch.sample()
        var decoded = try ResultDecoder.decode(text: text)
        decoded.price(by: RequestPricing(table: .builtIn, origin: nil), of: batch)
        let bytes = FlatRowWriter(batch: batch).rows(of: decoded)
        #expect(bytes.isEmpty || bytes.last == 0x0A)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func row(_ line: String, of batch: MessageBatch? = nil) throws -> Row {
        try JSONDecoder().decode(Row.self, from: Data(try #require(try rows(line, of: batch).first).utf8))
    }

    /// The keys of a row in order, found without a JSON library: no value of these rows contains `,"`.
    private func keys(_ row: String) -> [String] {
        row.dropFirst().split(separator: ",\"")
            .map { part in
                String(part.drop { $0 == "\"" }.prefix { $0 != "\"" })
            }
    }

    @Test(arguments: [
        "null", "{}", "1000.0", "\"many\"", #"{"input_tokens":1.5,"output_tokens":5}"#,
        #"{"input_tokens":3,"output_tokens":5,"iterations":7}"#,
    ])
    func `the price of a model is recorded even if no usage of it can be read`(usage: String) throws {
        let batch = try MessageBatch.sample()
        let readable = ResultLine.succeeded("a")
        let unreadable = readable.replacing(#"{"input_tokens":3,"output_tokens":5}"#, with: usage)
        let models = try [readable, unreadable, unreadable.replacing("haiku-4-5", with: "orchid")]
            .map { line in
                var decoded = try ResultDecoder.decode(text: line)
                let rows = decoded.price(by: RequestPricing(table: .builtIn, origin: nil), of: batch)
                return rows.map { PriceTable.builtIn.rows[$0].model }
            }
        #expect(models[1] == models[0] && models[0].count == 1 && models[2] == [])
        #expect(try row(unreadable).price_note == "unreadable_usage" && unreadable != readable)
    }

    private let lines = [
        ResultLine.succeeded("a"), ResultLine.errored("b"), ResultLine.other("c", type: "canceled"),
        ResultLine.other("d", type: "expired"), ResultLine.other("e", type: "deferred"),
    ]

    @Test func `every row has every column, in the order of the schema`() throws {
        let rows = try rows(lines.joined(separator: "\n"))
        #expect(rows.count == 5)
        for row in rows { #expect(keys(row) == FlatSchema.columns.map(\.name)) }
    }

    @Test func `a row has the values of its line`() throws {
        let line = """
            {"custom_id":"job-7","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","id":"msg_7",\
            "content":[{"type":"text","text":"Grüße"},{"type":"tool_use"}],"stop_reason":"tool_use","stop_details":{"category":"x"},"usage":{"input_tokens":1,\
            "cache_creation_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},\
            "cache_read_input_tokens":4,"output_tokens":1000000000000,"output_tokens_details":{"thinking_tokens":60},\
            "server_tool_use":{"web_search_requests":7,"web_fetch_requests":80},"service_tier":"batch","inference_geo":"us"}}}}
            """
        let row = try row("\n" + line + "\r\n")
        #expect(
            row
                == Row(
                    batch_id: "msgbatch_01",
                    custom_id: "job-7",
                    line_number: 2,
                    result_type: "succeeded",
                    model: "claude-haiku-4-5-20251001",
                    message_id: "msg_7",
                    stop_reason: "tool_use",
                    stop_category: "x",
                    service_tier: "batch",
                    inference_geo: "us",
                    input_tokens: 1,
                    cache_creation_5m_tokens: 20,
                    cache_creation_1h_tokens: 30,
                    cache_read_tokens: 4,
                    output_tokens: 1_000_000_000_000,
                    thinking_tokens: 60,
                    web_search_requests: 7,
                    web_fetch_requests: 80,
                    iterations: 0,
                    cost_usd: Decimal(string: "2500000.0700432"),
                    price_note: "assumed",
                    content_blocks: 2,
                    tool_uses: 1,
                    text_bytes: 7,
                    usable: true,
                    batch_created_at: "2024-08-20T18:37:24.100435Z",
                    batch_ended_at: "2024-08-20T19:00:00.000000Z",
                    raw_bytes: line.utf8.count
                )
        )
    }

    @Test func `an error has its type, message, request id and class`() throws {
        let line = """
            {"custom_id":"b","result":{"type":"errored","error":{"type":"error","error":{"type":"overloaded_error",\
            "message":"Overloaded"},"request_id":"workerreq_1"}}}
            """
        let row = try row(line)
        #expect(row.error_type == "overloaded_error")
        #expect(row.error_message == "Overloaded")
        #expect(row.error_request_id == "workerreq_1")
        #expect(row.error_class == "retry")
        #expect(row.model == nil)
        #expect(!row.usable)
    }

    @Test(arguments: ErrorClass.allCases)
    func `every class has its name in the row`(errorClass: ErrorClass) throws {
        let types: [ErrorClass: String] = [
            .retry: "api_error", .fixInput: "invalid_request_error", .fixAccount: "billing_error",
        ]
        let type = try #require(types[errorClass])
        let row = try row("{\"custom_id\":\"b\",\"result\":{\"type\":\"errored\",\"error\":{\"type\":\"\(type)\"}}}")
        #expect(row.error_class == errorClass.rawValue)
    }

    @Test func `a value that the line does not have is null or zero, never missing`() throws {
        let row = try row(ResultLine.other("c", type: "expired"))
        #expect(
            [row.model, row.message_id, row.stop_reason, row.service_tier, row.inference_geo] == [
                nil, nil, nil, nil, nil,
            ]
        )
        #expect([row.error_type, row.error_message, row.error_request_id, row.error_class] == [nil, nil, nil, nil])
        #expect(row.input_tokens == 0 && row.output_tokens == 0 && row.text_bytes == 0 && !row.usable)
    }

    @Test func `a batch without an end has null for it`() throws {
        var batch = try MessageBatch.sample()
        batch.endedAt = nil
        #expect(try row(ResultLine.succeeded("a"), of: batch).batch_ended_at == nil)
    }

    @Test func `plain text is copied from the line to the row`() throws {
        let row = try #require(try rows(ResultLine.succeeded("naïve 漢字 😀 \u{2028} a/b")).first)
        #expect(row.contains("\"custom_id\":\"naïve 漢字 😀 \u{2028} a/b\""))
    }

    @Test(arguments: [
        ("\\u0061b", "ab"), ("\\/", "/"), ("\\n\\t\\r\\b\\f", "\n\t\r\u{8}\u{C}"), ("\\\"\\\\", "\"\\"),
        ("\\u0000", "\0"),
        ("\\u001f", "\u{1F}"), ("\\ud83d\\ude00", "😀"), ("\\ud800", "\u{FFFD}"), ("x\\udc00y", "x\u{FFFD}y"),
        ("\\u2028", "\u{2028}"),
    ])
    func `escaped text is written so that every reader can read it`(escaped: String, text: String) throws {
        let row = try row(ResultLine.other(escaped, type: "expired"))
        #expect(row.custom_id == text)
    }

    @Test(
        arguments: [
            0, 1, 9, 10, 99, 100, 101, 999, 1_000, 12_345, 1_000_000, 9_999_999_999, 100_000_000_000, 1_000_000_000_000,
        ] as [Int64]
    )
    func `numbers of every length are written in decimal`(number: Int64) throws {
        let line =
            "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\",\"message\":{\"usage\":{\"input_tokens\":\(number),\"output_tokens\":1}}}}"
        let text = try #require(try rows(line).first)
        #expect(text.contains("\"input_tokens\":\(number),"))
    }

    @Test func `a batch id with odd characters is escaped`() throws {
        var batch = try MessageBatch.sample()
        batch.id = "a\"b\\c\n"
        #expect(try row(ResultLine.succeeded("a"), of: batch).batch_id == "a\"b\\c\n")
    }

    @Test func `invalid and empty lines have no row`() throws {
        #expect(try rows("\n{}\n\(ResultLine.succeeded("a"))\n[").count == 1)
        #expect(try rows("\n\n").isEmpty)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `random lines have valid rows, one each`(seed: UInt64) throws {
        var generator = LineGenerator(seed: seed)
        let made = (0..<100).map { _ in generator.next() }
        let rows = try rows(made.map(\.line).joined(separator: "\n"))
        try #require(rows.count == made.count)
        for (row, (_, expected)) in zip(rows, made) {
            let read = try JSONDecoder().decode(Row.self, from: Data(row.utf8))
            #expect(ExactText(read.custom_id) == expected.customID)
            #expect(read.error_message.map { ExactText($0) } == expected.errorMessage)
            #expect(read.cache_creation_5m_tokens == expected.usage.cacheCreation5m)
        }
    }
}
