import Testing

@testable import BatchService

@Suite
struct PacingPolicyTests {
    @Test
    func `without a limit every request starts at once`() {
        var policy = PacingPolicy()
        #expect((1...100).allSatisfy { _ in policy.reserve(at: .seconds(5)) == .seconds(5) })
    }

    @Test
    func `with a limit requests are one interval apart`() {
        var policy = PacingPolicy(requestsPerMinute: 120)
        let slots = (0..<4).map { _ in policy.reserve(at: .zero) }
        #expect(slots == [.zero, .milliseconds(500), .seconds(1), .milliseconds(1_500)])
    }

    @Test
    func `time in which nobody asked is not saved up`() {
        var policy = PacingPolicy(requestsPerMinute: 60)
        _ = policy.reserve(at: .zero)
        #expect(policy.reserve(at: .seconds(100)) == .seconds(100))
        #expect(policy.reserve(at: .seconds(100)) == .seconds(101))
    }

    @Test
    func `a refusal holds everybody back and halves the pace`() {
        var policy = PacingPolicy(requestsPerMinute: 60)
        _ = policy.reserve(at: .zero)
        policy.recordRefusal(startedAt: .zero, now: .seconds(1), pause: .seconds(10))
        #expect(!policy.mayStart(at: .milliseconds(10_999)))
        #expect(policy.mayStart(at: .seconds(11)))
        #expect(policy.reserve(at: .seconds(2)) == .seconds(11))
        #expect(policy.reserve(at: .seconds(2)) == .seconds(13))
    }

    @Test
    func `a slot taken before the refusal is no longer good`() {
        var policy = PacingPolicy(requestsPerMinute: 60)
        _ = policy.reserve(at: .zero)
        let slot = policy.reserve(at: .zero)
        #expect(policy.mayStart(at: slot))
        policy.recordRefusal(startedAt: .zero, now: .milliseconds(500), pause: .seconds(3))
        #expect(!policy.mayStart(at: slot))
    }

    @Test
    func `refusals of requests that were under way together slow down once`() {
        var policy = PacingPolicy(requestsPerMinute: 60)
        policy.recordRefusal(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        policy.recordRefusal(startedAt: .milliseconds(900), now: .milliseconds(1_100), pause: .seconds(5))
        #expect(policy.interval == .seconds(2) && policy.slowdowns == 1)
        #expect(policy.reserve(at: .seconds(2)) == .milliseconds(6_100))
        policy.recordRefusal(startedAt: .milliseconds(6_100), now: .seconds(7), pause: .seconds(1))
        #expect(policy.interval == .seconds(4) && policy.slowdowns == 2)
    }

    @Test
    func `a shorter pause does not cut a longer one`() {
        var policy = PacingPolicy()
        policy.recordRefusal(startedAt: .zero, now: .zero, pause: .seconds(60))
        policy.recordRefusal(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        #expect(!policy.mayStart(at: .seconds(59)))
    }

    @Test
    func `without a limit the pace that was refused is found out`() {
        var policy = PacingPolicy()
        for second in 0..<10 { _ = policy.reserve(at: .seconds(second)) }
        policy.recordRefusal(startedAt: .seconds(9), now: .seconds(10), pause: .zero)
        #expect(policy.interval == .seconds(2))
    }

    @Test
    func `a refusal out of the blue still gives an interval`() {
        var policy = PacingPolicy()
        policy.recordRefusal(startedAt: .zero, now: .zero, pause: .zero)
        #expect(policy.interval > .zero)
    }

    @Test(arguments: [nil, 60])
    func `the pace recovers to what was configured`(requestsPerMinute: Int?) {
        var policy = PacingPolicy(requestsPerMinute: requestsPerMinute)
        policy.recordRefusal(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        let slowed = policy.interval
        policy.recordSuccess()
        #expect(policy.interval < slowed)
        #expect(policy.interval > policy.configuredInterval)
        for _ in 1...200 { policy.recordSuccess() }
        #expect(policy.interval == policy.configuredInterval)
    }

    @Test
    func `refusals without end do not slow down without end`() {
        var policy = PacingPolicy(requestsPerMinute: 60)
        for second in 1...100 {
            policy.recordRefusal(startedAt: .seconds(second * 2), now: .seconds(second * 2), pause: .zero)
        }
        #expect(policy.interval == .seconds(30))
    }

    @Test
    func `a limit slower than the slowest recovery stays as it is`() {
        var policy = PacingPolicy(requestsPerMinute: 1)
        policy.recordRefusal(startedAt: .zero, now: .zero, pause: .zero)
        #expect(policy.interval == .seconds(60))
    }
}
