import BatchPipeline
import JSONLines
import MessageBatches
import Testing

/// Lines as the API wrote them over the years, and other valid forms.
struct ResultDecoderTests {
    private func record(_ line: String) throws -> ResultRecord {
        let block = try ResultDecoder.decode(text: line)
        #expect(block.rejected == [])
        return try #require(block.records.first)
    }

    private func plain(_ line: String) throws -> PlainRecord {
        let block = try ResultDecoder.decode(text: line)
        #expect(block.rejected == [])
        return try #require(block.plain.first)
    }

    /// The values of the lines of all years below.
    private var expected: PlainRecord {
        var record = PlainRecord(customID: "syn9", resultType: "succeeded")
        record.model = "claude-haiku-4-5-20251001"
        record.messageID = "msg_01"
        record.stopReason = "end_turn"
        record.usage.input = 11
        record.usage.output = 22
        record.contentBlocks = 1
        record.textBytes = 6
        record.hasVisibleText = true
        return record
    }

    @Test func `a line of 2024 is decoded`() throws {
        let line = """
            {"custom_id":"syn9","result":{"type":"succeeded","message":{"id":"msg_01","type":"message","role":"assistant",\
            "model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":"Hello."}],"stop_reason":"end_turn",\
            "stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":22}}}}
            """
        #expect(try plain(line) == expected)
    }

    @Test func `a line of late 2025 is decoded`() throws {
        let line = """
            {"custom_id":"syn9","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","id":"msg_01",\
            "type":"message","role":"assistant","content":[{"type":"text","text":"Hello."}],"stop_reason":"end_turn",\
            "stop_sequence":null,"usage":{"input_tokens":11,"cache_creation_input_tokens":30,"cache_read_input_tokens":44,\
            "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":22,\
            "service_tier":"batch"}}}}
            """
        var expected = expected
        expected.usage.cacheCreation5m = 10
        expected.usage.cacheCreation1h = 20
        expected.usage.cacheRead = 44
        expected.serviceTier = "batch"
        #expect(try plain(line) == expected)
    }

    @Test func `a line of 2026 is decoded`() throws {
        let line = """
            {"custom_id":"syn9","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","id":"msg_01",\
            "type":"message","role":"assistant","content":[{"type":"text","text":"Hello.","citations":null}],"container":null,\
            "stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"usage":{"input_tokens":11,\
            "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,\
            "ephemeral_1h_input_tokens":0},"output_tokens":22,"output_tokens_details":{"thinking_tokens":7},\
            "server_tool_use":{"web_search_requests":2,"web_fetch_requests":3},"service_tier":"batch",\
            "inference_geo":"not_available","speed":null},"diagnostics":null}}}
            """
        var expected = expected
        expected.usage.thinking = 7
        expected.usage.webSearches = 2
        expected.usage.webFetches = 3
        expected.serviceTier = "batch"
        expected.inferenceGeo = "not_available"
        #expect(try plain(line) == expected)
    }

    @Test func `a line with sorted keys, spaces and escapes is decoded`() throws {
        let line = """
            { "custom_id" : "syn\\u0039" , "result" : { "message" : { "content" : [ { "text" : "Hel\\u006c\\u006f." , \
            "type" : "text" } ] , "id" : "msg_01" , "model" : "claude-haiku-4-5-20251001" , "role" : "assistant" , \
            "stop_reason" : "end_turn" , "usage" : { "input_tokens" : 11 , "output_tokens" : 22 } } , "type" : "succeeded" } }
            """
        #expect(try plain(line) == expected)
    }

    @Test func `the result may come before the ID, and its type after the message`() throws {
        let line = """
            {"result":{"message":{"usage":{"output_tokens":22,"input_tokens":11},"stop_reason":"end_turn",\
            "content":[{"text":"Hello.","type":"text"}],"model":"claude-haiku-4-5-20251001","id":"msg_01"},\
            "type":"succeeded"},"custom_id":"syn9"}
            """
        #expect(try plain(line) == expected)
    }

