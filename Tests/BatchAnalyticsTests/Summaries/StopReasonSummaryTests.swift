import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct StopReasonSummaryTests {
    @Test func `usable and empty answers are counted by stop reason`() {
        var refused = Request.succeeded(output: 3)
        (refused.stopReason, refused.textBytes) = ("refusal", 0)
        var cut = Request.succeeded(output: 4_096)
        cut.stopReason = "max_tokens"
        var tool = Request.succeeded()
        (tool.stopReason, tool.textBytes, tool.toolUses) = ("tool_use", 0, 1)
        var blank = Request.succeeded()
        blank.textBytes = 0
        var none = Request.succeeded()
        none.stopReason = nil
        var strange = Request.succeeded()
        strange.stopReason = "moon_phase"
        let summary = StopReasonSummary([
            .succeeded(output: 10), refused, cut, tool, blank, none, strange, .errored(message: "x"),
        ])
        func tally(_ name: String) -> [Int] {
            let tally = summary.reasons[Label(name)]
            return [tally?.requests ?? -1, tally?.usable ?? -1, tally?.empty ?? -1]
        }
        #expect(tally("end_turn") == [2, 1, 1])
        #expect(tally("refusal") == [1, 0, 1])
        #expect(tally("max_tokens") == [1, 0, 0])
        #expect(tally("tool_use") == [1, 1, 0])
        #expect(tally("") == [1, 0, 0])
        #expect(tally("moon_phase") == [1, 0, 0])
        #expect(summary.total.requests == 7)
        #expect(summary.total.usable == 2)
        #expect(summary.reasons[Label("max_tokens")]?.cell.usage.output == 4_096)
        #expect(summary.categories[Label("")]?.requests == 7)
    }
}
