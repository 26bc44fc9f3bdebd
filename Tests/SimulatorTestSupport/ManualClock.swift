package import BatchSimulator
package import MessageBatches
import Synchronization

/// A clock that advances only when a test advances it.
package final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>

    package init(at start: Timestamp) {
        time = Mutex(start)
    }

    package var now: Timestamp {
        time.withLock { $0 }
    }

    package func advance(seconds: Int64) {
        time.withLock { $0 = $0.adding(seconds: seconds) }
    }
}

extension SimulatorClock {
    /// A simulator clock that shows the time of a manual clock, and starts at its current time.
    package static func manual(_ clock: ManualClock) -> SimulatorClock {
        SimulatorClock(start: clock.now) { clock.now }
    }
}
