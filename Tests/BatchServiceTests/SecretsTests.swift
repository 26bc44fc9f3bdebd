import BatchPipeline
import MessageBatches
import Synchronization
import Testing

@testable import BatchService

/// The key goes to the configured origin and shows nowhere else.
@Suite
struct SecretsTests {
    private func everyText(of value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value)" + String(reflecting: value) + dumped
    }

    @Test(arguments: [Credential.apiKey(testKey), .bearer(testKey)])
    func `a credential never prints, alone or inside something`(credential: Credential) {
        let settings = ServiceSettings(
            credential: credential,
            proxies: ProxySettings(https: "http://me:\(testKey)@proxy.example:3128")
        )
        #expect("\(credential)" == "[hidden]")
        for text in [everyText(of: credential), everyText(of: [credential]), everyText(of: settings)] {
            #expect(!text.contains(testKey))
        }
    }

    @Test
    func `a client never prints its key`() async throws {
        let settings = ServiceSettings(credential: .apiKey(testKey))
        let client = try BatchServiceClient(settings)
        #expect(!everyText(of: client).contains(testKey))
        await client.shutdown()
    }

    @Test
    func `a server that echoes the key does not get it into a failure`() async throws {
        let body =
            #"{"type":"error","error":{"type":"authentication_error","message":"bad key \#(testKey), \#(testKey)"}}"#
        try await ScriptedServer.run([.answer(401, body: body)]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            let text = everyText(of: try #require(failure))
            #expect(text.contains("bad key [hidden], [hidden]"))
            #expect(!text.contains(testKey))
        }
    }

    @Test(arguments: [
        ScriptedServer.Reply.answer(403, headers: ["request-id: req_\(testKey)"], body: ""),
        .answer(400, body: #"{"error":{"type":"error_\#(testKey)"},"request_id":"\#(testKey)"}"#),
        .answer(200, headers: ["content-encoding: \(testKey.uppercased())"]),
        .answer(200, headers: ["content-type: text/html"], body: "<title>Hello \(testKey)</title>"),
        .answer(403, headers: ["content-type: text/\(testKey)"], body: "<title>\(testKey.uppercased())</title>"),
        .answer(302, headers: ["location: https://\(testKey).example/x"]),
        .answer(302, headers: ["location: //\(testKey.uppercased()):8080/x", "request-id: \(testKey)"]),
    ])
    func `a key that is echoed in any part of an answer is hidden`(reply: ScriptedServer.Reply) async throws {
        try await ScriptedServer.run([reply]) { server in
            let failure = try #require(
                await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 1 }) { await $0.pageFailure() }
            )
            let text = everyText(of: failure)
            #expect(text.contains("[hidden]"))
            #expect(!text.lowercased().contains(testKey))
        }
    }

    @Test
    func `what is stored about a request does not contain the key`() async throws {
        let headers = ["request-id: req_\(testKey)", "anthropic-workspace-id: \(testKey)"]
        try await ScriptedServer.run([.answer(headers: headers, body: "line\n")]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                #expect(stream.head.requestID == "req_[hidden]")
                #expect(stream.head.workspaceID == "[hidden]")
                #expect(await stream.drain().error == nil)
            }
        }
    }

    @Test
    func `notices of retries do not contain the key`() async throws {
        let notices = Mutex<[RetryNotice]>([])
        let body = #"{"error":{"type":"api_error"},"request_id":"\#(testKey)"}"#
        try await ScriptedServer.run([.answer(500, body: body), .answer()]) { server in
            let record = { @Sendable (notice: RetryNotice) in notices.withLock { $0.append(notice) } }
            _ = try await BatchServiceClient.run(server.origin, onRetry: record) { try await $0.page(PageQuery()) }
        }
        #expect(notices.withLock { $0.map(\.requestID) } == ["[hidden]"])
    }

    @Test(arguments: [1, 7, 4_000])
    func `results that contain the key end with an error before it is delivered`(chunk: Int) async throws {
        let body = Array("{\"custom_id\":\"a\"}\n{\"custom_id\":\"\(testKey)\"}\n".utf8)
        let pieces = stride(from: 0, to: body.count, by: chunk).map { Array(body[$0..<min($0 + chunk, body.count)]) }
        try await ScriptedServer.run([.chunked(pieces)]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let (bytes, error) = await (try client.results(of: .ended(resultsURL: "/r"))).drain()
                #expect((error as? ServiceError)?.code == .keyEchoed)
                #expect(!String(decoding: bytes, as: UTF8.self).contains(testKey))
            }
        }
    }

    @Test
    func `a batch object that contains the key is malformed, and the others are listed`() async throws {
        func object(_ id: String, _ extra: String = "") -> String {
            #"{"id":"\#(id)","processing_status":"ended","request_counts":{},"created_at":"2026-11-20T00:00:00Z"\#(extra)}"#
        }
        let echo = object("b", #","metadata":"\#(testKey)""#)
        let page = #"{"data":[\#(object("a")),\#(echo),\#(object(testKey)),\#(object("c"))],"has_more":false}"#
        try await ScriptedServer.run([.answer(body: page), .answer(body: echo)]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                var walk = BatchWalk(lister: client, walker: PageWalker(window: BatchWindow(), pageSize: 10))
                let batches = try await walk.next()
                #expect(batches?.map(\.id) == ["a", "c"])
                #expect(walk.malformed.map(\.id) == ["b", nil])
                #expect(!everyText(of: walk.malformed).contains(testKey))
                await #expect(throws: ServiceError.self) { _ = try await client.messageBatch(id: "b") }
            }
        }
    }

    @Test
    func `results at another origin are asked at ours, and the other never hears of it`() async throws {
        try await ScriptedServer.run([.answer()]) { other in
            try await ScriptedServer.run([.answer(body: "line\n")]) { server in
                let path = "/v1/messages/batches/msgbatch_1/results"
                try await BatchServiceClient.run(server.origin) { client in
                    let stream = try await client.results(of: .ended(resultsURL: "\(other.origin)\(path)?sig=1"))
                    #expect(await stream.drain().bytes == Array("line\n".utf8))
                    #expect(stream.rewrittenFrom == other.origin + path)
                }
                #expect(server.requests.first?.hasPrefix("GET \(path) HTTP/1.1\r\n") == true)
            }
            #expect(other.connections == 0)
        }
    }

    @Test
    func `results at another origin and an unknown path are refused, and the other never hears of it`() async throws {
        try await ScriptedServer.run([.answer()]) { other in
            try await ScriptedServer.run([]) { server in
                let failure = try await BatchServiceClient.run(server.origin) { client in
                    await client.resultsFailure(other.origin + "/files/1?sig=secret")
                }
                #expect(failure?.code == .foreignOrigin(other.origin))
                #expect(server.connections == 0)
            }
            #expect(other.connections == 0)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect to another origin is not followed`(status: Int) async throws {
        try await ScriptedServer.run([.answer()]) { other in
            let redirect = [
                ScriptedServer.Reply.answer(
                    status,
                    headers: ["location: \(other.origin)/x?key=1", "request-id: req_1"]
                )
            ]
            try await ScriptedServer.run(redirect) { server in
                let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
                #expect(failure?.code == .foreignOrigin(other.origin))
                #expect(failure?.requestID == "req_1")
                #expect(server.requests.count == 1)
            }
            #expect(other.connections == 0)
        }
    }

    @Test
    func `another port of the same host is another origin`() async throws {
        try await ScriptedServer.run([.answer()]) { other in
            try await ScriptedServer.run([.answer(302, headers: ["location: //127.0.0.1:\(other.port)/"])]) { server in
                let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
                #expect(failure?.code == .foreignOrigin(other.origin))
            }
            #expect(other.connections == 0)
        }
    }

    @Test
    func `redirects within the origin are followed with the key, five of them`() async throws {
        let hops = (1...5).map { ScriptedServer.Reply.answer(307, headers: ["location: /hop\($0)"]) }
        try await ScriptedServer.run(hops + [.answer(body: "{}")]) { server in
            _ = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(server.requests.count == 6)
            #expect(server.requests.last?.hasPrefix("GET /hop5 HTTP/1.1\r\n") == true)
            #expect(server.requests.allSatisfy { $0.contains(testKey) })
        }
    }

    @Test
    func `a redirect loop ends`() async throws {
        let loop = Array(repeating: ScriptedServer.Reply.answer(302, headers: ["location: ?again"]), count: 20)
        try await ScriptedServer.run(loop) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .redirect("more than 5 in a row"))
            #expect(server.requests.count == 6)
        }
    }

    @Test(arguments: [[], ["location: https:evil"], ["location: ht!tp://x"], ["location: "]])
    func `a redirect without a usable place ends`(headers: [String]) async throws {
        try await ScriptedServer.run([.answer(302, headers: headers)]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            guard case .redirect = failure?.code else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }
}
