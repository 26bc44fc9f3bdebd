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

    @Test(arguments: [
        ("089c2ac1-a791-48a7-b509-989260100123", "(uuid)"), ("089C2AC1-A791-48A7-B509-989260100123", "(uuid)"),
        ("089c2ac1-a791-48a7-b509-9892601dd9ed", "(uuid)"), ("089c2ac1a79148a7b509989260100123", "(uuid)"),
        ("job-089c2ac1-a791-48a7-b509-989260100123", "job-"), ("job-089c2ac1-a791-48a7-b509-9892601dd9ed", "job-"),
        ("089c2ac1-a791-48a7-b509-989260100123-7", "(uuid)-"), ("job_00000000000000000000000000000007", "job_"),
        ("doc_2024-0007", "doc_2024-"), ("syn9", "(none)"), ("0815", "(none)"),
        ("x89c2ac1-a791-48a7-b509-989260100123", "x89c2ac1-a791-48a7-b509-"),
    ])
    func `a group has the ID up to the number or the UUID at the end`(customID: String, name: String) {
        var escaped = Request.succeeded(customID, write5m: 10)
        escaped.isEscaped = true
        let summary = CacheSummary([.succeeded(customID, write5m: 10), escaped])
        #expect(summary.groups.rows.map(\.key.prefix.text) == [name])
    }

    @Test func `a cache that other requests with a UUID read is not reported as unread`() {
        let ids = ["089c2ac1-a791-48a7-b509-989260100123", "f47ac10b-58cc-4372-a567-0e02b2c3d479"]
        let summary = CacheSummary([.succeeded(ids[0], write5m: 10), .succeeded(ids[1], read: 10)])
        #expect(summary.unreadGroups.isEmpty)
    }

    @Test func `a group with a cache read in another batch is not reported as unread`() {
        var summary = CacheSummary([.succeeded("a-1", write5m: 10)])
        summary.merge(CacheSummary([.succeeded("a-9", read: 10)]))
        #expect(summary.unreadGroups.isEmpty)
    }
}
