import BatchPipeline
import MessageBatches
import Testing

/// The last of equal keys counts at every level, and earlier values leave no trace.
struct DuplicateKeyTests {
    private func plain(_ line: String) throws -> PlainRecord {
        let block = try ResultDecoder.decode(text: line)
        #expect(block.rejected == [])
        return try #require(block.plain.first)
    }

    /// A succeeded line with the given members in its message.
    private func plain(message: String) throws -> PlainRecord {
        try plain("{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\",\"message\":{\(message)}}}")
    }

    @Test func `of ids`() throws {
        #expect(try plain(#"{"custom_id":"a","custom_id":"b","result":{"type":"expired"}}"#).customID == "b")
        #expect(try plain(#"{"custom_id":7,"result":{"type":"expired"},"custom\u005fid":"b"}"#).customID == "b")
        let block = try ResultDecoder.decode(text: #"{"custom_id":"a","custom_id":7,"result":{"type":"expired"}}"#)
        #expect(block.rejected.map(\.reason) == ["the object has no custom_id that is a string"])
    }

    @Test func `of results`() throws {
        let first =
            #""result":{"type":"succeeded","message":{"model":"m","usage":{"input_tokens":3,"output_tokens":4},"content":[{"type":"tool_use"}]}}"#
        var expected = PlainRecord(customID: "a", resultType: "succeeded")
        expected.usageIsReadable = false
        #expect(try plain("{\"custom_id\":\"a\",\(first),\"result\":{\"type\":\"succeeded\"}}") == expected)
        expected.resultType = "errored"
        expected.errorType = "e"
        expected.usageIsReadable = true
        let second = #""result":{"type":"errored","error":{"type":"e"}}"#
        #expect(try plain("{\(first),\(second),\"custom_id\":\"a\"}") == expected)
        for value in ["null", "7", "[]"] {
            let block = try ResultDecoder.decode(text: "{\"custom_id\":\"a\",\(first),\"result\":\(value)}")
            #expect(block.rejected.map(\.reason) == ["the object has no result that is an object"])
        }
    }

    @Test func `of types`() throws {
        #expect(try plain(#"{"custom_id":"a","result":{"type":"errored","type":"expired"}}"#).resultType == "expired")
        let block = try ResultDecoder.decode(text: #"{"custom_id":"a","result":{"type":"errored","type":null}}"#)
        #expect(block.rejected.map(\.reason) == ["the result has no type that is a string"])
    }

    @Test func `of messages`() throws {
        let record = try plain(
            #"{"custom_id":"a","result":{"type":"succeeded","message":{"model":"m","id":"i","content":[{"type":"text","text":"x"}]},"#
                + #""message":{"model":"n"}}}"#
        )
        #expect(record.model == "n")
        #expect(record.messageID == nil)
        #expect(record.contentBlocks == 0)
        #expect(!record.hasVisibleText)
    }

    @Test func `of members of a message`() throws {
        let record = try plain(
            message: #""model":"m","id":"i","model":"n","id":null,"stop_reason":"a","stop_reason":"b""#
        )
        #expect(record.model == "n")
        #expect(record.messageID == nil)
        #expect(record.stopReason == "b")
    }

    @Test func `of contents`() throws {
        let first = #""content":[{"type":"text","text":"abc"},{"type":"tool_use"}]"#
        let record = try plain(message: first + #","content":[{"type":"text","text":" "}]"#)
        #expect(record.contentBlocks == 1)
        #expect(record.toolUses == 0)
        #expect(record.textBytes == 1)
        #expect(!record.hasVisibleText)
        #expect(try plain(message: first + #","content":null"#).contentBlocks == 0)
    }

    @Test func `of members of a content block`() throws {
        let record = try plain(
            message:
                #""content":[{"type":"tool_use","type":"text","text":"abc","text":"d"},{"type":"text","text":"abc","text":null},"#
                + #"{"type":"tool_use","type":7}]"#
        )
        #expect(record.textBytes == 1)
        #expect(record.toolUses == 0)
        #expect(record.contentBlocks == 3)
    }

    @Test func `of usages and their members`() throws {
        var record = try plain(
            message: #""usage":{"input_tokens":1,"service_tier":"batch"},"usage":{"input_tokens":0,"output_tokens":2}"#
        )
        #expect(record.usage.input == 0)
        #expect(record.usage.output == 2)
        #expect(record.serviceTier == nil)
        record = try plain(message: #""usage":{"input_tokens":"x"},"usage":{"input_tokens":2,"output_tokens":1}"#)
        #expect(record.usageIsReadable)
        record = try plain(message: #""usage":{"input_tokens":2,"output_tokens":1},"usage":{"input_tokens":"x"}"#)
        #expect(!record.usageIsReadable)
        record = try plain(
            message:
                #""usage":{"input_tokens":0,"output_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":9},"#
                + #""cache_creation":{"ephemeral_5m_input_tokens":2,"ephemeral_5m_input_tokens":3}}"#
        )
        #expect(record.usage.cacheCreation5m == 3)
        #expect(record.usage.cacheCreation1h == 0)
    }

    @Test func `of errors and their members`() throws {
        func error(_ text: String) throws -> [ExactText?] {
            let record = try plain("{\"custom_id\":\"a\",\"result\":{\"type\":\"errored\",\(text)}}")
            return [record.errorType, record.errorMessage, record.errorRequestID]
        }
        let first = #""error":{"type":"t","message":"m","request_id":"r"}"#
        #expect(try error(first + #","error":{"type":"error","error":{"type":"u"}}"#) == ["u", nil, nil])
        #expect(try error(first + #","error":null"#) == [nil, nil, nil])
        #expect(try error(#""error":{"type":"t","type":"u","error":{"type":"v"},"error":null}"#) == ["u", nil, nil])
        #expect(try error(#""error":{"error":{"type":"v","message":"m"},"error":{"type":"w"}}"#) == ["w", nil, nil])
        #expect(try error(#""error":{"error":{"type":"v","type":null},"type":"t"}"#) == ["t", nil, nil])
    }
}
