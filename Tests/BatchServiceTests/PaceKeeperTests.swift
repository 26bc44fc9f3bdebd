import Testing

@testable import BatchService

@Suite
struct PaceKeeperTests {
    @Test
    func `without a limit every request starts at once`() {
        var keeper = PaceKeeper()
        #expect((1...100).allSatisfy { _ in keeper.reserve(at: .seconds(5)) == .seconds(5) })
    }

    @Test
    func `with a limit requests are one interval apart`() {
        var keeper = PaceKeeper(requestsPerMinute: 120)
        let slots = (0..<4).map { _ in keeper.reserve(at: .zero) }
        #expect(slots == [.zero, .milliseconds(500), .seconds(1), .milliseconds(1_500)])
    }

    @Test
    func `time in which nobody asked is not saved up`() {
        var keeper = PaceKeeper(requestsPerMinute: 60)
        _ = keeper.reserve(at: .zero)
        #expect(keeper.reserve(at: .seconds(100)) == .seconds(100))
        #expect(keeper.reserve(at: .seconds(100)) == .seconds(101))
    }

    @Test
    func `a refusal holds everybody back and halves the pace`() {
        var keeper = PaceKeeper(requestsPerMinute: 60)
        _ = keeper.reserve(at: .zero)
        keeper.refused(startedAt: .zero, now: .seconds(1), pause: .seconds(10))
        #expect(!keeper.mayStart(at: .milliseconds(10_999)))
        #expect(keeper.mayStart(at: .seconds(11)))
        #expect(keeper.reserve(at: .seconds(2)) == .seconds(11))
        #expect(keeper.reserve(at: .seconds(2)) == .seconds(13))
    }

    @Test
    func `a slot taken before the refusal is no longer good`() {
        var keeper = PaceKeeper(requestsPerMinute: 60)
        _ = keeper.reserve(at: .zero)
        let slot = keeper.reserve(at: .zero)
        #expect(keeper.mayStart(at: slot))
        keeper.refused(startedAt: .zero, now: .milliseconds(500), pause: .seconds(3))
        #expect(!keeper.mayStart(at: slot))
    }

    @Test
    func `refusals of requests that were under way together slow down once`() {
        var keeper = PaceKeeper(requestsPerMinute: 60)
        keeper.refused(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        keeper.refused(startedAt: .milliseconds(900), now: .milliseconds(1_100), pause: .seconds(5))
        #expect(keeper.interval == .seconds(2))
        #expect(keeper.reserve(at: .seconds(2)) == .milliseconds(6_100))
        keeper.refused(startedAt: .milliseconds(6_100), now: .seconds(7), pause: .seconds(1))
        #expect(keeper.interval == .seconds(4))
    }

    @Test
    func `a shorter pause does not cut a longer one`() {
        var keeper = PaceKeeper()
        keeper.refused(startedAt: .zero, now: .zero, pause: .seconds(60))
        keeper.refused(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        #expect(!keeper.mayStart(at: .seconds(59)))
    }

    @Test
    func `without a limit the pace that was refused is found out`() {
        var keeper = PaceKeeper()
        for second in 0..<10 { _ = keeper.reserve(at: .seconds(second)) }
        keeper.refused(startedAt: .seconds(9), now: .seconds(10), pause: .zero)
        #expect(keeper.interval == .seconds(2))
    }

    @Test
    func `a refusal out of the blue still gives an interval`() {
        var keeper = PaceKeeper()
        keeper.refused(startedAt: .zero, now: .zero, pause: .zero)
        #expect(keeper.interval > .zero)
    }

    @Test(arguments: [nil, 60])
    func `the pace recovers to what was configured`(requestsPerMinute: Int?) {
        var keeper = PaceKeeper(requestsPerMinute: requestsPerMinute)
        keeper.refused(startedAt: .zero, now: .seconds(1), pause: .seconds(1))
        let slowed = keeper.interval
        keeper.answered()
        #expect(keeper.interval < slowed)
        #expect(keeper.interval > keeper.configuredInterval)
        for _ in 1...200 { keeper.answered() }
        #expect(keeper.interval == keeper.configuredInterval)
    }

    @Test
    func `refusals without end do not slow down without end`() {
        var keeper = PaceKeeper(requestsPerMinute: 60)
        for second in 1...100 {
            keeper.refused(startedAt: .seconds(second * 2), now: .seconds(second * 2), pause: .zero)
        }
        #expect(keeper.interval == .seconds(30))
    }

    @Test
    func `a limit slower than the slowest recovery stays as it is`() {
        var keeper = PaceKeeper(requestsPerMinute: 1)
        keeper.refused(startedAt: .zero, now: .zero, pause: .zero)
        #expect(keeper.interval == .seconds(60))
    }
}
