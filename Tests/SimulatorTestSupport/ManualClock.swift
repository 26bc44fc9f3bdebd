package import BatchSimulator
package import MessageBatches
import Synchronization

/// A clock that moves only when a test moves it.
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
    /// The time of a manual clock; the simulator starts at its present time.
    package static func manual(_ clock: ManualClock) -> SimulatorClock {
        SimulatorClock(start: clock.now) { clock.now }
    }
}
