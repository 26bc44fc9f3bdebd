import BatchPipeline
import NIOHTTP1
import Testing

@testable import BatchService

/// Headers of the user: what is accepted, where they go, and that their values appear nowhere.
struct CustomHeaderTests {
    private static let secret = "Bearer gateway-token-1234"

    @Test(
        arguments: [
            ("x-team: research", "x-team", "research"), ("X-A:b", "X-A", "b"), ("x-a:  b: c\t", "x-a", "b: c"),
            ("x_a!: 1", "x_a!", "1"),
        ]
    )
    func `a name and a value are read`(text: String, name: String, value: String) throws {
        let header = try CustomHeader(text)
        #expect(header.name == name)
        #expect(header.value == value)
    }

    @Test(
        arguments: [
            ("", .form), ("x-team", .form), (": a", .form), ("x team: a", .form), ("x-t\u{e9}am: a", .form),
            ("x\r\ny: a", .form), ("x-a:", .value(name: "x-a")), ("x-a: \n", .value(name: "x-a")),
            ("x-a: b\r\nx-evil: 1", .value(name: "x-a")), ("x-a: b\nc", .value(name: "x-a")),
            ("x-a: \u{e9}", .value(name: "x-a")), ("x-a: \u{0}", .value(name: "x-a")),
            ("Authorization: a", .reserved(name: "Authorization")), ("x-api-key: a", .reserved(name: "x-api-key")),
            ("HOST: a", .reserved(name: "HOST")), ("content-length: 1", .reserved(name: "content-length")),
            ("transfer-encoding: chunked", .reserved(name: "transfer-encoding")),
        ] as [(String, CustomHeader.Problem)]
    )
    func `an invalid header is refused with its reason`(text: String, problem: CustomHeader.Problem) {
        #expect(throws: problem) { try CustomHeader(text) }
    }

    @Test func `a header never prints its value`() throws {
        let header = try CustomHeader("x-gateway: \(Self.secret)")
        var dumped = ""
        dump(ServiceSettings(credential: .apiKey(testKey), headers: [header]), to: &dumped)
        #expect(!(dumped + "\(header)" + String(reflecting: header)).contains("gateway-token"))
    }

    @Test func `a server that echoes a value does not get it into a failure`() async throws {
        let body = #"{"error":{"type":"x","message":"bad gateway-token-1234 and \#(Self.secret)"}}"#
        let header = try CustomHeader("x-gateway: \(Self.secret)")
        try await ScriptedServer.run([.answer(403, body: body)]) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: { $0.headers = [header] }) {
                await $0.pageFailure()
            }
            #expect(failure?.message?.contains("gateway-token") == false)
            #expect(server.requests.first?.contains("x-gateway: \(Self.secret)\r\n") == true)
        }
    }

    @Test func `a redirect to another origin does not get the header`() async throws {
        let header = try CustomHeader("x-gateway: \(Self.secret)")
        try await ScriptedServer.run([.answer()]) { other in
            try await ScriptedServer.run([.answer(302, headers: ["location: \(other.origin)/x"])]) { server in
                let failure = try await BatchServiceClient.run(server.origin, settings: { $0.headers = [header] }) {
                    await $0.pageFailure()
                }
                #expect(failure?.code == .foreignOrigin(other.origin))
            }
            #expect(other.connections == 0)
        }
    }

    // MARK: The headers of a request

    private func headers(
        _ base: String,
        _ credential: Credential,
        _ change: (inout ServiceSettings) throws -> Void = { _ in }
    ) async throws -> HTTPHeaders {
        var settings = ServiceSettings(baseURL: base, credential: credential)
        try change(&settings)
        let origin = try ServiceURL(base).origin
        let transport = try HTTPTransport(settings: settings, origin: origin, stopwatch: Stopwatch(ContinuousClock()))
        let requester = Requester(
            origin: origin,
            settings: settings,
            keys: KeyStore(credential),
            transport: transport
        )
        let headers = requester.headers(accept: "application/json", key: credential)
        await transport.shutdown()
        return headers
    }

    @Test(
        arguments: [
            ("https://api.anthropic.com", true), ("https://api.anthropic.com:8443", true),
            ("https://anthropic.com.example", false), ("https://notanthropic.com", false),
            ("http://api.anthropic.com", false), ("https://gateway.example", false),
        ]
    )
    func `a token gets its beta header at the host of Anthropic only`(base: String, isSent: Bool) async throws {
        let token = try await headers(base, .bearer(testKey))
        #expect(token[canonicalForm: "anthropic-beta"].contains("oauth-2025-04-20") == isSent)
        #expect(token["authorization"] == ["Bearer \(testKey)"])
        let key = try await headers(base, .apiKey(testKey))
        #expect(key["anthropic-beta"].isEmpty)
    }

    @Test func `a header replaces ours, and adds to the betas`() async throws {
        let found = try await headers("https://api.anthropic.com", .bearer(testKey)) { settings in
            settings.betas = ["one"]
            settings.workspace = "wrkspc_1"
            settings.headers = [
                try CustomHeader("User-Agent: mine"), try CustomHeader("Anthropic-Beta: oauth-2025-04-20"),
                try CustomHeader("anthropic-workspace-id: wrkspc_2"),
            ]
        }
        #expect(found["user-agent"] == ["mine"])
        #expect(found["anthropic-beta"] == ["one", "oauth-2025-04-20"])
        #expect(found["anthropic-workspace-id"] == ["wrkspc_2"])
    }
}
