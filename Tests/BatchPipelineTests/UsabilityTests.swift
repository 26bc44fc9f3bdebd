import BatchPipeline
import MessageBatches
import Testing

struct UsabilityTests {
    @Test(arguments: ["end_turn", "stop_sequence", "tool_use"])
    func `an orderly end with text or a tool call is usable`(reason: String) {
        #expect(Usability.isUsable(type: .succeeded, stopReason: reason, hasVisibleText: true, toolUses: 0))
        #expect(Usability.isUsable(type: .succeeded, stopReason: reason, hasVisibleText: false, toolUses: 1))
    }

    @Test(arguments: ["end_turn", "stop_sequence", "tool_use"])
    func `an orderly end with nothing to read or run is not usable`(reason: String) {
        #expect(!Usability.isUsable(type: .succeeded, stopReason: reason, hasVisibleText: false, toolUses: 0))
    }

    @Test(arguments: [
        "max_tokens", "refusal", "pause_turn", "model_context_window_exceeded", "compaction", "END_TURN", "", nil,
    ])
    func `any other end is not usable, known or not`(reason: String?) {
        #expect(!Usability.isUsable(type: .succeeded, stopReason: reason, hasVisibleText: true, toolUses: 1))
    }

    @Test(arguments: [ResultType.errored, .canceled, .expired, .other("paused")])
    func `a request that did not succeed is not usable`(type: ResultType) {
        #expect(!Usability.isUsable(type: type, stopReason: "end_turn", hasVisibleText: true, toolUses: 0))
    }
}
