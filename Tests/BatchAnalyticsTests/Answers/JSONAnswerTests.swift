import BatchAnalytics
import JSONLines
import Testing

/// Which texts are JSON values, and which columns say so.
struct JSONAnswerTests {
    @Test(arguments: [
        #"{"a":[1,2.5e-3,null,true,"\u00e9"]}"#, "[]", "\"text\"", "-0.5", "null", " \r\n\t{\"a\":1}\n\n",
        #"{"a":1,"a":2}"#, "{\"ü\":\"日本\"}", #"{"lone":"\ud800"}"#,
    ])
    func `one JSON value is valid`(text: String) {
        #expect(JSONAnswer(text: Array(text.utf8)) == .valid)
    }

    @Test(arguments: [
        "```json\n{\"a\":1}\n```", "```\n[1]\n```\n", "\n  ~~~ json\n{\"a\":\n1}\n~~~  \n", "````json\n\"```\"\n`````",
        "```JSON\r\n{}\r\n```\r\n", "```json\n\n{}\n\n  ```",
    ])
    func `one JSON value in a code block is fenced`(text: String) {
        #expect(JSONAnswer(text: Array(text.utf8)) == .fenced, "\(text)")
    }

    @Test(
        arguments: [
            ("Here is the JSON: {}", .expectedValue), ("", .expectedValue), ("true enough", .trailingBytes),
            ("trust me", .expectedValue), ("- item", .expectedValue), ("{\"a\":1} Done.", .trailingBytes),
            ("{\"a\":1}{\"a\":2}", .trailingBytes), ("{\"a\":[1,", .unexpectedEnd), ("{\"a\":tru}", .badLiteral),
            ("{'a':1}", .expectedKey), ("{\"a\":1,}", .expectedKey), ("[1 2]", .expectedCommaOrBracket),
            ("[NaN]", .expectedValue), ("\"a\nb\"", .controlCharacter), ("```json\n{\n```", .unexpectedEnd),
            ("```json\n```", .expectedValue), ("```json {} ```", .expectedValue), ("```json\n{}\n", .expectedValue),
            ("Sure:\n```json\n{}\n```", .expectedValue), ("```json\n{}\n```\nDone.", .expectedValue),
            ("```\n{}\n```\n```\n{}\n```", .trailingBytes), ("````json\n{}\n```", .expectedValue),
        ] as [(String, JSONSyntaxError.Reason)]
    )
    func `any other text is invalid, with the reason`(text: String, reason: JSONSyntaxError.Reason) {
        let answer = JSONAnswer(text: Array(text.utf8))
        #expect(answer == .invalid(reason), "\(text): \(answer)")
        #expect(!answer.isReadable && answer.name == "invalid")
    }

    @Test func `the text of all blocks counts, and a line without a text has no value`() throws {
        let text = #"{"type":"text","text":"{\"a\":"},{"type":"text","text":"\"\u00fc \ud83d\ude00\"}"}"#
        let lines = SelectionLines([
            SelectionLines.succeeded("joined", content: text),
            SelectionLines.succeeded("surrogate", content: #"{"type":"text","text":"[\"\ud800\"]"}"#),
            SelectionLines.succeeded("fenced", content: #"{"type":"text","text":"```json\n[1]\n```"}"#),
            SelectionLines.succeeded("prose"),
            SelectionLines.succeeded("cut", content: #"{"type":"text","text":"[1,"}"#, stop: "max_tokens"),
            SelectionLines.succeeded("tool", content: #"{"type":"tool_use","input":{"a":1}}"#),
            SelectionLines.succeeded("blank", content: #"{"type":"text","text":" \n"}"#),
            SelectionLines.succeeded("empty", content: ""), SelectionLines.errored("failed"),
        ])
        #expect(
            try lines.rows("custom_id,json_valid") == [
                "joined,valid", "surrogate,valid", "fenced,fenced", "prose,invalid", "cut,invalid", "tool,", "blank,",
                "empty,", "failed,",
            ]
        )
        #expect(try lines.rows(where: ["json_valid in valid,fenced"]) == ["joined", "surrogate", "fenced"])
        #expect(try lines.rows(where: ["json_valid=null"]) == ["tool", "blank", "empty", "failed"])
    }
}
