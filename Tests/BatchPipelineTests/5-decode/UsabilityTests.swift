import BatchPipeline
import Testing

/// Which results are usable, for whole lines.
struct UsabilityTests {
    private static let text = #"[{"type":"text","text":"Yes."}]"#
    private static let call = #"[{"type":"tool_use","id":"t","name":"n","input":{}}]"#
    private static let nothing = #"[{"type":"text","text":" \n"}]"#

    private static func isUsable(_ content: String, stopReason: String, type: String = "succeeded") throws -> Bool {
        let message = #"{"stop_reason":\#(stopReason),"content":\#(content)}"#
        let line = #"{"custom_id":"a","result":{"type":"\#(type)","message":\#(message)}}"#
        return try #require(ResultDecoder.decode(text: line).records.first).isUsable
    }

    @Test(arguments: [#""end_turn""#, #""stop_sequence""#, #""tool_use""#, #""end\u005fturn""#])
    func `a normal end with text or a tool call is usable`(reason: String) throws {
        #expect(try Self.isUsable(Self.text, stopReason: reason))
        #expect(try Self.isUsable(Self.call, stopReason: reason))
    }

    @Test(arguments: [#""end_turn""#, #""stop_sequence""#, #""tool_use""#])
    func `a normal end without text and tool calls is not usable`(reason: String) throws {
        #expect(try !Self.isUsable(Self.nothing, stopReason: reason))
        #expect(try !Self.isUsable("[]", stopReason: reason))
    }

    @Test(arguments: [
        #""max_tokens""#, #""refusal""#, #""pause_turn""#, #""model_context_window_exceeded""#, #""compaction""#,
        #""END_TURN""#,
        #""""#, "null", "1",
    ])
    func `any other end is not usable, known or unknown`(reason: String) throws {
        #expect(try !Self.isUsable(Self.text, stopReason: reason))
    }

    @Test(arguments: ["errored", "canceled", "expired", "paused"])
    func `a request that did not succeed is not usable`(type: String) throws {
        #expect(try !Self.isUsable(Self.text, stopReason: #""end_turn""#, type: type))
    }
}
