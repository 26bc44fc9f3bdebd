import AsyncHTTPClient
import BatchPipeline
import Testing

@testable import BatchService

@Suite
struct ProxyTests {
    private func name(_ settings: ProxySettings, for url: String) throws -> String? {
        try settings.proxy(for: ServiceURL(url).origin).map { "\($0.host):\($0.port)" }
    }

    @Test(arguments: [
        ("http://proxy.example:8080", "proxy.example:8080"),
        ("http://proxy.example:80/", "proxy.example:80"),
        ("proxy.example:8080", "proxy.example:8080"),
        ("proxy.example", "proxy.example:3128"),
        ("http://[::1]:8080", "::1:8080"),
        ("http://me:p%40ss@proxy.example:8080", "proxy.example:8080"),
    ])
    func `the usual spellings of a proxy are read`(text: String, expected: String) throws {
        #expect(try name(ProxySettings(https: text), for: "https://api.anthropic.com") == expected)
    }

    @Test(arguments: [
        "https://proxy.example", "socks5://proxy.example:1080", "http://", "http://a@b@proxy.example",
        "http://proxy/path",
        "http://proxy.example:99999", "proxy example", "http://proxy.example?x",
    ])
    func `a proxy we cannot use is refused by the name of its variable`(text: String) {
        #expect(throws: ServiceSettingsFailure.proxy(variable: "HTTP_PROXY")) {
            try name(ProxySettings(http: text), for: "http://localhost")
        }
    }

    @Test
    func `each scheme has its own proxy, and empty means none`() throws {
        let settings = ProxySettings(https: "a:1", http: "")
        #expect(try name(settings, for: "https://api.anthropic.com") == "a:1")
        #expect(try name(settings, for: "http://api.anthropic.com") == nil)
        #expect(try name(ProxySettings(), for: "https://api.anthropic.com") == nil)
    }

    @Test(arguments: [
        ("*", true), ("api.anthropic.com", true), ("anthropic.com", true), (".anthropic.com", true),
        ("API.Anthropic.com", true), ("x.example, anthropic.com", true), ("api.anthropic.com:443", true),
        ("api.anthropic.com:8443", false), ("thropic.com", false), ("com.example", false), ("", false), (",", false),
        (".", false), ("pi.anthropic.com", false), ("*.anthropic.com", true), ("anthropic.com.", true),
        ("*.anthropic.com.:443", true), ("*.com.example", false), ("*.", false), ("api.anthropic.com:x", false),
        ("10.0.0.0/8", false), ("::/0", false), ("anthropic.com/8", false), ("*:443", true), ("*:80", false),
    ])
    func `exceptions cover a host and all below a domain`(noProxy: String, isDirect: Bool) throws {
        let settings = ProxySettings(https: "a:1", noProxy: noProxy)
        #expect(try (name(settings, for: "https://api.anthropic.com") == nil) == isDirect)
    }

    @Test(arguments: [
        ("::1", "[::1]", true), ("[::1]", "[::1]", true), ("[::1]:8080", "[::1]", true), ("[::1]:80", "[::1]", false),
        ("0:0:0:0:0:0:0:1", "[::1]", true), ("::2", "[::1]", false), ("::1/128", "[::1]", true),
        ("fd00::/8", "[fdab:1::2]", true), ("fd00::/8", "[fe80::1]", false), ("[fd00::]/8", "[fd12::1]", true),
        ("2001:db8::/33", "[2001:db8:7fff::1]", true), ("2001:db8::/33", "[2001:db8:8000::1]", false),
        ("::ffff:10.0.0.0/104", "[::ffff:10.1.2.3]", true), ("fd00::/129", "[fd00::1]", false),
        ("127.0.0.0/8", "127.0.0.1", true), ("127.0.0.0/8:8080", "127.0.0.1", true),
        ("127.0.0.0/8:80", "127.0.0.1", false), ("10.0.0.0/8", "127.0.0.1", false), ("0.0.0.0/0", "10.1.2.3", true),
        ("10.1.2.128/25", "10.1.2.200", true), ("10.1.2.128/25", "10.1.2.100", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3/33", "10.1.2.3", false), ("10.1.2.3/-1", "10.1.2.3", false), ("10.1.2/24", "10.1.2.3", false),
        ("127.0.0.0/8", "localhost", false), ("localhost", "localhost.", true), ("a,10.0.0.0/8 b", "10.0.0.1", true),
    ])
    func `exceptions know addresses and ranges`(noProxy: String, host: String, isDirect: Bool) throws {
        let settings = ProxySettings(http: "a:1", noProxy: noProxy)
        #expect(try (name(settings, for: "http://\(host):8080") == nil) == isDirect)
    }

    @Test
    func `requests go through the tunnel of a proxy, and the proxy never sees the key`() async throws {
        let connected: ScriptedServer.Reply = [.text("HTTP/1.1 200 Connection established\r\n\r\n")]
        try await ScriptedServer.run([connected, .answer(body: "[]")]) { proxy in
            let settings = { (settings: inout ServiceSettings) in
                settings.proxies = ProxySettings(http: "http://me:p%40ss@127.0.0.1:\(proxy.port)")
            }
            let reply = try await BatchServiceClient.run("http://service.invalid", settings: settings) {
                try await $0.page(PageQuery())
            }
            #expect(reply.body == Array("[]".utf8))
            let connect = try #require(proxy.requests.first).lowercased()
            #expect(connect.hasPrefix("connect service.invalid:80 http/1.1\r\n"))
            // me:p@ss
            #expect(connect.contains("proxy-authorization: basic bwu6cebzcw=="))
            #expect(!connect.contains(testKey))
            #expect(proxy.requests.count == 2)
        }
    }

    @Test(arguments: [403, 405, 502])
    func `a proxy that refuses is told from the service`(status: Int) async throws {
        let refusal = Array(repeating: ScriptedServer.Reply.answer(status), count: 5)
        try await ScriptedServer.run(refusal) { proxy in
            let settings = { (settings: inout ServiceSettings) in
                settings.proxies = ProxySettings(http: "127.0.0.1:\(proxy.port)")
            }
            let failure = try await BatchServiceClient.run("http://service.invalid", settings: settings) {
                await $0.pageFailure()
            }
            guard case .transport(.proxy, _) = failure?.code else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test(arguments: ["", "me:wrong@"])
    func `a proxy that wants another password is asked once`(userInfo: String) async throws {
        let refusal = ScriptedServer.Reply.answer(407, headers: ["proxy-authenticate: Basic realm=\"corp\""])
        try await ScriptedServer.run(Array(repeating: refusal, count: 5)) { proxy in
            let settings = { (settings: inout ServiceSettings) in
                settings.proxies = ProxySettings(http: "\(userInfo)127.0.0.1:\(proxy.port)")
            }
            let failure = try await BatchServiceClient.run("http://service.invalid", settings: settings) {
                await $0.pageFailure()
            }
            #expect(failure?.code == .transport(.proxyAuthentication, detail: "proxy 127.0.0.1:\(proxy.port)"))
            #expect(failure?.attempts == 1)
            #expect(proxy.requests.count == 1)
        }
    }

    @Test
    func `a proxy that is not there is named, without its password`() async throws {
        let port = try await ScriptedServer.run([]) { $0.port }
        let settings = { (settings: inout ServiceSettings) in
            settings.proxies = ProxySettings(http: "me:pass@127.0.0.1:\(port)")
            settings.maxAttempts = 1
        }
        let failure = try await BatchServiceClient.run("http://service.invalid", settings: settings) {
            await $0.pageFailure()
        }
        #expect(failure?.code == .transport(.proxy, detail: "proxy 127.0.0.1:\(port): connection refused"))
    }
}
