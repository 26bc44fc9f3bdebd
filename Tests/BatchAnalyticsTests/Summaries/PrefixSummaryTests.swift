import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct PrefixSummaryTests {
    @Test(arguments: [
        ("doc_2024-0007", "doc_2024-"), ("req-1", "req-"), ("a_b-3", "a_b-"), ("-5", "-"), ("__9", "__"),
        ("syn9", "(none)"), ("TEG9_satire", "(none)"), ("req-", "(none)"), ("1234", "(none)"), ("", "(none)"),
        ("a-1b", "(none)"), ("é-12", "é-"), ("a-١", "(none)"), ("a.7", "(none)"),
    ])
    func `the prefix ends with the last separator before trailing digits`(customID: String, prefix: String) {
        var escaped = Request.succeeded(customID)
        escaped.isEscaped = true
        let summary = PrefixSummary([.succeeded(customID), escaped])
        #expect(summary.prefixes.rows.map(\.key.text) == [prefix])
        #expect(summary.prefixes.rows.map(\.value.requests) == [2])
    }

    @Test func `requests are counted by outcome, and their tokens are summed`() {
        let summary = PrefixSummary([
            .succeeded("a-1", input: 5), .errored("a-2", message: "x"), .other(.expired, "a-3"),
            .succeeded("a-4", model: "claude-opus-4-8", input: 7), .succeeded("b-1", input: 9),
        ])
        let tally = summary.prefixes[Label("a-")]
        #expect([tally?.requests, tally?.succeeded, tally?.usable, tally?.errored] == [4, 2, 2, 1])
        #expect(tally?.cell.usage.input == 12)
    }

    @Test func `a different prefix in every request stays bounded and loses no count`() {
        let summary = PrefixSummary((0..<2_000).map { .succeeded("job\($0)-1", input: 1) })
        #expect(summary.prefixes.rows.count <= 512)
        #expect(summary.prefixes.rows.reduce(summary.prefixes.other.requests) { $0 + $1.value.requests } == 2_000)
        let inputs = summary.prefixes.rows.map(\.value.cell.usage.input)
        #expect(inputs.reduce(summary.prefixes.other.cell.usage.input, +) == 2_000)
    }
}
