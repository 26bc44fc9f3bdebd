import Dispatch
import Synchronization

/// Makes tasks wait until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

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

/// Runs one job at a time, always the newest: tasks that start together end in reverse order.
final class LastFirstExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "last first")
    private let waiting = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.withLock { $0.append(job) }
        queue.async { [self] in
            guard let last = waiting.withLock({ $0.popLast() }) else { return }
            unsafe last.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
