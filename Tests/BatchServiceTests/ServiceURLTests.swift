import Testing

@testable import BatchService

@Suite
struct ServiceURLTests {
    @Test
    func `an ordinary URL is taken apart`() throws {
        let url = try ServiceURL("https://api.anthropic.com/v1/messages?limit=1#top")
        #expect(url.origin == Origin(scheme: "https", host: "api.anthropic.com", port: 443))
        #expect(url.path == "/v1/messages")
        #expect(url.query == "limit=1")
        #expect(url.text == "https://api.anthropic.com/v1/messages?limit=1")
    }

    @Test(arguments: [
        ("https://API.Anthropic.com", "https://api.anthropic.com:443"),
        ("HTTPS://api.anthropic.com/", "https://api.anthropic.com"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:", "http://localhost"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("http://[FE80::A]", "http://[fe80::a]"),
    ])
    func `spellings of one origin are equal`(left: String, right: String) throws {
        #expect(try ServiceURL(left).origin == ServiceURL(right).origin)
    }

    @Test(arguments: [
        ("https://a.example", "http://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example", "https://b.example"),
        ("https://a.example", "https://a.example."),
        ("https://a.example", "https://a.example.evil.example"),
        ("http://127.0.0.1", "http://localhost"),
    ])
    func `different origins are different`(left: String, right: String) throws {
        #expect(try ServiceURL(left).origin != ServiceURL(right).origin)
    }

    @Test(arguments: [
        ("", ServiceURL.Problem.empty),
        ("api.anthropic.com", .scheme),
        ("/v1/messages", .scheme),
        ("//api.anthropic.com", .scheme),
        ("https:api.anthropic.com", .scheme),
        ("https:/api.anthropic.com", .scheme),
        ("ftp://api.anthropic.com", .scheme),
        ("javascript:alert(1)", .scheme),
        ("file:///etc/passwd", .scheme),
        ("https://", .host),
        ("https:///v1", .host),
        ("https://:443", .host),
        ("https://?x", .host),
        ("https://user@api.anthropic.com", .userInfo),
        ("https://api.anthropic.com@evil.example", .userInfo),
        ("https://api.anthropic.com:443@evil.example/", .userInfo),
        ("https://api.anthropic.com\\@evil.example", .character),
        ("https://api.anthropic.com\\.evil.example", .character),
        ("https:\\\\api.anthropic.com", .character),
        ("https://api.anthropic.com /", .character),
        (" https://api.anthropic.com", .character),
        ("https://api.anthropic.com\n", .character),
        ("https://api.anthropic.com/\u{0}", .character),
        ("https://api.anthropic.com/%2", .character),
        ("https://api.anthropic.com/%zz", .character),
        ("https://api.anthrop\u{131}c.com", .character),
        ("https://api.anthropic.com%2eevil.example", .host),
        ("https://api!anthropic.com", .host),
        ("https://api.anthropic.com:0", .port),
        ("https://api.anthropic.com:65536", .port),
        ("https://api.anthropic.com:+443", .port),
        ("https://api.anthropic.com:000443", .port),
        ("https://api.anthropic.com:443:443", .port),
        ("https://[::1", .host),
        ("https://[::1]x", .host),
        ("https://[]", .host),
        ("https://[fe80::1%25eth0]", .host),
        ("https://::1/", .host),
    ])
    func `what parsers could quarrel about is refused`(text: String, problem: ServiceURL.Problem) {
        #expect(throws: problem) { try ServiceURL(text) }
    }

    @Test(arguments: [
        ("https://gateway.example", "https://gateway.example/v1/x"),
        ("https://gateway.example/", "https://gateway.example/v1/x"),
        ("https://gateway.example/anthropic", "https://gateway.example/anthropic/v1/x"),
        ("https://gateway.example:8443/a/b//", "https://gateway.example:8443/a/b/v1/x"),
    ])
    func `a base keeps its path prefix and loses slashes at its end`(base: String, endpoint: String) throws {
        #expect(try ServiceURL(base: base).appending(path: "/v1/x").text == endpoint)
    }

    @Test(arguments: [
        ("https://a.example/v1", "https://a.example/"), ("https://a.example/v1/", "https://a.example/"),
        ("https://a.example/v1/messages/batches", "https://a.example/"),
        ("https://a.example/anthropic/v1/messages", "https://a.example/anthropic"),
        ("https://a.example/anthropic//v1", "https://a.example/anthropic"),
        ("https://a.example/apiv1", "https://a.example/apiv1"), ("https://a.example/v1/x", "https://a.example/v1/x"),
        ("https://a.example", "https://a.example/"),
    ])
    func `a base loses the path of the API at its end`(base: String, text: String) throws {
        #expect(try ServiceURL(base: base).withoutAPIPath.text == text)
    }

    @Test(arguments: ["https://gateway.example?x=1", "https://gateway.example/#top", "https://gateway.example/?"])
    func `a base with a query or fragment is refused`(base: String) {
        #expect(throws: ServiceURL.Problem.query) { try ServiceURL(base: base) }
    }

    @Test(arguments: [
        ("/b", "https://a.example/b"),
        ("/b?c=1", "https://a.example/b?c=1"),
        ("c", "https://a.example/x/c"),
        ("?z", "https://a.example/x/y?z"),
        ("#top", "https://a.example/x/y?q"),
        ("//b.example/c", "https://b.example/c"),
        ("//b.example:444", "https://b.example:444/"),
        ("http://a.example/b", "http://a.example/b"),
        ("///b.example/c", "host"),
        ("/b:c@d", "https://a.example/b:c@d"),
        ("/x?u=http://b.example", "https://a.example/x?u=http://b.example"),
    ])
    func `references are resolved against the URL they came from`(reference: String, expected: String) throws {
        let base = try ServiceURL("https://a.example/x/y?q")
        if expected == "host" {
            #expect(throws: ServiceURL.Problem.host) { try base.resolve(reference) }
        } else {
            #expect(try base.resolve(reference).text == expected)
        }
    }

    @Test(arguments: [
        "https:b.example", "https:/b", "\\\\b.example", "/\\b.example", "\thttps://b.example", "mailto:a",
    ])
    func `a reference that could mean another host is refused`(reference: String) throws {
        let base = try ServiceURL("https://a.example/x")
        #expect(throws: ServiceURL.Problem.self) { try base.resolve(reference) }
    }

    @Test(arguments: [
        ("msgbatch_01-A.b~", "msgbatch_01-A.b~"),
        ("../../x", "..%2F..%2Fx"),
        ("a?b#c&d=e%", "a%3Fb%23c%26d%3De%25"),
        ("é \n", "%C3%A9%20%0A"),
        ("", ""),
    ])
    func `an id becomes one path segment`(id: String, encoded: String) {
        #expect(id.percentEncoded == encoded)
    }
}
