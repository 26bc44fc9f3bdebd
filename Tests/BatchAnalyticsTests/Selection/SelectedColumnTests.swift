import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Tables
import Testing

struct SelectedColumnTests {
    private static let content = """
        {"type":"thinking","thinking":"Hm."},{"type":"text","text":"One \\"1\\", "},\
        {"type":"tool_use","id":"t1","name":"f","input":{"a":[1,2]}},{"type":"text","text":"two\\n","citations":null}
        """
    private let lines = SelectionLines([
        SelectionLines.succeeded("a", content: SelectedColumnTests.content, output: 1_234),
        SelectionLines.errored("b"),
        #"{"result":{"error":{"type":"overloaded_error","message":"m"},"type":"errored"},"custom_id":"\u0063","x":{"y":[]}}"#,
    ])

    @Test func `the flat columns are, byte for byte, the rows of the flat table`() throws {
        let columns = FlatSchema.columns.map(\.name).joined(separator: ",")
        let decoded = ResultDecoder.decode(lines.block).priced(of: lines.batch)
        let flat = FlatRowWriter(batch: lines.batch).rows(of: decoded)
        let rows = try lines.rows(columns, style: .format(.ndjson))
        #expect(rows.map { $0 + "\n" }.joined() == String(decoding: flat, as: UTF8.self))
        #expect(rows.count == 3)
    }

    @Test func `text, thinking and tool input come from the content blocks`() throws {
        #expect(
            try lines.rows("text,thinking,tool_input", style: .format(.ndjson)) == [
                #"{"text":"One \"1\", two\n","thinking":"Hm.","tool_input":{"a":[1,2]}}"#,
                #"{"text":null,"thinking":null,"tool_input":null}"#,
                #"{"text":null,"thinking":null,"tool_input":null}"#,
            ]
        )
    }

    @Test func `several tool calls give an array of inputs`() throws {
        let call = #"{"type":"tool_use","input":{"n":1}}"#
        let lines = SelectionLines([SelectionLines.succeeded("a", content: "\(call),\(call)")])
        #expect(try lines.rows("tool_input", style: .format(.ndjson)) == [#"{"tool_input":[{"n":1},{"n":1}]}"#])
    }

    @Test(arguments: [
        ("usage.output_tokens", ["1234", "null", "null"]), ("content[1].type", ["\"text\"", "null", "null"]),
        ("content[].type", [#"["thinking","text","tool_use","text"]"#, "null", "null"]),
        ("content[].input", [#"[{"a":[1,2]}]"#, "null", "null"]), ("content[2].input.a[1]", ["2", "null", "null"]),
        ("content[9]", ["null", "null", "null"]), ("result.type", ["\"succeeded\"", "\"errored\"", "\"errored\""]),
        ("error.error.type", ["null", "\"overloaded_error\"", "null"]), ("message.id", ["\"msg_a\"", "null", "null"]),
        ("$.x.y", ["null", "null", "[]"]), ("$.custom_id", ["\"a\"", "\"b\"", "\"c\""]),
        ("usage.output_tokens.deeper", ["null", "null", "null"]),
    ])
    func `a path leads to its value, or to null`(path: String, values: [String]) throws {
        #expect(try lines.rows(path, style: .format(.ndjson)) == values.map { "{\"\(path)\":\($0)}" })
    }

    @Test func `the last of several equal keys is used`() throws {
        let lines = SelectionLines([
            #"{"custom_id":"a","result":{"type":"succeeded","message":{"k":{"v":1},"k":{"v":2,"v":3}}}}"#
        ])
        #expect(try lines.rows("k.v", style: .format(.ndjson)) == [#"{"k.v":3}"#])
        #expect(throws: SelectionFailure.unknownColumn("k")) { try lines.rows("k") }
    }

    @Test func `a lone surrogate is shown as the replacement character`() throws {
        let content = #"{"type":"text","text":"x\ud800y \\u0041"}"#
        let lines = SelectionLines([SelectionLines.succeeded("a", content: content)])
        #expect(
            try lines.rows("text,content[0].text", style: .format(.ndjson)) == [
                #"{"text":"x�y \\u0041","content[0].text":"x�y \\u0041"}"#
            ]
        )
    }

    @Test func `the cost is exact, and missing for what is not billed or has no price`() throws {
        let lines = SelectionLines([
            SelectionLines.succeeded("a", output: 10), SelectionLines.errored("b"),
            SelectionLines.succeeded("c", model: "claude-nobody"),
        ])
        // 100 input tokens at 1 dollar and 10 output tokens at 5 dollars per million, half of it in a batch.
        #expect(try lines.rows("cost_usd,date") == ["0.000075,2026-10-20", ",2026-10-20", ",2026-10-20"])
        #expect(try lines.rows("cost", style: .format(.ndjson)).first == #"{"cost_usd":0.000075}"#)
    }

    @Test(arguments: ["a..b", "content[", "content[x]", ".a", "content[0]x", "$", "$[0]"])
    func `an invalid path is rejected`(path: String) {
        #expect(throws: SelectionFailure.badPath(path)) { try lines.rows(path) }
    }

    @Test func `unknown and repeated columns are rejected with their name`() {
        #expect(throws: SelectionFailure.unknownColumn("modle")) { try lines.rows("custom_id,modle") }
        #expect(throws: SelectionFailure.unknownColumn("")) { try lines.rows("custom_id,") }
        #expect(throws: SelectionFailure.repeatedColumn("model")) { try lines.rows("model,text,model") }
        #expect(throws: SelectionFailure.repeatedColumn("cost_usd")) { try lines.rows("cost_usd,cost") }
    }
}
