import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct PercentileSummaryTests {
    @Test func `sizes of succeeded requests are recorded by class`() {
        var last = Request.succeeded(input: 3, output: 4, write5m: 1_000, read: 5)
        last.textBytes = 77
        let summary = PercentileSummary([
            .succeeded(input: 1, output: 2), last, .errored(message: "x"), .other(.expired),
        ])
        #expect(summary.input.maximum == 3)
        #expect(summary.output.maximum == 4)
        #expect(summary.cached.maximum == 5)
        #expect(summary.text.maximum == 77)
        #expect([summary.input, summary.output, summary.cached, summary.text].map(\.count) == [2, 2, 2, 2])
    }

    @Test func `a request with unreadable usage counts only with the length of its text`() {
        var request = Request.succeeded(input: 5, output: 9)
        request.usageIsReadable = false
        let summary = PercentileSummary([request])
        #expect(summary.output.count == 0)
        #expect(summary.text.count == 1)
    }
}
