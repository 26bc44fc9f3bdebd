import BatchPipeline
import Testing

@testable import BatchService

/// Answers that keep arriving and never end.
@Suite(.timeLimit(.minutes(1)))
struct SlowAnswerTests {
    private static let chunk = ScriptedServer.Step.endless(Array("1\r\n \r\n".utf8))
    private static let head = "transfer-encoding: chunked\r\n\r\n"

    /// A compressed answer that never has any content.
    private static func compressed(_ status: String) -> ScriptedServer.Reply {
        // The file name in the header of a gzip member ends at a zero byte.
        let gzip = ScriptedServer.Step.bytes(Array("4\r\n".utf8) + [0x1F, 0x8B, 8, 8] + [13, 10])
        let rest = ScriptedServer.Step.bytes(Array("6\r\n".utf8) + [0, 0, 0, 0, 0, 3] + [13, 10])
        return [.text("HTTP/1.1 \(status)\r\ncontent-encoding: gzip\r\n" + head), gzip, rest, chunk]
    }

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
        let failure = try await failure(Self.compressed("200 OK"))
        #expect(failure.transportFault == .tooSlow)
    }

    @Test
    func `an error body that never ends is cut, and the status counts`() async throws {
        let failure = try await failure(Self.compressed("403 Forbidden"))
        #expect(failure.code == .status(403))
        #expect(failure.message == nil)
    }
}
