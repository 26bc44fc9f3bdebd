/// Limits how many batches are downloaded at once, and starts them in order.
///
/// A holder releases its slot when the body is downloaded, before the batch is published. Waiting for the disk needs no
/// connection and little memory, and batches that wait together are synced together. Slots are assigned by turn, not by
/// the order of requests, so the oldest batches come first. If a holder fails, all waiting turns fail too, so that no
/// batch starts after an error that ends the run.
actor DownloadSlots {
    /// The work did not start because another holder failed; that holder throws the cause.
    struct Closed: Error {}

    private var free: Int
    private var isClosed = false
    /// The turn that gets the next slot.
    private var next = 0
    /// The number of turns that ``nextTurn()`` has returned.
    private var turns = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    /// The turns that hold a slot.
    private var holders: Set<Int> = []

    init(_ count: Int) {
        free = count
    }

    /// Returns the turn after the last one; its caller must use it, because later turns wait for it.
    func nextTurn() -> Int {
        defer { turns += 1 }
        return turns
    }

    /// Waits for a slot for this turn, runs `body`, and holds the slot until `body` releases it or ends.
    ///
    /// Turns count from 0, and each turn is used once. Throws the error of `body`, or ``Closed`` if another holder
    /// fails before this turn has a slot.
    nonisolated func withSlot<Value: Sendable>(
        turn: Int,
        _ body: (_ releaseSlot: @escaping @Sendable () async -> Void) async throws -> Value
    ) async throws -> Value {
        try await acquireSlot(turn)
        do {
            let value = try await body { await self.releaseSlot(turn) }
            await releaseSlot(turn)
            return value
        } catch {
            await close()
            throw error
        }
    }

    private func acquireSlot(_ turn: Int) async throws {
        if !isClosed {
            await withCheckedContinuation { continuation in
                waiting[turn] = continuation
                admit()
            }
        }
        if isClosed { throw Closed() }
    }

    private func admit() {
        while free > 0, let first = waiting.removeValue(forKey: next) {
            free -= 1
            holders.insert(next)
            next += 1
            first.resume()
        }
    }

    /// Releases the slot of a turn; does nothing if it is already released.
    private func releaseSlot(_ turn: Int) {
        guard holders.remove(turn) != nil, !isClosed else { return }
        free += 1
        admit()
    }

    private func close() {
        isClosed = true
        for turn in waiting.values { turn.resume() }
        waiting = [:]
    }
}
