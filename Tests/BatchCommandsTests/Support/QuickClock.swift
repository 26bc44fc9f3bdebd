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
