import Synchronization

/// A counter that also records its highest value.
final class Counter: Sendable {
    private let counts = Mutex((now: 0, highest: 0))

    var value: Int { counts.withLock { $0.now } }
    var highest: Int { counts.withLock { $0.highest } }

    func add(_ change: Int = 1) {
        counts.withLock { counts in
            counts.now += change
            counts.highest = max(counts.highest, counts.now)
        }
    }
}
