import MessageBatches

/// How long a run waits for the end of pending batches, and the clock that measures it.
package struct WaitLimit: Sendable {
    /// The longest wait; batches that are pending then are left to a later run.
    package var duration: Duration
    /// Returns the time since any fixed start.
    package var clock: @Sendable () -> Duration

    package init(_ duration: Duration, clock: @escaping @Sendable () -> Duration) {
        self.duration = duration
        self.clock = clock
    }
}

/// Waits until the API has finished processing batches: retrieves each again and again, as ``PollSchedule`` says.
struct EndWait: Sendable {
    /// The end of the wait for one batch.
    enum Outcome: Sendable {
        /// The API has finished processing it.
        case ended(MessageBatch, ReplyHead)
        /// The API no longer returns it.
        case gone(ServiceError)
        case timeIsUp
    }

    private let ports: ExportPorts
    private let limit: WaitLimit
    /// Limits how many batches are retrieved at once.
    private let slots: DownloadSlots
    private let startedAt: Duration

    /// Creates a wait that starts now.
    init(_ limit: WaitLimit, ports: ExportPorts, settings: ExportSettings) {
        self.limit = limit
        self.ports = ports
        slots = DownloadSlots(.fixed(settings.concurrency.highest))
        startedAt = limit.clock()
    }

    /// Waits for one batch.
    ///
    /// Errors that may pass are reported as events, and the wait continues. Throws only errors that concern every
    /// batch: a refused key, a reached spend limit, and cancellation.
    func outcome(of batch: MessageBatch) async throws -> Outcome {
        var schedule = PollSchedule(limit: limit.duration)
        var asked: Duration?
        while let pause = schedule.pause(elapsed: limit.clock() - startedAt, asked: asked) {
            try await ports.pause(pause)
            switch try await poll(batch.id) {
            case .success(let (current, head)):
                if current.status == .ended { return .ended(current, head) }
                asked = head.retryAfter
                ports.observe(.polled(current))
            case .failure(let error):
                if error.code == .cancelled { throw CancellationError() }
                // A refused key concerns every batch; 403 may concern this one only.
                if error.concernsEveryBatch || error.status == 401 { throw error }
                if [403, 404, 410].contains(error.status) { return .gone(error) }
                asked = error.refusedPause
                ports.observe(.pollFailed(id: batch.id, error))
            }
        }
        return .timeIsUp
    }

    private func poll(_ id: String) async throws -> Result<(batch: MessageBatch, head: ReplyHead), ServiceError> {
        try await slots.withSlot(turn: await slots.nextTurn()) { _ in
            do throws(ServiceError) {
                return .success(try await ports.lister.messageBatch(id: id))
            } catch {
                return .failure(error)
            }
        }
    }
}
