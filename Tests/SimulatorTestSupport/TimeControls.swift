package import BatchSimulator
package import MessageBatches
import Synchronization

/// Holds simulated replies until a test opens it, and reports to the test when a reply arrives.
///
/// It uses no clock.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var nextWaiter = 0
        var held: [Int: CheckedContinuation<Void, Never>] = [:]
        var watchers: [(arrivals: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Releases all replies, now and later.
    package func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [:] }
            return Array(state.held.values)
        }
        for continuation in held { continuation.resume() }
    }

    /// Whether a reply has reached the gate.
    package var isReached: Bool {
        state.withLock { $0.arrivals > 0 }
    }

    /// Returns when `count` replies have reached the gate, whether it is open or not.
    package func reached(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let hasArrived = state.withLock { state in
                if state.arrivals >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if hasArrived { continuation.resume() }
        }
    }

    /// Waits until the gate opens or the calling task is canceled.
    package func pass() async {
        let waiter = arrive()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    if state.isOpen || Task.isCancelled { return true }
                    state.held[waiter] = continuation
                    return false
                }
                if isFree { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.held.removeValue(forKey: waiter) }?.resume()
        }
    }

    private func arrive() -> Int {
        let (waiter, watchers) = state.withLock { state in
            state.arrivals += 1
            state.nextWaiter += 1
            let arrivals = state.arrivals
            let watchers = state.watchers.filter { $0.arrivals <= arrivals }
            state.watchers.removeAll { $0.arrivals <= arrivals }
            return (state.nextWaiter, watchers.map(\.continuation))
        }
        for continuation in watchers { continuation.resume() }
        return waiter
    }
}

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
