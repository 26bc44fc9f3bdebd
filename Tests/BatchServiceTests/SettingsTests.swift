import Testing

@testable import BatchService

/// What a client refuses to be made with.
@Suite
struct SettingsTests {
    private func failure(_ change: (inout ServiceSettings) -> Void) async -> ServiceSettingsFailure? {
        var settings = ServiceSettings(credential: .apiKey(testKey))
        change(&settings)
        do throws(ServiceSettingsFailure) {
            try await BatchServiceClient(settings).shutdown()
            return nil
        } catch {
            return error
        }
    }

    @Test
    func `the defaults are accepted`() async throws {
        let client = try BatchServiceClient(ServiceSettings(credential: .apiKey(testKey)))
        #expect(client.origin == "https://api.anthropic.com")
        await client.shutdown()
    }

    @Test
    func `a base URL that is none is named with its problem`() async {
        let failure = await failure { $0.baseURL = "api.anthropic.com" }
        #expect(failure == .baseURL("api.anthropic.com", problem: .scheme))
    }

    @Test
    func `a password in a base URL does not come back`() async {
        let failure = await failure { $0.baseURL = "https://me:secret@gw.example" }
        #expect(failure == .baseURL("", problem: .userInfo))
    }

    @Test(arguments: ["", " ", "key\n", "key with space", "k\u{e9}y", "key\u{7F}", "a\r\nx-evil: 1"])
    func `a key that no header may hold is refused without being shown`(key: String) async {
        let failure = await failure { $0.credential = .apiKey(key) }
        #expect(failure == .credential)
    }

    @Test
    func `other header values are checked by name`() async {
        #expect(await failure { $0.apiVersion = "" } == .header(name: "anthropic-version"))
        #expect(await failure { $0.betas = ["good", "bad\r\n"] } == .header(name: "anthropic-beta"))
        #expect(await failure { $0.workspace = "w\u{e9}" } == .header(name: "anthropic-workspace-id"))
        #expect(await failure { $0.userAgent = "a\nb" } == .header(name: "user-agent"))
    }

    @Test
    func `a certificate file that is missing or no certificate is named`() async {
        let missing = await failure { $0.caFile = "/nonexistent/ca.pem" }
        #expect(missing == .caFile("/nonexistent/ca.pem", detail: "cannot be read"))
        let other = await failure { $0.caFile = #filePath }
        #expect(other == .caFile(#filePath, detail: "contains no certificates in PEM form"))
    }

    @Test
    func `a pace below one a minute is refused`() async {
        #expect(await failure { $0.maxRequestsPerMinute = 0 } == .maxRequestsPerMinute(0))
    }

    @Test
    func `a proxy that cannot be used is named by its variable`() async {
        let failure = await failure { $0.proxies = ProxySettings(https: "socks5://u:p@proxy.example:1080") }
        #expect(failure == .proxy(variable: "HTTPS_PROXY"))
    }
}