    @Test(arguments: ["canceled", "expired"])
    func `a result without message and error has only its type`(type: String) throws {
        let record = try record(ResultLine.other("0", type: type))
        #expect(record.type == ResultType(type))
        #expect(record.type.name == type)
        let block = try ResultDecoder.decode(text: ResultLine.other("0", type: type))
        #expect(block.plain == [PlainRecord(customID: "0", resultType: ExactText(type))])
        #expect(record.errorClass == nil)
        #expect(!record.isUsable)
    }

    @Test func `an undocumented type is kept`() throws {
        let record = try record(
            #"{"custom_id":"1","result":{"type":"deferred","message":{"model":"m"},"error":{"type":"e"}}}"#
        )
        #expect(record.type == .other("deferred"))
        #expect(record.model == nil)
        #expect(record.errorType == nil)
    }

    @Test func `a type with escapes is the same type`() throws {
        #expect(try record(#"{"custom_id":"1","result":{"type":"expi\u0072ed"}}"#).type == .expired)
    }

    @Test func `the positions of line and result are inside the block`() throws {
        let text = "\n{\"custom_id\":\"a\", \"result\" : {\"type\":\"expired\"} }\r\n"
        let block = try ResultDecoder.decode(text: text)
        let record = try #require(block.records.first)
        #expect(record.lineNumber == 2)
        let bytes = block.block.bytes
        #expect(String(decoding: bytes[record.result], as: UTF8.self) == "{\"type\":\"expired\"}")
        #expect(String(decoding: bytes[record.line], as: UTF8.self) == text.dropFirst().dropLast())
    }

    @Test func `line numbers continue from the first line of the block`() throws {
        let bytes = ResultLine.file([
            ResultLine.other("a", type: "expired"), "", ResultLine.other("b", type: "expired"),
        ])
        let block = ResultDecoder.decode(try .holding(bytes, sequence: 4, firstLine: 1_000, byteOffset: 5_000))
        #expect(block.records.map(\.lineNumber) == [1_000, 1_002])
        #expect(block.emptyLines == 1)
    }

    @Test func `an ID equals itself in any spelling and no other ID`() throws {
        func hash(_ id: String) throws -> KeyHash { try record(ResultLine.other(id, type: "expired")).customIDHash }
        #expect(try hash("caf\u{E9}") == hash("caf\\u00e9"))
        #expect(try hash("caf\u{E9}") == hash("c\\u0061f\\u00E9"))
        #expect(try hash("a/b") == hash("a\\/b"))
        #expect(try hash("caf\u{E9}") != hash("cafe\u{301}"))
        #expect(try hash("\\ud800") != hash("\\ud801"))
        #expect(try hash("\\ud800") != hash("\u{FFFD}"))
        #expect(try hash("") != hash(" "))
    }

    @Test func `a lone surrogate is valid and becomes U+FFFD`() throws {
        let line =
            #"{"custom_id":"a\ud800b","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"\udc00"}]}}}"#
        let record = try plain(line)
        #expect(record.customID == "a\u{FFFD}b")
        #expect(record.textBytes == 3)
        #expect(record.hasVisibleText)
    }

    @Test func `keys may have escapes at every level`() throws {
        let line =
            #"{"cust\u006fm_id":"a","\u0072esult":{"t\u0079pe":"succeeded","message\u0000":1,"messag\u0065":{"mod\u0065l":"m","#
            + #""usag\u0065":{"input\u005ftokens":4,"output\u005ftokens":5},"cont\u0065nt":[{"typ\u0065":"text","t\u0065xt":"x"}]}}}"#
        let record = try plain(line)
        #expect(record.customID == "a")
        #expect(record.model == "m")
        #expect(record.usage.input == 4)
        #expect(record.textBytes == 1)
    }

    @Test func `keys that only look similar are other keys`() throws {
        let block = try ResultDecoder.decode(
            text: #"{"custom_id":"a","Custom_id":"b","custom_id ":"c","result":{"type":"expired","Type":"errored"}}"#
        )
        #expect(block.plain == [PlainRecord(customID: "a", resultType: "expired")])
    }
}
