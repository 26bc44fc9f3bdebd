import BatchAnalytics
import BatchPipeline
import Testing

struct ModelSummaryTests {
    @Test func `answers are counted by model`() {
        var tool = Request.succeeded(model: "claude-opus-4-8")
        (tool.toolUses, tool.textBytes) = (2, 5)
        var cut = Request.succeeded(model: "claude-opus-4-8")
        (cut.stopReason, cut.textBytes) = ("max_tokens", 7)
        let summary = ModelSummary([tool, cut, .succeeded(model: nil), .errored(message: "x")])
        let opus = summary.models[Label("claude-opus-4-8")]
        #expect([opus?.succeeded, opus?.usable, opus?.withToolUse, opus?.textBytes] == [2, 1, 1, 12])
        #expect(summary.models[Label("")]?.succeeded == 1)
        #expect(summary.models.rows.count == 2)
    }
}
