import Dispatch
import Synchronization

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
