import BatchAnalytics
import Testing

struct ConditionTests {
    private let lines = SelectionLines([
        SelectionLines.succeeded("7", output: 5), SelectionLines.succeeded("007", stop: "max_tokens", output: 50),
        SelectionLines.succeeded("x", content: "", stop: "refusal", output: 500),
        SelectionLines.errored("e", "Your credit balance is too low"),
    ])

    @Test(arguments: [
        ("custom_id=7", ["7"]), ("custom_id = 007", ["007"]), ("custom_id!=7", ["007", "x", "e"]),
        ("output_tokens>5", ["007", "x"]), ("output_tokens>=5", ["7", "007", "x"]), ("output_tokens<50", ["7", "e"]),
        ("output_tokens<=5.0", ["7", "e"]), ("output_tokens=50", ["007"]), ("usage.output_tokens<500", ["7", "007"]),
        ("stop_reason in max_tokens,refusal", ["007", "x"]), ("stop_reason in (end_turn)", ["7"]),
        ("stop_reason=null", ["e"]), ("stop_reason!=null", ["7", "007", "x"]),
        ("stop_reason!=refusal", ["7", "007", "e"]),
        ("error_message~(?i)CREDIT", ["e"]), ("error_message!~low$", ["7", "007", "x"]),
        ("custom_id~^0*7$", ["7", "007"]),
        ("usable=true", ["7"]), ("text=Hello", ["7", "007"]), ("text=", []), ("cost>0.0001", ["007", "x"]),
        ("batch_created_at>2026-10-20", ["7", "007", "x", "e"]), ("date<2026-10-20", []),
    ])
    func `a condition passes exactly the matching lines`(condition: String, ids: [String]) throws {
        #expect(try lines.rows(where: [condition]) == ids)
    }

    @Test func `all conditions must be met`() throws {
        #expect(try lines.rows(where: ["output_tokens>5", "stop_reason=refusal"]) == ["x"])
    }

    @Test func `result types and usability are checked like conditions`() throws {
        #expect(try lines.rows(results: ["errored"]) == ["e"])
        #expect(try lines.rows(results: ["succeeded"], usable: true) == ["7"])
        #expect(try lines.rows(results: ["succeeded"], usable: false) == ["007", "x"])
    }

    @Test(arguments: ["custom_id", "=7", "", "custom_id 7", "custom_id in", "output_tokens is 7", "custom_id index"])
    func `text without an operator is rejected`(text: String) {
        #expect(throws: SelectionFailure.badCondition(text)) { try lines.rows(where: [text]) }
    }

    @Test func `an invalid regular expression and an unknown column are rejected`() {
        #expect(throws: SelectionFailure.badPattern("(")) { try lines.rows(where: ["custom_id~("]) }
        #expect(throws: SelectionFailure.unknownColumn("nobody")) { try lines.rows(where: ["nobody=1"]) }
    }
}
