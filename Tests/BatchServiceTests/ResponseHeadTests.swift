import BatchPipeline
import MessageBatches
import NIOHTTP1
import Testing

@testable import BatchService

@Suite
struct ResponseHeadTests {
    private let now = Timestamp("2026-11-22T12:00:00Z")!

    @Test
    func `what is worth keeping is kept`() {
        let headers: HTTPHeaders = [
            "Request-Id": "req_1", "anthropic-workspace-id": "wrkspc_1",
            "DATE": "Sun, 06 Nov 1994 08:49:37 GMT",
        ]
        let expected = ReplyHead(
            status: 200,
            requestID: "req_1",
            workspaceID: "wrkspc_1",
            date: Timestamp("1994-11-06T08:49:37Z")
        )
        #expect(ResponseHead(status: 200, headers: headers).reply == expected)
    }

    @Test
    func `empty headers are missing headers`() {
        let head = ResponseHead(status: 200, headers: ["request-id": "", "date": "soon", "retry-after": ""])
        #expect(head.reply == ReplyHead(status: 200))
        #expect(head.facts(errorCode: nil, now: now) == RetryFacts(status: 200, now: now))
    }

    @Test(arguments: [
        ("10", RetryFacts.RetryAfter.seconds(10)),
        ("0.25", .seconds(0.25)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .date(Timestamp("1994-11-06T08:49:37Z")!)),
    ])
    func `retry-after is a number or a date`(text: String, expected: RetryFacts.RetryAfter) {
        let head = ResponseHead(status: 503, headers: ["retry-after": text, "retry-after-ms": "12.5"])
        let facts = head.facts(errorCode: "code", now: now)
        #expect(facts.retryAfter == expected)
        #expect(facts.retryAfterMilliseconds == 12.5)
        #expect(facts.errorCode == "code")
    }

    @Test(arguments: [("true", true), ("FALSE", false), ("maybe", nil)])
    func `x-should-retry is yes, no or nothing`(text: String, expected: Bool?) {
        let head = ResponseHead(status: 503, headers: ["x-should-retry": text])
        #expect(head.facts(errorCode: nil, now: now).shouldRetry == expected)
    }

    @Test
    func `the server's clock is preferred to ours`() {
        let head = ResponseHead(status: 503, headers: ["date": "Sun, 06 Nov 1994 08:49:37 GMT"])
        #expect(head.facts(errorCode: nil, now: now).now == Timestamp("1994-11-06T08:49:37Z"))
    }

    @Test(arguments: [
        ([], nil, false),
        (["identity"], nil, false),
        ([""], nil, false),
        (["gzip, identity", ""], "gzip", true),
        (["GZIP"], "gzip", true),
        (["x-gzip"], "x-gzip", true),
        (["br"], "br", false),
        (["gzip, br"], "gzip, br", false),
        (["gzip", "gzip"], "gzip, gzip", false),
    ])
    func `only gzip by itself is inflated`(values: [String], encoding: String?, isGzip: Bool) {
        let headers = HTTPHeaders(values.map { ("content-encoding", $0) })
        let head = ResponseHead(status: 200, headers: headers)
        #expect(head.contentEncoding == encoding)
        #expect(head.isGzip == isGzip)
    }

    @Test(arguments: [
        (200, false), (300, false), (301, true), (302, true), (303, true), (304, false), (305, false), (307, true),
        (308, true),
    ])
    func `five statuses are redirects`(status: Int, isRedirect: Bool) {
        #expect(ResponseHead(status: status, headers: [:]).isRedirect == isRedirect)
    }
}
