import Synchronization
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

    @Test
    func `work that takes too long, or whose caller is canceled, is not waited for`() async throws {
        let stopwatch = Stopwatch(ManualClock(skipping: .seconds(60)))
        let held = Mutex<[CheckedContinuation<Int, Never>]>([])
        // The work ignores its cancellation.
        let never = { @Sendable () async throws -> Int in
            await withCheckedContinuation { continuation in held.withLock { $0.append(continuation) } }
        }
        #expect(try await stopwatch.run(upTo: .seconds(1), never) == nil)
        let clock = ManualClock()
        let waiting = Task { try await Stopwatch(clock).run(upTo: .seconds(1), never) }
        await clock.waitForSleepers()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(try await Stopwatch(ManualClock()).run(upTo: .seconds(1)) { 7 } == 7)
        for continuation in held.withLock(\.self) { continuation.resume(returning: 0) }
    }

    @Test
    func `the time of 429 answers counts from the first one of any caller until a success`() async throws {
        let clock = ManualClock()
        let pacer = Pacer(requestsPerMinute: nil, stopwatch: Stopwatch(clock))
        pacer.recordRefusal(startedAt: .zero, pause: .seconds(10))
        clock.advance(by: .seconds(100))
        #expect(pacer.throttledTime(since: .seconds(90)) == .seconds(100))
        pacer.recordSuccess()
        #expect(pacer.throttledTime(since: .seconds(90)) == .seconds(10))
    }
}
