import BatchPipeline
import Testing

/// Pages of proxies and other servers.
struct ReceivedPageTests {
    private func page(_ body: String, type: String? = "text/html") -> ReceivedPage? {
        ReceivedPage(contentType: type, body: Array(body.utf8))
    }

    @Test(arguments: [
        ("<html><head><title>Sign in</title></head>", "Sign in"),
        ("<TITLE lang=\"en\">\n  Two\n  lines </TITLE>", "Two lines"),
        ("<title>A &amp; B &lt;C&gt;</title>", "A & B <C>"), ("<title>&amp;lt;</title>", "&lt;"),
        ("<title></title>", nil),
        ("<title>without an end", nil), ("<p>no title</p>", nil), ("<title", nil),
    ])
    func `the title is one line of text`(body: String, title: String?) {
        let page = page(body)
        #expect(page != nil && page?.title == title)
    }

    @Test(arguments: [
        ("<html>", "application/json", true), ("<html>", nil, true), ("Bad gateway", "text/plain", true),
        ("{}", "text/html", false), (" \n{}", "text/plain", false), ("[]", "application/json", false),
        ("[]", nil, false), ("", "text/html", false), (" \n", "text/html", false),
    ])
    func `JSON or an empty body is not a page, regardless of its type`(body: String, type: String?, isPage: Bool) {
        #expect((page(body, type: type) != nil) == isPage)
    }

    @Test func `the type has no parameters and a limited length`() {
        #expect(page("<p>", type: "Text/HTML; charset=utf-8")?.contentType == "text/html")
        #expect(page("<p>", type: String(repeating: "x", count: 1_000))?.contentType?.count == 100)
    }
}
