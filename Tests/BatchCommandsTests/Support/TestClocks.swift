import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Synchronization

/// A clock that runs fifty times as fast as the real one, so that pauses do not slow the tests.
struct QuickClock: Clock {
    private static let factor = 50
    private let real = ContinuousClock()
    private let start = ContinuousClock().now

    struct Instant: InstantProtocol {
        var offset: Swift.Duration

        func advanced(by duration: Swift.Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        func duration(to other: Instant) -> Swift.Duration {
            other.offset - offset
        }

        static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    var now: Instant { Instant(offset: (real.now - start) * Self.factor) }
    var minimumResolution: Swift.Duration { real.minimumResolution * Self.factor }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        try await real.sleep(until: start + deadline.offset / Self.factor)
    }
}

extension SimulatorClock {
    /// A clock at noon of the machine's day.
    ///
    /// Batches generated a few hours earlier were all created on one day, whatever the time of the test.
    static var noon: SimulatorClock {
        let now = Timestamp(systemTime: Date().timeIntervalSince1970)
        return .manual(ManualClock(at: now.day.start.adding(seconds: 43_200)))
    }
}

/// A clock on which pauses of at least 50 seconds pass at once, and no other time passes.
///
/// Shorter pauses, such as idle timeouts, take real time.
final class JumpingClock: Clock {
    private let jumps = Mutex<[Swift.Duration]>([])

    typealias Instant = QuickClock.Instant

    var now: Instant { Instant(offset: jumps.withLock { $0.reduce(.zero, +) }) }
    var minimumResolution: Swift.Duration { .zero }

    /// The pauses that passed at once, in seconds.
    var pauses: [Int64] { jumps.withLock { jumps in jumps.map { $0.components.seconds } } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        try Task.checkCancellation()
        let pause = now.duration(to: deadline)
        guard pause >= .seconds(50) else { return try await ContinuousClock().sleep(for: pause) }
        jumps.withLock { $0.append(pause) }
    }
}
