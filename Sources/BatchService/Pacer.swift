import Synchronization

/// A clock of any kind as moments since one start, so that pure state can hold them without naming the clock's type.
struct Stopwatch: Sendable {
    /// The time since this value was made.
    let elapsed: @Sendable () -> Duration
    /// Waits, or throws `CancellationError`.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }
}

/// Lets the callers of one client through at the pace its ``PaceKeeper`` decides.
final class Pacer: Sendable {
    private let keeper: Mutex<PaceKeeper>
    private let stopwatch: Stopwatch

    init(requestsPerMinute: Int?, stopwatch: Stopwatch) {
        keeper = Mutex(PaceKeeper(requestsPerMinute: requestsPerMinute))
        self.stopwatch = stopwatch
    }

    /// Waits for the caller's turn and returns the moment it came.
    func turn() async throws -> Duration {
        while true {
            let slot = keeper.withLock { $0.reserve(at: stopwatch.elapsed()) }
            let wait = slot - stopwatch.elapsed()
            if wait > .zero { try await stopwatch.sleep(wait) }
            let now = stopwatch.elapsed()
            if keeper.withLock({ $0.mayStart(at: now) }) { return now }
        }
    }

    /// See ``PaceKeeper/refused(startedAt:now:pause:)``.
    func refused(startedAt: Duration, pause: Duration) {
        let now = stopwatch.elapsed()
        keeper.withLock { $0.refused(startedAt: startedAt, now: now, pause: pause) }
    }

    /// See ``PaceKeeper/answered()``.
    func answered() {
        keeper.withLock { $0.answered() }
    }
}
