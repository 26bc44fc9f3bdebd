import Synchronization

/// The time one export may take: when it is up, the work is cancelled, so that it can leave its files in order.
final class RunTime: Sendable {
    private let span: TimeSpan?
    private let clock: any Clock<Duration>
    private let isUp = Mutex(false)

    /// Without a span there is no end.
    init(_ span: TimeSpan?, on clock: any Clock<Duration>) {
        self.span = span
        self.clock = clock
    }

    /// The span, if the work was cancelled because it was up.
    var exceeded: TimeSpan? {
        isUp.withLock { $0 } ? span : nil
    }

    /// Runs `work` in a task that ends with the time, or with the task around it.
    func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        guard let span else { return try await work() }
        let task = Task { try await work() }
        let timer = Task {
            try await clock.sleep(for: span.duration)
            isUp.withLock { $0 = true }
            task.cancel()
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
