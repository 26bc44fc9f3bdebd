import BatchPipeline
import Synchronization
import Testing

@testable import BatchService

/// Errors that arrive with status 200, as some gateways send them.
struct ErrorDocumentTests {
    /// An error document with status 200.
    private func document(_ type: String, headers: [String] = []) -> ScriptedServer.Reply {
        let body = #"{"type":"error","error":{"type":"\#(type)","message":"no luck"},"request_id":"req_body"}"#
        return .answer(200, headers: headers, body: body)
    }

    @Test(arguments: [
        ("overloaded_error", RetryPolicy.Reason.status(529)), ("api_error", .status(500)),
        ("timeout_error", .status(504)), ("rate_limit_error", .throttled),
    ])
    func `a transient error with status 200 is followed by the answer`(
        type: String,
        reason: RetryPolicy.Reason
    ) async throws {
        let notices = Mutex<[RetryNotice]>([])
        let clock = ManualClock(skipping: .seconds(7_200))
        let script = [document(type, headers: ["retry-after: 7"]), .answer(body: "[1]")]
        try await ScriptedServer.run(script) { server in
            let record = { @Sendable (notice: RetryNotice) in notices.withLock { $0.append(notice) } }
            let reply = try await BatchServiceClient.run(server.origin, clock: clock, onRetry: record) {
                try await $0.page(PageQuery())
            }
            #expect(reply.body == Array("[1]".utf8))
            #expect(clock.skipped == [.seconds(7)])
        }
        #expect(notices.withLock { $0.map(\.reason) } == [reason])
    }

    @Test(arguments: [
        ("authentication_error", 401), ("permission_error", 403), ("not_found_error", 404), ("odd_error", 400),
    ])
    func `a final error with status 200 is reported like one with its own status`(
        type: String,
        status: Int
    ) async throws {
        try await ScriptedServer.run([document(type)]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .status(status) && failure?.errorType == type)
            #expect(failure?.message == "no luck; sent as a successful answer")
            #expect(failure?.requestID == "req_body" && failure?.attempts == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test
    func `an error instead of a batch object is tried again until the attempts are used up`() async throws {
        let script = Array(repeating: document("overloaded_error"), count: 9)
        try await ScriptedServer.run(script) { server in
            await #expect(throws: ServiceError.self) {
                try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 3 }) {
                    try await $0.batch(id: "b")
                }
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [
        #"{"data":[],"error":{"type":"api_error"}}"#, #"{"id":"b","error":{"type":"api_error"}}"#,
        #"{"error":{"message":"no type"}}"#, #"{"data":[{"id":"\u0022error\u0022","error":{"type":"x"}}]}"#,
        #"["error"]"#,
    ])
    func `a document that is not only an error is returned as received`(body: String) async throws {
        try await ScriptedServer.run([.answer(body: body)]) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(reply.body == Array(body.utf8))
        }
    }
}
