import BatchAnalytics
import BatchPipeline
import Testing

struct CacheSummaryTests {
    @Test func `the tokens written and the requests that read are counted`() {
        let summary = CacheSummary([.succeeded(input: 100), .succeeded(input: 50, write5m: 20, write1h: 30, read: 300)])
        #expect(summary.total.written == 50)
        #expect(summary.total.readers == 1)
    }

    @Test func `groups that wrote and never read are found`() {
        let summary = CacheSummary([
            .succeeded("a-1", write5m: 10), .succeeded("a-2", read: 10), .succeeded("b-1", write1h: 40),
            .succeeded("b-2", model: "claude-opus-4-8", read: 1), .succeeded("c-1", write5m: 99),
            .succeeded("d-1", input: 5),
        ])
        #expect(summary.unreadGroups.map { "\($0.key.prefix.text) \($0.value.written)" } == ["c- 99", "b- 40"])
        #expect(summary.groups.rows.count == 4)
    }

    @Test func `a group with a cache read in another batch is not reported as unread`() {
        var summary = CacheSummary([.succeeded("a-1", write5m: 10)])
        summary.merge(CacheSummary([.succeeded("a-9", read: 10)]))
        #expect(summary.unreadGroups.isEmpty)
    }
}
