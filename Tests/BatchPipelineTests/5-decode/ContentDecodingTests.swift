import BatchPipeline
import Testing

/// The counts of a message's content.
struct ContentDecodingTests {
    private func record(content: String, stopReason: String = "\"end_turn\"") throws -> ResultRecord {
        let block = try ResultDecoder.decode(
            text: """
                {"custom_id":"a","result":{"type":"succeeded","message":{"stop_reason":\(stopReason),"content":\(content)}}}
                """
        )
        #expect(block.rejected == [])
        return try #require(block.records.first)
    }

    @Test func `the decoded bytes of all text blocks are added up`() throws {
        let record = try record(
            content:
                #"[{"type":"text","text":"aé漢😀"},{"text":"\u00e9\n\ud83d\ude00\"","type":"text"},{"type":"text","text":""}]"#
        )
        #expect(record.contentBlocks == 3)
        #expect(record.textBytes == 10 + 8)
        #expect(record.hasVisibleText)
    }

    @Test(arguments: [#""""#, #"" ""#, #""\n\n\t ""#, #""\u00a0\u3000\u2028""#, "\"\u{A0}\u{2029} \"", #""\r\n""#])
    func `white space is not visible text`(text: String) throws {
        let record = try record(content: "[{\"type\":\"text\",\"text\":\(text)}]")
        #expect(!record.hasVisibleText)
        #expect(!record.isUsable)
    }

    @Test(arguments: [
        #""a""#, #"" \n.""#, #""\n\n\u0041""#, "\"\u{200B}\"", #""\b""#, #""\ud800""#, "\"\u{3000}漢\"", #""\\""#,
        #""\"""#,
    ])
    func `anything else is visible, also after a lot of white space`(text: String) throws {
        #expect(try record(content: "[{\"type\":\"text\",\"text\":\(text)}]").hasVisibleText)
    }

    @Test func `one visible text block among blank ones is enough`() throws {
        let record = try record(
            content: #"[{"type":"text","text":" "},{"type":"text","text":"x"},{"type":"text","text":""}]"#
        )
        #expect(record.hasVisibleText)
        #expect(record.textBytes == 2)
    }

    @Test func `tool calls are counted, calls of server tools are not`() throws {
        let record = try record(
            content: #"[{"type":"tool_use","id":"toolu_1","name":"f","input":{"text":"not text","type":"text"}},"#
                + #"{"input":{},"type":"tool_use"},{"type":"server_tool_use","name":"web_search"},"#
                + #"{"type":"web_search_tool_result","content":[{"type":"text","text":"found"}]}]"#,
            stopReason: "\"tool_use\""
        )
        #expect(record.contentBlocks == 4)
        #expect(record.toolUses == 2)
        #expect(record.textBytes == 0)
        #expect(record.isUsable)
    }

    @Test func `thinking is neither text nor a tool call`() throws {
        let record = try record(
            content: #"[{"type":"thinking","thinking":"hm","signature":"x"},{"type":"redacted_thinking","data":"y"}]"#
        )
        #expect(record.contentBlocks == 2)
        #expect(record.textBytes == 0)
        #expect(!record.isUsable)
    }

    @Test func `a refusal has no content and is not usable`() throws {
        let record = try record(content: "[]", stopReason: "\"refusal\"")
        #expect(record.contentBlocks == 0)
        #expect(!record.isUsable)
    }

    @Test(arguments: ["null", "{}", "\"text\"", "7", "true"])
    func `content that is not an array counts as empty`(content: String) throws {
        #expect(try record(content: content).contentBlocks == 0)
    }

    @Test func `blocks of an unexpected shape are counted and otherwise skipped`() throws {
        let record = try record(
            content:
                #"[null,7,"text",["a"],{},{"type":7,"text":"x"},{"type":"text"},{"type":"text","text":null},{"type":"text","text":["x"]}]"#
        )
        #expect(record.contentBlocks == 9)
        #expect(record.textBytes == 0)
        #expect(record.toolUses == 0)
        #expect(!record.hasVisibleText)
    }

    @Test func `the stop reason and the content decide together`() throws {
        let text = #"[{"type":"text","text":"x"}]"#
        #expect(try record(content: text).isUsable)
        #expect(try record(content: text, stopReason: #""end\u005fturn""#).isUsable)
        #expect(!(try record(content: text, stopReason: "\"max_tokens\"").isUsable))
        #expect(!(try record(content: text, stopReason: "\"brand_new\"").isUsable))
        #expect(!(try record(content: text, stopReason: "null").isUsable))
    }
}
