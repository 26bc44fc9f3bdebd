import BatchPipeline
import MessageBatches
import Testing

@testable import BatchService

/// What is sent, and how whole answers come back.
@Suite
struct BatchServiceClientTests {
    @Test
    func `a page is asked for with its parameters and every header the service wants`() async throws {
        try await ScriptedServer.run([.answer(body: #"{"data":[]}"#)]) { server in
            let reply = try await BatchServiceClient.run(server.origin + "/prefix/") { settings in
                settings.betas = ["one-2024-09-24", "two-2025-01-01"]
                settings.workspace = "wrkspc_1"
                settings.apiVersion = "2026-10-21"
                settings.userAgent = "batchkeep/9.9"
            } body: { client in
                try await client.page(PageQuery(afterID: "msgbatch_1&x=/é", limit: 7))
            }
            #expect(reply.body == Array(#"{"data":[]}"#.utf8))
            let lines = try #require(server.requests.first).split(separator: "\r\n").map { $0.lowercased() }
            #expect(
                lines.first == "get /prefix/v1/messages/batches?limit=7&after_id=msgbatch_1%26x%3d%2f%c3%a9 http/1.1"
            )
            let expected = [
                "accept: application/json", "accept-encoding: gzip", "anthropic-version: 2026-10-21",
                "user-agent: batchkeep/9.9", "anthropic-beta: one-2024-09-24", "anthropic-beta: two-2025-01-01",
                "anthropic-workspace-id: wrkspc_1", "x-api-key: \(testKey)", "host: 127.0.0.1:\(server.port)",
            ]
            for header in expected { #expect(lines.contains(header), "\(header)") }
            #expect(!lines.contains { $0.hasPrefix("authorization") })
        }
    }

    @Test
    func `paging backwards and the setting of the encoding are passed on`() async throws {
        try await ScriptedServer.run([.answer()]) { server in
            _ = try await BatchServiceClient.run(server.origin, settings: { $0.acceptEncoding = .identity }) { client in
                try await client.page(PageQuery(beforeID: "msgbatch_2"))
            }
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("GET /v1/messages/batches?limit=1000&before_id=msgbatch_2 HTTP/1.1\r\n"))
            #expect(request.lowercased().contains("\r\naccept-encoding: identity\r\n"))
        }
    }

    @Test
    func `a token travels as bearer and without an API key`() async throws {
        try await ScriptedServer.run([.answer()]) { server in
            _ = try await BatchServiceClient.run(server.origin, settings: { $0.credential = .bearer("token-1") }) {
                try await $0.page(PageQuery())
            }
            let request = try #require(server.requests.first).lowercased()
            #expect(request.contains("\r\nauthorization: bearer token-1\r\n"))
            #expect(!request.contains("x-api-key"))
        }
    }

    @Test
    func `a batch is asked for by its id, which stays one path segment`() async throws {
        let headers = ["request-id: req_7", "date: Sun, 06 Nov 1994 08:49:37 GMT", "retry-after: 10"]
        try await ScriptedServer.run([.answer(headers: headers, body: "{ }")]) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.batch(id: "../a b") }
            #expect(server.requests.first?.hasPrefix("GET /v1/messages/batches/..%2Fa%20b HTTP/1.1\r\n") == true)
            #expect(reply.body == Array("{ }".utf8))
            #expect(reply.head.requestID == "req_7")
            #expect(reply.head.date == Timestamp("1994-11-06T08:49:37Z"))
        }
    }

    @Test
    func `results come as they were sent, whatever the chunks`() async throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 257) }
        let pieces = [Array(bytes[..<1]), Array(bytes[1..<2]), Array(bytes[2..<70_000]), Array(bytes[70_000...])]
        try await ScriptedServer.run([.chunked(pieces, headers: ["request-id: req_9"])]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: server.origin + "/files/1?sig=2"))
                let (received, error) = await stream.drain()
                #expect(error == nil)
                #expect(received == bytes)
                #expect(stream.head.requestID == "req_9")
                #expect(stream.rewrittenFrom == nil)
            }
            #expect(server.requests.first?.hasPrefix("GET /files/1?sig=2 HTTP/1.1\r\n") == true)
        }
    }

    @Test
    func `an empty results body is no error of the transport`() async throws {
        try await ScriptedServer.run([.chunked([]), .answer(body: "")]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                for _ in 1...2 {
                    let stream = try await client.results(of: .ended(resultsURL: "/r"))
                    let (received, error) = await stream.drain()
                    #expect(error == nil)
                    #expect(received.isEmpty)
                }
            }
        }
    }

    @Test
    func `one connection serves many calls`() async throws {
        try await ScriptedServer.run(Array(repeating: .answer(), count: 5)) { server in
            try await BatchServiceClient.run(server.origin) { client in
                for _ in 1...5 { _ = try await client.page(PageQuery()) }
            }
            #expect(server.requests.count == 5)
            #expect(server.connections == 1)
        }
    }

    @Test
    func `a reply that does not end is given up`() async throws {
        let piece = [UInt8](repeating: 0x20, count: 8 * 1_048_576)
        try await ScriptedServer.run([.chunked(Array(repeating: piece, count: 9), end: [])]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .malformedReply("more than 64 MiB"))
            #expect(server.requests.count == 1)
        }
    }

    @Test
    func `a batch without a results URL is not asked for`() async throws {
        try await ScriptedServer.run([]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { client in
                await client.resultsFailure(nil)
            }
            #expect(failure?.code == .noResultsURL)
            #expect(failure?.attempts == 0)
            #expect(server.connections == 0)
        }
    }

    @Test
    func `cancelling a call ends it`() async throws {
        try await ScriptedServer.run([[]]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let call = Task { await client.pageFailure() }
                while server.requests.isEmpty { await Task.yield() }
                call.cancel()
                #expect(await call.value?.code == .cancelled)
            }
        }
    }

    @Test
    func `cancelling the reader of a body ends it`() async throws {
        try await ScriptedServer.run([.chunked([[1]], end: [])]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                let reader = Task { await stream.drain() }
                while server.requests.isEmpty { await Task.yield() }
                reader.cancel()
                #expect(await reader.value.error is CancellationError)
            }
        }
    }
}
