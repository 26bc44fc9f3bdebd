import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct OutcomeSummaryTests {
    @Test func `requests are counted by type, unknown types by name`() {
        let summary = OutcomeSummary([
            .succeeded(), .succeeded(), .errored(message: "x"), .other(.canceled), .other(.expired),
            .other(.other("paused")), .other(.other("paused")), .other(.other("cancelled")),
        ])
        #expect(ResultType.known.map { summary[$0] } == [2, 1, 1, 1])
        #expect(summary[.other("paused")] == 2)
        #expect(summary[.other("cancelled")] == 1)
        #expect(summary[.other("never")] == 0)
        #expect(summary.unknownRequests == 3)
        #expect(summary.requests == 8)
    }

    @Test func `known types keep their count among any number of unknown ones`() {
        let summary = OutcomeSummary((0..<500).map { .other(.other("type \($0)")) } + [.succeeded(), .other(.expired)])
        #expect(summary[.succeeded] == 1)
        #expect(summary[.expired] == 1)
        #expect(summary.unknownRequests == 500)
    }
}
