import MessageBatches
import Testing

@testable import BatchPipeline

@Suite
struct RetryPolicyTests {
    private let noon = Timestamp("2026-11-22T12:00:00Z")!

    /// The decision of a new policy about an answer.
    private func firstDecision(
        _ operation: RetryPolicy.Operation = .list,
        _ status: Int,
        jitter: Double = 0,
        _ change: (inout RetryFacts) -> Void = { _ in }
    ) -> RetryPolicy.Decision {
        var facts = RetryFacts(status: status, now: noon)
        change(&facts)
        var plan = RetryPolicy(operation)
        return plan.decide(.answer(facts), jitter: jitter)
    }

    @Test(arguments: [RetryPolicy.Operation.list, .retrieve, .results])
    func `status 200 is final whatever its retry-after header`(operation: RetryPolicy.Operation) {
        let decision = firstDecision(operation, 200) {
            $0.retryAfter = .seconds(10)
            $0.shouldRetry = true
        }
        #expect(decision == .accept)
    }

    @Test(arguments: [408, 409, 500, 502, 503, 504, 529, 599])
    func `temporary statuses are retried`(status: Int) {
        #expect(firstDecision(.list, status) == .retry(after: .milliseconds(500), reason: .status(status)))
    }

    @Test(arguments: [201, 204, 206, 300, 304, 400, 401, 402, 403, 404, 410, 413, 418, 600])
    func `every other status is final`(status: Int) {
        #expect(firstDecision(.retrieve, status) == .fail(.status(status)))
    }

    @Test
    func `pauses double from half a second to eight seconds`() {
        var plan = RetryPolicy(.list, limits: .init(attempts: 8))
        let pauses = (1...7).map { _ in plan.decide(.answer(RetryFacts(status: 500, now: noon)), jitter: 0) }
        let expected = [0.5, 1, 2, 4, 8, 8, 8]
            .map { seconds in
                RetryPolicy.Decision.retry(after: .seconds(seconds), reason: .status(500))
            }
        #expect(pauses == expected)
    }

    @Test(arguments: [(0.0, 500), (0.4, 450), (1.0, 375), (7.0, 375), (-3.0, 500)])
    func `jitter shortens a pause by up to a quarter and never lengthens it`(jitter: Double, milliseconds: Int) {
        guard case .retry(let pause, _) = firstDecision(.list, 500, jitter: jitter) else {
            Issue.record("no retry")
            return
        }
        #expect(abs(pause / .milliseconds(1) - Double(milliseconds)) < 0.001)
    }

    @Test
    func `errors and broken connections share one limit of attempts`() {
        var plan = RetryPolicy(.list, limits: .init(attempts: 3))
        _ = plan.decide(.answer(RetryFacts(status: 500, now: noon)), jitter: 0)
        let second = plan.decide(.fault(.connectionRefused, detail: "connection refused"), jitter: 0)
        #expect(second == .retry(after: .seconds(1), reason: .transport(.connectionRefused)))
        #expect(plan.decide(.answer(RetryFacts(status: 503, now: noon)), jitter: 0) == .fail(.status(503)))
        #expect(plan.tries == 3)
    }

    @Test
    func `with one attempt nothing is retried`() {
        var plan = RetryPolicy(.list, limits: .init(attempts: 1))
        let decision = plan.decide(.fault(.cut, detail: "connection reset"), jitter: 0)
        #expect(decision == .fail(.transport(.cut, detail: "connection reset")))
    }

    @Test
    func `a rejected certificate is final`() {
        var plan = RetryPolicy(.list)
        let decision = plan.decide(.fault(.tls, detail: "the server's certificate is not trusted"), jitter: 0)
        #expect(decision == .fail(.transport(.tls, detail: "the server's certificate is not trusted")))
    }

    @Test
    func `a proxy that requires a password ends the retries`() {
        var plan = RetryPolicy(.list)
        let decision = plan.decide(.fault(.proxyAuthentication, detail: "proxy p:1"), jitter: 0)
        #expect(decision == .fail(.transport(.proxyAuthentication, detail: "proxy p:1")))
    }

    // MARK: Headers about retries

    @Test
    func `x-should-retry overrides the status in both directions`() {
        #expect(firstDecision(.list, 500) { $0.shouldRetry = false } == .fail(.status(500)))
        #expect(firstDecision(.list, 429) { $0.shouldRetry = false } == .fail(.status(429)))
        let urged = firstDecision(.list, 400) { $0.shouldRetry = true }
        #expect(urged == .retry(after: .milliseconds(500), reason: .status(400)))
    }

    @Test
    func `x-should-retry does not make a call retry forever`() {
        var plan = RetryPolicy(.list, limits: .init(attempts: 2))
        let facts = RetryFacts(status: 401, shouldRetry: true, now: noon)
        _ = plan.decide(.answer(facts), jitter: 0)
        #expect(plan.decide(.answer(facts), jitter: 0) == .fail(.status(401)))
    }

    @Test
    func `retry-after in seconds replaces the computed pause`() {
        let decision = firstDecision(.list, 503, jitter: 1) { $0.retryAfter = .seconds(30) }
        #expect(decision == .retry(after: .seconds(30), reason: .status(503)))
    }

    @Test
    func `a retry-after date is counted from the server's clock`() {
        let decision = firstDecision(.list, 429) { $0.retryAfter = .date(noon.adding(seconds: 7)) }
        #expect(decision == .retry(after: .seconds(7), reason: .throttled))
    }

