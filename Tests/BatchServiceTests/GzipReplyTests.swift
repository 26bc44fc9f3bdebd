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
            try await BatchServiceClient.run(server.origin) { client in
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
                #expect(failure.code == .transport(.cut, detail: "gzip body ends too early"))
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
            #expect(failure?.code == .malformedReply("content-encoding \(encoding)"))
            #expect(server.requests.count == 1)
        }
    }
}
