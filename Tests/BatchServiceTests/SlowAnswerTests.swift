import BatchPipeline
import Testing

@testable import BatchService

/// Answers that keep arriving and never end.
@Suite(.timeLimit(.minutes(1)))
struct SlowAnswerTests {
    private static let chunk = ScriptedServer.Step.endless(Array("1\r\n \r\n".utf8))
    private static let head = "transfer-encoding: chunked\r\n\r\n"

    private func failure(_ reply: ScriptedServer.Reply, attempts: Int = 1) async throws -> ServiceError {
        try await ScriptedServer.run(Array(repeating: reply, count: attempts)) { server in
            let settings = { (settings: inout ServiceSettings) in
                settings.idleTimeout = .seconds(60)
                settings.maxAttempts = attempts
            }
            return try #require(
                await BatchServiceClient.run(server.origin, clock: TickingClock(), settings: settings) {
                    await $0.pageFailure()
                }
            )
        }
    }

    @Test
    func `a document that never ends is given up after twice the idle timeout`() async throws {
        let failure = try await failure([.text("HTTP/1.1 200 OK\r\n" + Self.head), Self.chunk])
        #expect(failure.code == .transport(.tooSlow, detail: "not complete after 120 s"))
        #expect(failure.operation == "GET /v1/messages/batches")
    }

    @Test
    func `a compressed document that never has any content is given up`() async throws {
        // The file name in the header of a gzip member ends at a zero byte.
        let gzip = ScriptedServer.Step.bytes(Array("4\r\n".utf8) + [0x1F, 0x8B, 8, 8] + [13, 10])
        let rest = ScriptedServer.Step.bytes(Array("6\r\n".utf8) + [0, 0, 0, 0, 0, 3] + [13, 10])
        let head = ScriptedServer.Step.text("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n" + Self.head)
        let failure = try await failure([head, gzip, rest, Self.chunk])
        #expect(failure.transportFault == .tooSlow)
    }

    @Test
    func `an error body that never ends is cut, and the status counts`() async throws {
        let gzip = ScriptedServer.Step.bytes(Array("4\r\n".utf8) + [0x1F, 0x8B, 8, 8] + [13, 10])
        let rest = ScriptedServer.Step.bytes(Array("6\r\n".utf8) + [0, 0, 0, 0, 0, 3] + [13, 10])
        let head = ScriptedServer.Step.text("HTTP/1.1 403 Forbidden\r\ncontent-encoding: gzip\r\n" + Self.head)
        let failure = try await failure([head, gzip, rest, Self.chunk])
        #expect(failure.code == .status(403))
        #expect(failure.message == nil)
    }
}
