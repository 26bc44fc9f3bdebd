/// Limits how many batches are downloaded at once, as ``DownloadLimit`` decides, and starts them in order.
///
/// A holder releases its slot when the body is downloaded, before the batch is published. Waiting for the disk needs no
/// connection and little memory, and batches that wait together are synced together. Slots are assigned by turn, not by
/// the order of requests, so the oldest batches come first. If a holder fails, all waiting turns fail too, so that no
/// batch starts after an error that ends the run.
package actor DownloadSlots {
    /// The work did not start because another holder failed; that holder throws the cause.
    struct Closed: Error {}

    private var limit: DownloadLimit
    /// Returns how often the service has slowed down the requests so far.
    private let slowdowns: @Sendable () -> Int
    private var isClosed = false
    /// The turn that gets the next slot.
    private var next = 0
    /// The number of turns that ``nextTurn()`` has returned.
    private var turns = 0
    private var waiting: [Int: (continuation: CheckedContinuation<Void, Never>, results: Int)] = [:]
    /// The turns that hold a slot, and their shares of the limit.
    private var holders: [Int: Int] = [:]
    /// The highest number of slots that were held at once.
    private(set) var highest = 0

    package init(_ concurrency: DownloadConcurrency, slowdowns: @escaping @Sendable () -> Int = { 0 }) {
        limit = DownloadLimit(concurrency)
        self.slowdowns = slowdowns
    }

    /// Returns the turn after the last one; its caller must use it, because later turns wait for it.
    package func nextTurn() -> Int {
        defer { turns += 1 }
        return turns
    }

    /// Waits for a slot for this turn, runs `body`, and holds the slot until `body` releases it or ends.
    ///
    /// Turns count from 0, and each turn is used once. `results` is the number of results of its batch. Throws the error
    /// of `body`, or ``Closed`` if another holder fails before this turn has a slot.
    package nonisolated func withSlot<Value: Sendable>(
        turn: Int,
        results: Int = 0,
        _ body: (_ releaseSlot: @escaping @Sendable () async -> Void) async throws -> Value
    ) async throws -> Value {
        try await acquireSlot(turn, results)
        do {
            let value = try await body { await self.releaseSlot(turn) }
            await releaseSlot(turn)
            return value
        } catch {
            await close()
            throw error
        }
    }

    /// Records the results of a downloaded batch and their size in bytes.
    func record(results: Int, bytes: Int) {
        limit.record(results: results, bytes: bytes)
    }

    private func acquireSlot(_ turn: Int, _ results: Int) async throws {
        if !isClosed {
            await withCheckedContinuation { continuation in
                waiting[turn] = (continuation, results)
                admit()
            }
        }
        if isClosed { throw Closed() }
    }

    private func admit() {
        limit.recordSlowdowns(slowdowns())
        while let first = waiting[next] {
            let share = limit.share(ofResults: first.results)
            guard limit.admits(share, running: holders.count, used: holders.values.reduce(0, +)) else { return }
            waiting[next] = nil
            holders[next] = share
            highest = max(highest, holders.count)
            next += 1
            first.continuation.resume()
        }
    }

    /// Releases the slot of a turn; does nothing if it is already released.
    private func releaseSlot(_ turn: Int) {
        guard holders.removeValue(forKey: turn) != nil, !isClosed else { return }
        limit.recordDownload()
        admit()
    }

    private func close() {
        isClosed = true
        for turn in waiting.values { turn.continuation.resume() }
        waiting = [:]
    }
}
