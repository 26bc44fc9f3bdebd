import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct AnomalySummaryTests {
    @Test func `undocumented lines and values are counted`() {
        var strange = Request.succeeded()
        strange.stopReason = "moon_phase"
        var bare = Request.succeeded(model: nil)
        (bare.stopReason, bare.usageIsReadable) = (nil, false)
        let lines = [strange, bare, .other(.other("paused")), .succeeded(), .errored(message: "x")].map(\.line)
        var summary = AnomalySummary()
        summary.fold(DecodedBlock(lines: lines + ["\n", "{\"not\":\"a result\"}\n", "  \n"]), of: .ended())
        #expect(summary.unknownStopReasons == 1)
        #expect(summary.missingStopReasons == 1)
        #expect(summary.missingModels == 1)
        #expect(summary.unreadableUsages == 1)
        #expect(summary.unknownTypes == 1)
        #expect(summary.emptyLines == 2)
        #expect(summary.rejectedLines == 1)
        #expect(!summary.isEmpty)
    }

    @Test(arguments: [
        "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded",
        "compaction",
    ])
    func `a documented stop reason is not counted as unusual`(reason: String) {
        var request = Request.succeeded()
        request.stopReason = reason
        #expect(AnomalySummary([request]).isEmpty)
    }
}

extension AnomalySummary {
    /// Whether nothing unusual was found.
    fileprivate var isEmpty: Bool {
        self == AnomalySummary()
    }
}
