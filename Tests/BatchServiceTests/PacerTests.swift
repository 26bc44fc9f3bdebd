import Testing

@testable import BatchService

@Suite
struct PacerTests {
    @Test
    func `the first turn comes at once, the next one interval later`() async throws {
        let clock = ManualClock()
        let pacer = Pacer(requestsPerMinute: 60, stopwatch: Stopwatch(clock))
        #expect(try await pacer.waitForTurn() == .zero)
        let next = Task { try await pacer.waitForTurn() }
        await clock.waitForSleepers()
        clock.advance(by: .seconds(1))
        #expect(try await next.value == .seconds(1))
    }

    @Test
    func `a caller that waits already waits out a pause that comes meanwhile`() async throws {
        let clock = ManualClock()
        let pacer = Pacer(requestsPerMinute: 60, stopwatch: Stopwatch(clock))
        _ = try await pacer.waitForTurn()
        let waiting = Task { try await pacer.waitForTurn() }
        await clock.waitForSleepers()
        pacer.recordRefusal(startedAt: .zero, pause: .seconds(10))
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers()
        clock.advance(by: .milliseconds(8_999))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .milliseconds(1))
        #expect(try await waiting.value == .seconds(10))
    }

    @Test
    func `a caller that is cancelled while it waits is let go`() async throws {
        let clock = ManualClock()
        let pacer = Pacer(requestsPerMinute: 1, stopwatch: Stopwatch(clock))
        _ = try await pacer.waitForTurn()
        let waiting = Task { try await pacer.waitForTurn() }
        await clock.waitForSleepers()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
