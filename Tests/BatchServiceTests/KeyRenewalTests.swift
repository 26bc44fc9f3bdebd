import BatchPipeline
import Synchronization
import Testing

@testable import BatchService

/// What a client does after a 401.
struct KeyRenewalTests {
    private static let newKey = "sk-ant-test-9876543210"
    private static let refusal = ScriptedServer.Reply.error(401, "authentication_error")

    private static func renewed(_ settings: inout ServiceSettings) {
        settings.keyRenewal = { .apiKey(newKey) }
    }

    @Test func `a request that was refused is sent again with the new key`() async throws {
        let notices = Mutex<[RetryNotice]>([])
        try await ScriptedServer.run([Self.refusal, .answer(), .answer()]) { server in
            let record = { @Sendable (notice: RetryNotice) in notices.withLock { $0.append(notice) } }
            try await BatchServiceClient.run(server.origin, settings: Self.renewed, onRetry: record) { client in
                _ = try await client.page(PageQuery())
                _ = try await client.page(PageQuery())
            }
            #expect(server.requests.map { $0.contains(Self.newKey) } == [false, true, true])
            #expect(server.requests.map { $0.contains(testKey) } == [true, false, false])
        }
        #expect(notices.withLock { $0.map(\.reason) } == [.keyRenewed])
    }

    @Test func `a second refusal ends the request`() async throws {
        try await ScriptedServer.run([Self.refusal, Self.refusal]) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: Self.renewed) {
                await $0.pageFailure()
            }
            #expect(failure?.status == 401)
            #expect(failure?.keyRenewal == KeyStore.refusedAgain)
            #expect(server.requests.count == 2)
        }
    }

    /// Each refused key is replaced by another one that the server accepts for other requests, then uses up.
    @Test(arguments: [3, 4])
    func `a request that other requests leave no new key for is sent with the third one`(refusals: Int) async throws {
        let count = Atomic(0)
        let keys = Mutex<KeyStore?>(nil)
        let acceptForOthers = { @Sendable (_: RetryNotice) in
            if let keys = keys.withLock({ $0 }) { keys.recordAcceptance(of: keys.current) }
        }
        let script = Array(repeating: Self.refusal, count: refusals) + [.answer()]
        try await ScriptedServer.run(script) { server in
            let failure = try await BatchServiceClient.run(
                server.origin,
                settings: {
                    $0.keyRenewal = { .apiKey("\(Self.newKey)-\(count.add(1, ordering: .relaxed).newValue)") }
                },
                onRetry: acceptForOthers,
                body: { client in
                    keys.withLock { $0 = client.caller.requester.keys }
                    return await client.pageFailure()
                }
            )
            #expect(failure?.keyRenewal == (refusals == 3 ? nil : KeyStore.refusedAgain))
            #expect(server.requests.count == 4)
        }
    }

    @Test func `a renewal that fails is named, without the key`() async throws {
        try await ScriptedServer.run([Self.refusal]) { server in
            let failure = try await BatchServiceClient.run(
                server.origin,
                settings: { $0.keyRenewal = { throw KeyRenewalFailure(reason: "it ended with \(testKey)") } },
                body: { await $0.pageFailure() }
            )
            #expect(failure?.keyRenewal == "it ended with [hidden]")
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [200, 401])
    func `after a refusal of one batch, the listing shows whether the key is refused`(listing: Int) async throws {
        let probe = listing == 200 ? ScriptedServer.Reply.answer() : Self.refusal
        try await ScriptedServer.run([Self.refusal, probe]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.resultsFailure() }
            #expect(failure?.isKeyRefused == (listing == 401))
            #expect(failure?.concernsEveryBatch == (listing == 401))
            #expect(failure?.operation.hasSuffix("/results") == true)
            #expect(server.requests.last?.hasPrefix("GET /v1/messages/batches?limit=1 ") == true)
        }
    }

    @Test func `results that contain the new key end with an error`() async throws {
        let body = "{\"custom_id\":\"\(Self.newKey)\"}\n"
        try await ScriptedServer.run([Self.refusal, .answer(body: body)]) { server in
            try await BatchServiceClient.run(server.origin, settings: Self.renewed) { client in
                let (bytes, error) = await (try client.results(of: .ended(resultsURL: "/r"))).drain()
                #expect((error as? ServiceError)?.code == .keyEchoed)
                #expect(bytes.isEmpty)
            }
        }
    }

    @Test func `a server that echoes the new key does not get it into a failure`() async throws {
        let echo = ScriptedServer.Reply.answer(403, body: #"{"error":{"type":"x","message":"no \#(Self.newKey)"}}"#)
        try await ScriptedServer.run([Self.refusal, echo]) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: Self.renewed) {
                await $0.pageFailure()
            }
            #expect(failure?.message == "no [hidden]")
        }
    }
}