    @Test
    func `retry-after-ms takes precedence over retry-after`() {
        let decision = firstDecision(.list, 429) {
            $0.retryAfter = .seconds(30)
            $0.retryAfterMilliseconds = 1_500
        }
        #expect(decision == .retry(after: .milliseconds(1_500), reason: .throttled))
    }

    @Test(arguments: [0, -5, Double.nan, -Double.infinity, Double.infinity])
    func `an invalid delay is ignored`(seconds: Double) {
        let decision = firstDecision(.list, 500) {
            $0.retryAfterMilliseconds = seconds
            $0.retryAfter = .seconds(seconds)
        }
        #expect(decision == .retry(after: .milliseconds(500), reason: .status(500)))
    }

    @Test(arguments: [0, Double.nan, Double.infinity])
    func `an invalid retry-after-ms leaves retry-after in effect`(milliseconds: Double) {
        let decision = firstDecision(.list, 500) {
            $0.retryAfterMilliseconds = milliseconds
            $0.retryAfter = .seconds(3)
        }
        #expect(decision == .retry(after: .seconds(3), reason: .status(500)))
    }

    @Test
    func `a date in the past is ignored`() {
        let decision = firstDecision(.list, 500) { $0.retryAfter = .date(noon.adding(seconds: -1)) }
        #expect(decision == .retry(after: .milliseconds(500), reason: .status(500)))
    }

    @Test(arguments: [601, 86_400, 1e300])
    func `a pause that is too long ends the retries`(seconds: Double) {
        #expect(firstDecision(.list, 503) { $0.retryAfter = .seconds(seconds) } == .fail(.status(503)))
        #expect(firstDecision(.results, 404) { $0.retryAfter = .seconds(seconds) } == .fail(.status(404)))
    }

    // MARK: 429

    @Test
    func `status 429 uses up no attempt`() {
        var plan = RetryPolicy(.list, limits: .init(attempts: 2))
        for _ in 1...40 {
            let decision = plan.decide(.answer(RetryFacts(status: 429, now: noon)), jitter: 0)
            guard case .retry(_, .throttled) = decision else {
                Issue.record("\(decision)")
                return
            }
        }
        let decision = plan.decide(.answer(RetryFacts(status: 500, now: noon)), jitter: 0)
        #expect(decision == .retry(after: .milliseconds(500), reason: .status(500)))
        #expect(plan.tries == 41)
    }

    @Test
    func `status 429 ends the retries after a time limit`() {
        var plan = RetryPolicy(.list, limits: .init(throttledTime: .seconds(10)))
        let answer = RetryPolicy.Outcome.answer(RetryFacts(status: 429, retryAfter: .seconds(4), now: noon))
        for elapsed in [0, 3, 6] {
            let decision = plan.decide(answer, jitter: 0, throttledFor: .seconds(elapsed))
            #expect(decision == .retry(after: .seconds(4), reason: .throttled))
            #expect(plan.refusedPause == nil)
        }
        #expect(plan.decide(answer, jitter: 0, throttledFor: .seconds(7)) == .fail(.status(429)))
        #expect(plan.refusedPause == .seconds(4))
    }

    @Test(arguments: [
        ("2026-11-22T12:00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12-31T23:59:59.999999Z", "2027-01-01T00:00:00Z"),
        ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"),
        ("2028-02-29T10:00:00Z", "2028-03-01T00:00:00Z"),
    ])
    func `the spend limit of an organization is final until the end of the month`(now: String, end: String) throws {
        let facts = RetryFacts(
            status: 429,
            shouldRetry: true,
            errorCode: "enforced_spend_limit_reached",
            now: try #require(Timestamp(now))
        )
        var plan = RetryPolicy(.results)
        #expect(plan.decide(.answer(facts), jitter: 0) == .fail(.spendLimit(until: Timestamp(end))))
        #expect(plan.tries == 1)
    }

    @Test
    func `a contract's spend limit has no known end`() {
        let decision = firstDecision(.list, 429) { $0.errorCode = "contract_spend_limit_reached" }
        #expect(decision == .fail(.spendLimit(until: nil)))
    }

    @Test
    func `a ramp limit is retried like any other 429`() {
        let decision = firstDecision(.list, 429) {
            $0.errorCode = "ramp_limit_exceeded"
            $0.retryAfter = .seconds(12)
        }
        #expect(decision == .retry(after: .seconds(12), reason: .throttled))
    }

    @Test
    func `the spend limit code with another status has no effect`() {
        #expect(firstDecision(.list, 400) { $0.errorCode = "enforced_spend_limit_reached" } == .fail(.status(400)))
    }

    // MARK: Missing results

    @Test
    func `results that are not found are retried a few times although the server forbids it`() {
        var plan = RetryPolicy(.results)
        let facts = RetryFacts(status: 404, shouldRetry: false, now: noon)
        let decisions = (1...4).map { _ in plan.decide(.answer(facts), jitter: 0) }
        let expected = [1, 2, 4].map { RetryPolicy.Decision.retry(after: .seconds($0), reason: .notReady) }
        #expect(decisions == expected + [.fail(.status(404))])
        #expect(plan.tries == 4)
    }

    @Test
    func `results that appear after a 404 are returned`() {
        var plan = RetryPolicy(.results)
        _ = plan.decide(.answer(RetryFacts(status: 404, now: noon)), jitter: 0)
        #expect(plan.decide(.answer(RetryFacts(status: 200, now: noon)), jitter: 0) == .accept)
    }

    @Test
    func `removed results are not requested again`() {
        #expect(firstDecision(.results, 410) == .fail(.status(410)))
    }
}
