import BatchPipeline
import Testing

@testable import BatchService

/// Connections that fail, each told from the others.
@Suite
struct FaultTests {
    /// An address on which nobody listens any more.
    private func closedPort() async throws -> Int {
        try await ScriptedServer.run([]) { $0.port }
    }

    @Test
    func `a refused connection is tried as often as allowed, with growing pauses`() async throws {
        let clock = ManualClock(skipping: .seconds(60))
        let port = try await closedPort()
        let failure = try await BatchServiceClient.run("http://127.0.0.1:\(port)", clock: clock) {
            await $0.pageFailure()
        }
        #expect(failure?.code == .transport(.connectionRefused, detail: "connection refused"))
        #expect(failure?.attempts == 5)
        #expect(failure?.operation == "GET /v1/messages/batches")
        #expect(clock.skipped == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
    }

    @Test
    func `a server that is back in time is no failure`() async throws {
        try await ScriptedServer.run([[.close], [.reset], .answer(body: "[]")]) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(reply.body == Array("[]".utf8))
            #expect(server.requests.count == 3)
        }
    }

    @Test
    func `a name without address is told by name`() async throws {
        let settings = { (settings: inout ServiceSettings) in settings.maxAttempts = 1 }
        let failure = try await BatchServiceClient.run("http://nobody.invalid", settings: settings) {
            await $0.pageFailure()
        }
        #expect(failure?.code == .transport(.nameResolution, detail: "no address for nobody.invalid"))
    }

    @Test
    func `a certificate nobody trusts is refused once and for all`() async throws {
        try await ScriptedServer.run([.answer()], tls: TestCertificate.valid.serverContext()) { server in
            let failure = try await BatchServiceClient.run("https://127.0.0.1:\(server.port)") {
                await $0.pageFailure()
            }
            #expect(failure?.code == .transport(.certificate, detail: ""))
            #expect(failure?.attempts == 1)
            #expect(server.requests.isEmpty)
        }
    }

    @Test
    func `a certificate file makes a private server trusted`() async throws {
        try await TestCertificate.valid.withFile { file in
            try await ScriptedServer.run([.answer(body: "[]")], tls: TestCertificate.valid.serverContext()) { server in
                let settings = { (settings: inout ServiceSettings) in settings.caFile = file }
                let reply = try await BatchServiceClient.run("https://localhost:\(server.port)", settings: settings) {
                    try await $0.page(PageQuery())
                }
                #expect(reply.body == Array("[]".utf8))
            }
        }
    }

    @Test
    func `a server that does not speak TLS is told from one that is not trusted`() async throws {
        try await ScriptedServer.run([], greeting: [.text("HTTP/1.1 400 Bad Request\r\n\r\n")]) { server in
            let failure = try await BatchServiceClient.run("https://127.0.0.1:\(server.port)") {
                await $0.pageFailure()
            }
            #expect(failure?.code == .transport(.tls, detail: "the server does not speak TLS"))
        }
    }

    @Test
    func `a connection that is not made in time is given up`() async throws {
        // The server accepts, but never answers the first message of TLS.
        try await ScriptedServer.run([[]]) { server in
            let settings = { (settings: inout ServiceSettings) in
                settings.connectTimeout = .milliseconds(50)
                settings.maxAttempts = 1
            }
            let failure = try await BatchServiceClient.run("https://127.0.0.1:\(server.port)", settings: settings) {
                await $0.pageFailure()
            }
            #expect(failure?.transportFault == .connectTimeout)
        }
    }

    @Test
    func `an answer that does not begin is waited for the idle time`() async throws {
        let clock = ManualClock()
        try await ScriptedServer.run([[]]) { server in
            let settings = { (settings: inout ServiceSettings) in
                settings.idleTimeout = .seconds(60)
                settings.maxAttempts = 1
            }
            try await BatchServiceClient.run(server.origin, clock: clock, settings: settings) { client in
                let call = Task { await client.pageFailure() }
                while server.requests.isEmpty { await Task.yield() }
                await clock.waitForSleepers()
                clock.advance(by: .seconds(60))
                #expect(await call.value?.code == .transport(.idleTimeout, detail: "no data for 60 s"))
            }
        }
    }

    @Test
    func `a body that stops coming is given up after the idle time, and what came is kept`() async throws {
        let clock = ManualClock()
        try await ScriptedServer.run([.chunked([[1, 2, 3]], headers: ["request-id: req_1"], end: [])]) { server in
            let settings = { (settings: inout ServiceSettings) in settings.idleTimeout = .seconds(60) }
            try await BatchServiceClient.run(server.origin, clock: clock, settings: settings) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                // Time stands still until the first bytes are there.
                let (arrivals, arrived) = AsyncStream<Void>.makeStream()
                let clockwork = Task {
                    for await _ in arrivals { break }
                    while !Task.isCancelled {
                        await clock.waitForSleepers()
                        clock.advance(by: .seconds(15))
                    }
                }
                var bytes: [UInt8] = []
                var error: (any Error)?
                do {
                    for try await chunk in stream.body {
                        bytes += chunk
                        arrived.yield()
                    }
                } catch let found {
                    error = found
                }
                clockwork.cancel()
                arrived.finish()
                #expect(bytes == [1, 2, 3])
                let failure = try #require(error as? ServiceError)
                #expect(failure.code == .transport(.idleTimeout, detail: "no data for 60 s"))
                #expect(failure.operation == "GET /v1/messages/batches/msgbatch_1/results")
                #expect(failure.requestID == "req_1")
                #expect(failure.attempts == 1)
            }
        }
    }

    /// A results answer of two chunks, as the bytes of its connection.
    private static let wholeAnswer = Array(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabc\n\r\n5\r\n{\"é\n\r\n0\r\n\r\n".utf8
    )
    private static let content = Array("abc\n{\"é\n".utf8)

    @Test(arguments: 0..<wholeAnswer.count, [ScriptedServer.Step.close, .reset])
    func `a connection that ends anywhere is never taken for the end of the body`(
        length: Int,
        ending: ScriptedServer.Step
    ) async throws {
        try await ScriptedServer.run([[.bytes(Array(Self.wholeAnswer[..<length])), ending]]) { server in
            try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 1 }) { client in
                let failure: ServiceError?
                do throws(ServiceError) {
                    let stream = try await client.results(of: .ended(resultsURL: "/r"))
                    let (bytes, error) = await stream.drain()
                    #expect(Self.content.starts(with: bytes))
                    failure = error as? ServiceError
                } catch {
                    failure = error
                }
                #expect(failure?.transportFault == .cut)
            }
        }
    }

    @Test
    func `a body shorter than its length is cut`() async throws {
        let answer: ScriptedServer.Reply = [.text("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"), .close]
        try await ScriptedServer.run([answer, answer, .answer(body: "whole")]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                let (bytes, error) = await stream.drain()
                #expect(bytes == Array("12345".utf8))
                #expect((error as? ServiceError)?.transportFault == .cut)
                // A page is read within its call, so there the cut is healed.
                #expect(try await client.page(PageQuery()).body == Array("whole".utf8))
            }
        }
    }

    @Test
    func `bytes that are no HTTP are no answer`() async throws {
        try await ScriptedServer.run([[.text("SSH-2.0-OpenSSH_9.7\r\n\r\n"), .close]]) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 1 }) {
                await $0.pageFailure()
            }
            #expect(failure?.transportFault == .other)
        }
    }
}
