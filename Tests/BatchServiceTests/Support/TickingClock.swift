import Synchronization

/// A clock that is one second later whenever it is read, and whose sleeps never end.
///
/// So a time limit that is checked for every piece of an endless body expires after a known number of pieces.
final class TickingClock: Clock {
    typealias Instant = ManualClock.Instant

    private let seconds = Mutex(0)

    var now: Instant {
        seconds.withLock { seconds in
            seconds += 1
            return Instant(offset: .seconds(seconds))
        }
    }

    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let never = AsyncStream<Void> { _ in }
        for await _ in never {}
        throw CancellationError()
    }
}
