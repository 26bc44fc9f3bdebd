import BatchAnalytics
import BatchPipeline
import JSONLines
import Testing

/// Which answers an expectation makes unusable.
struct AnswerExpectationTests {
    @Test func `answers with another text are unusable, and those without a text stay as they are`() {
        let lines = SelectionLines([
            SelectionLines.succeeded("valid", content: #"{"type":"text","text":"{}"}"#),
            SelectionLines.succeeded("fenced", content: #"{"type":"text","text":"```\n{}\n```"}"#),
            SelectionLines.succeeded("prose"),
            SelectionLines.succeeded("cut", content: #"{"type":"text","text":"{}"}"#, stop: "max_tokens"),
            SelectionLines.succeeded("tool", content: #"{"type":"tool_use","input":{"a":1}}"#, stop: "tool_use"),
            SelectionLines.succeeded(
                "tool and prose",
                content: #"{"type":"text","text":"I look it up."},{"type":"tool_use","input":{"a":1}}"#,
                stop: "tool_use"
            ),
            SelectionLines.errored("failed"),
        ])
        var block = ResultDecoder.decode(lines.block)
        #expect(block.records.map(\.isUsable) == [true, true, true, false, true, true, false])
        let answers = AnswerExpectation.json.apply(to: &block)
        #expect(block.records.map(\.isUsable) == [true, true, false, false, true, false, false])
        #expect(
            answers == [
                .valid, .fenced, .invalid(.expectedValue), .valid, nil, .invalid(.expectedValue), nil,
            ]
        )
    }
}
