import Synchronization

/// Measures the time since its creation and sleeps, with any clock.
///
/// It hides the type of the clock, so that pure state can hold its times.
struct Stopwatch: Sendable {
    /// Returns the time since this value was created.
    let elapsed: @Sendable () -> Duration
    /// Sleeps, or throws `CancellationError`.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    }
}

extension Stopwatch {
    /// Runs `work` and returns its value; nil if it takes longer than `limit`.
    ///
    /// It does not wait until the canceled work ends, neither after `limit` nor if the caller is canceled. Throws
    /// `CancellationError` then.
    func run<Value: Sendable>(
        upTo limit: Duration,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let (results, result) = AsyncStream<Result<Value?, any Error>>.makeStream()
        let job = Task {
            do { result.yield(.success(try await work())) } catch { result.yield(.failure(error)) }
        }
        let timer = Task {
            try await sleep(limit)
            result.yield(.success(nil))
        }
        defer {
            job.cancel()
            timer.cancel()
        }
        for await first in results { return try first.get() }
        throw CancellationError()
    }
}

/// Delays the callers of one client to the pace that ``PacingPolicy`` decides.
final class Pacer: Sendable {
    private let policy: Mutex<PacingPolicy>
    private let stopwatch: Stopwatch

    init(requestsPerMinute: Int?, stopwatch: Stopwatch) {
        policy = Mutex(PacingPolicy(requestsPerMinute: requestsPerMinute))
        self.stopwatch = stopwatch
    }

    /// Waits until the caller may send a request and returns the start time.
    func waitForTurn() async throws -> Duration {
        while true {
            let slot = policy.withLock { $0.reserve(at: stopwatch.elapsed()) }
            let wait = slot - stopwatch.elapsed()
            if wait > .zero { try await stopwatch.sleep(wait) }
            let now = stopwatch.elapsed()
            if policy.withLock({ $0.mayStart(at: now) }) { return now }
        }
    }

    /// Returns for how long the server has answered 429 to all callers, or to one caller since `start`, until now.
    func throttledTime(since start: Duration) -> Duration {
        let now = stopwatch.elapsed()
        return now - min(start, policy.withLock { $0.throttledSince } ?? now)
    }

    /// See ``PacingPolicy/slowdowns``.
    var slowdowns: Int { policy.withLock { $0.slowdowns } }

    /// See ``PacingPolicy/recordRefusal(startedAt:now:pause:)``.
    func recordRefusal(startedAt: Duration, pause: Duration) {
        let now = stopwatch.elapsed()
        policy.withLock { $0.recordRefusal(startedAt: startedAt, now: now, pause: pause) }
    }

    /// See ``PacingPolicy/recordSuccess()``.
    func recordSuccess() {
        policy.withLock { $0.recordSuccess() }
    }
}
