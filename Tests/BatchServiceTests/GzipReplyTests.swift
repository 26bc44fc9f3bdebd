import BatchPipeline
import BlockGzip
import Testing

@testable import BatchService

/// Compressed answers through sockets.
@Suite
struct GzipReplyTests {
    private func gzip(_ text: String) throws -> [UInt8] {
        try ZlibCodec().member(holding: Array(text.utf8).span)
    }

    @Test(arguments: ["gzip", "x-gzip", "GZip"])
    func `gzip is inflated even where it was not asked for`(encoding: String) async throws {
        let body = try gzip("line\n")
        let reply = ScriptedServer.Reply.chunked([body], headers: ["content-encoding: \(encoding)"])
        try await ScriptedServer.run([reply, reply]) { server in
            try await BatchServiceClient.run(server.origin, settings: { $0.acceptEncoding = .identity }) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                #expect(await stream.drain().bytes == Array("line\n".utf8))
                #expect(try await client.page(PageQuery()).body == Array("line\n".utf8))
            }
        }
    }

    @Test
    func `a gzip body cut inside is a cut even if the connection ended well`() async throws {
        let body = try gzip("line\n")
        let headers = ["content-encoding: gzip", "request-id: req_1"]
        let cut = ScriptedServer.Reply.chunked([Array(body.dropLast(3))], headers: headers)
        try await ScriptedServer.run([cut]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                let failure = try #require(await stream.drain().error as? ServiceError)
                #expect(failure.code == .transport(.cut, detail: "the gzip body ends too early"))
                #expect(failure.requestID == "req_1")
            }
        }
    }

    @Test
    func `a compressed error body is read`() async throws {
        let body = try gzip(#"{"error":{"type":"permission_error","message":"no"}}"#)
        try await ScriptedServer.run([.answer(403, headers: ["content-encoding: gzip"], body: body)]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.errorType == "permission_error")
        }
    }

    @Test(arguments: ["br", "zstd", "deflate", "gzip, gzip"])
    func `an encoding we cannot read is named`(encoding: String) async throws {
        try await ScriptedServer.run([.answer(headers: ["content-encoding: \(encoding)"])]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .malformedReply("content-encoding '\(encoding)', which was not requested"))
            #expect(server.requests.count == 1)
        }
    }

    @Test
    func `an error counts by its status even if its encoding is unknown`() async throws {
        let busy = ScriptedServer.Reply.answer(503, headers: ["content-encoding: br"], body: "not brotli")
        try await ScriptedServer.run([busy, .answer(headers: ["content-encoding:"], body: "[]")]) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(reply.body == Array("[]".utf8))
        }
    }

    @Test(arguments: [true, false], [1, 2, 1_000])
    func `content that is gzip again is refused, however it is cut`(isDeclared: Bool, size: Int) async throws {
        let inner = try gzip("line\n")
        let body = isDeclared ? try ZlibCodec().member(holding: inner.span) : inner
        let pieces = stride(from: 0, to: body.count, by: size).map { Array(body[$0..<min(body.count, $0 + size)]) }
        let reply = ScriptedServer.Reply.chunked(pieces, headers: isDeclared ? ["content-encoding: gzip"] : [])
        try await ScriptedServer.run([reply]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                let (bytes, error) = await stream.drain()
                #expect(bytes.count <= 1)
                let problem = isDeclared ? "compressed twice with gzip" : "gzip without a content-encoding header"
                #expect((error as? ServiceError)?.code == .malformedReply(problem))
            }
        }
    }

    @Test
    func `the key is found in compressed content`() async throws {
        let reply = ScriptedServer.Reply.chunked([try gzip("line \(testKey)\n")], headers: ["content-encoding: gzip"])
        try await ScriptedServer.run([reply]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                #expect((await stream.drain().error as? ServiceError)?.code == .keyEchoed)
            }
        }
    }

    @Test
    func `canceling the reader of endless padding ends it`() async throws {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
        let zeros = ScriptedServer.Step.endless([UInt8](repeating: 0, count: 4_096))
        try await ScriptedServer.run([[.text(head), .bytes(try gzip("line\n")), zeros]]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                let (lines, arrived) = AsyncStream<Void>.makeStream()
                let reader = Task { () -> (any Error)? in
                    do {
                        for try await _ in stream.body { arrived.yield() }
                        return nil
                    } catch {
                        return error
                    }
                }
                for await _ in lines { break }
                reader.cancel()
                #expect(await reader.value is CancellationError)
            }
        }
    }
}
