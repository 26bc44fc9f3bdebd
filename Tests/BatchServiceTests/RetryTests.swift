import BatchPipeline
import MessageBatches
import Synchronization
import Testing

@testable import BatchService

/// The retry plan at work, through sockets.
@Suite
struct RetryTests {
    @Test(arguments: [408, 409, 429, 500, 502, 503, 504, 529])
    func `a transient error is followed by the answer`(status: Int) async throws {
        try await ScriptedServer.run([.error(status, "some_error"), .answer(body: "[1]")]) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(reply.body == Array("[1]".utf8))
            #expect(server.requests.count == 2)
        }
    }

    @Test(arguments: [400, 401, 402, 403, 404, 410, 413])
    func `a final error is reported with all the service said`(status: Int) async throws {
        let headers = ["request-id: req_head", "date: Sun, 06 Nov 1994 08:49:37 GMT"]
        try await ScriptedServer.run([.error(status, "some_error", headers: headers)]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            let expected = ServiceError(
                code: .status(status),
                operation: "GET /v1/messages/batches",
                errorType: "some_error",
                message: "no luck",
                requestID: "req_head",
                serverDate: Timestamp("1994-11-06T08:49:37Z"),
                attempts: 1
            )
            #expect(failure == expected)
        }
    }

    @Test(arguments: ["nan", "inf", "1e999", "-inf"])
    func `a pause that is not finite counts as none`(value: String) async throws {
        for name in ["retry-after", "retry-after-ms"] {
            let clock = ManualClock(skipping: .seconds(7_200))
            let script: [ScriptedServer.Reply] = [.error(503, "api_error", headers: ["\(name): \(value)"]), .answer()]
            try await ScriptedServer.run(script) { server in
                _ = try await BatchServiceClient.run(server.origin, clock: clock) { try await $0.page(PageQuery()) }
                #expect(clock.skipped == [.milliseconds(500)])
            }
        }
    }

    @Test
    func `the request id of the body serves where the header is missing`() async throws {
        try await ScriptedServer.run([.error(400, "invalid_request_error")]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.requestID == "req_body")
        }
    }

    @Test
    func `HTML, nothing and an endless body are errors like others`() async throws {
        let endless = ScriptedServer.Reply.chunked([[UInt8](repeating: 0x20, count: 100_000)], status: 503, end: [])
        let script: [ScriptedServer.Reply] = [
            .answer(502, headers: ["content-type: text/html"], body: "<html>Bad Gateway</html>"),
            .answer(504, body: ""),
            endless,
            .answer(),
        ]
        try await ScriptedServer.run(script) { server in
            let reply = try await BatchServiceClient.run(server.origin) { try await $0.page(PageQuery()) }
            #expect(reply.head.status == 200)
            #expect(server.requests.count == 4)
        }
    }

    @Test
    func `errors without end are given up after the allowed attempts`() async throws {
        let script = Array(repeating: ScriptedServer.Reply.error(529, "overloaded_error"), count: 9)
        try await ScriptedServer.run(script) { server in
            let failure = try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 3 }) {
                await $0.pageFailure()
            }
            #expect(failure?.code == .status(529))
            #expect(failure?.errorType == "overloaded_error")
            #expect(failure?.attempts == 3)
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [
        (["retry-after: 30"], Duration.seconds(30)),
        (["retry-after-ms: 1500", "retry-after: 30"], .milliseconds(1_500)),
        (["retry-after: Sun, 06 Nov 1994 08:49:44 GMT", "date: Sun, 06 Nov 1994 08:49:37 GMT"], .seconds(7)),
        // Our clock, where the server has none.
        (["retry-after: Sun, 22 Nov 2026 12:01:00 GMT"], .seconds(60)),
        ([], .milliseconds(500)),
    ])
    func `a 429 is waited out as the server says`(headers: [String], pause: Duration) async throws {
        let clock = ManualClock(skipping: .seconds(7_200))
        try await ScriptedServer.run([.error(429, "rate_limit_error", headers: headers), .answer()]) { server in
            _ = try await BatchServiceClient.run(server.origin, clock: clock) { try await $0.page(PageQuery()) }
            #expect(clock.skipped == [pause])
        }
    }

    @Test
    func `a 429 uses up no attempt`() async throws {
        let script = Array(repeating: ScriptedServer.Reply.error(429, "rate_limit_error"), count: 10) + [.answer()]
        try await ScriptedServer.run(script) { server in
            _ = try await BatchServiceClient.run(server.origin, settings: { $0.maxAttempts = 1 }) {
                try await $0.page(PageQuery())
            }
            #expect(server.requests.count == 11)
        }
    }

    @Test(arguments: [[], ["retry-after: 45"]])
    func `a 429 that continues for ten minutes ends the call`(headers: [String]) async throws {
        let clock = ManualClock(skipping: .seconds(7_200))
        let script = Array(repeating: ScriptedServer.Reply.error(429, "rate_limit_error", headers: headers), count: 500)
        try await ScriptedServer.run(script) { server in
            try await BatchServiceClient.run(server.origin, clock: clock) { client in
                let first = await client.pageFailure()
                #expect(first?.code == .status(429))
                #expect(first?.refusedPause == .seconds(headers.isEmpty ? 8 : 45))
                #expect(clock.now.offset > .seconds(500) && clock.now.offset < .seconds(700))
                // The server has answered nothing else, so the next call is tried once.
                #expect(await client.pageFailure()?.attempts == 1)
            }
        }
    }

    @Test(arguments: [("9999999999", 9_999_999_999), ("601", 601)])
    func `a pause that is too long ends the call and is in the error`(header: String, seconds: Int) async throws {
        let reply = ScriptedServer.Reply.error(429, "rate_limit_error", headers: ["retry-after: \(header)"])
        try await ScriptedServer.run([reply, .answer()]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .status(429))
            #expect(failure?.refusedPause == .seconds(seconds))
            #expect(server.requests.count == 1)
        }
    }

    @Test
    func `after a 429 everybody waits`() async throws {
        let clock = ManualClock(skipping: .seconds(7_200))
        let script: [ScriptedServer.Reply] = [
            .error(429, "rate_limit_error", headers: ["retry-after: 100"]), .answer(), .answer(),
        ]
        try await ScriptedServer.run(script) { server in
            try await BatchServiceClient.run(server.origin, clock: clock) { client in
                _ = try await client.page(PageQuery())
                #expect(clock.now.offset == .seconds(100))
                _ = try await client.page(PageQuery())
                // No pause any more, but a pace that was found by the refusal.
                #expect(clock.now.offset > .seconds(100))
                #expect(clock.now.offset < .seconds(101))
            }
        }
    }

    @Test
    func `a spend limit fails at once and says until when`() async throws {
        let reply = ScriptedServer.Reply.error(
            429,
            "rate_limit_error",
            headers: ["date: Mon, 30 Nov 2026 23:59:59 GMT", "x-should-retry: true"],
            details: #"{"error_code":"enforced_spend_limit_reached"}"#
        )
        try await ScriptedServer.run([reply, .answer()]) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.pageFailure() }
            #expect(failure?.code == .spendLimit(until: Timestamp("2026-12-01T00:00:00Z")))
            #expect(server.requests.count == 1)
        }
    }

    @Test
    func `results that are not there yet are asked for again`() async throws {
        let missing = ScriptedServer.Reply.error(404, "not_found_error", headers: ["x-should-retry: false"])
        try await ScriptedServer.run([missing, missing, .answer(body: "line\n")]) { server in
            try await BatchServiceClient.run(server.origin) { client in
                let stream = try await client.results(of: .ended(resultsURL: "/r"))
                #expect(await stream.drain().bytes == Array("line\n".utf8))
            }
        }
    }

    @Test
    func `results that never come are reported as missing`() async throws {
        let missing = ScriptedServer.Reply.error(404, "not_found_error")
        try await ScriptedServer.run(Array(repeating: missing, count: 9)) { server in
            let failure = try await BatchServiceClient.run(server.origin) { await $0.resultsFailure() }
            #expect(failure?.code == .status(404))
            #expect(failure?.attempts == 4)
        }
    }

    @Test
    func `every repetition is announced`() async throws {
        let notices = Mutex<[RetryNotice]>([])
        let script: [ScriptedServer.Reply] = [
            .error(500, "api_error", headers: ["request-id: req_1"]),
            .error(429, "rate_limit_error", headers: ["retry-after: 2"]),
            [.close],
            .answer(),
        ]
        try await ScriptedServer.run(script) { server in
            _ = try await BatchServiceClient.run(
                server.origin,
                onRetry: { notice in
                    notices.withLock { $0.append(notice) }
                }
            ) {
                try await $0.batch(id: "a")
            }
        }
        let reasons: [RetryPolicy.Reason] = [.status(500), .throttled, .transport(.cut)]
        #expect(notices.withLock { $0.map(\.reason) } == reasons)
        #expect(notices.withLock { $0.map(\.tries) } == [1, 2, 3])
        #expect(notices.withLock { $0.map(\.requestID) } == ["req_1", "req_body", nil])
        #expect(notices.withLock { $0.allSatisfy { $0.operation == "GET /v1/messages/batches/a" } })
    }

    @Test
    func `requests keep the pace that was asked for`() async throws {
        let clock = ManualClock(skipping: .seconds(7_200))
        try await ScriptedServer.run(Array(repeating: .answer(), count: 4)) { server in
            let settings = { (settings: inout ServiceSettings) in settings.maxRequestsPerMinute = 30 }
            try await BatchServiceClient.run(server.origin, clock: clock, settings: settings) { client in
                for _ in 1...4 { _ = try await client.page(PageQuery()) }
            }
            #expect(clock.skipped == [.seconds(2), .seconds(2), .seconds(2)])
        }
    }
}
