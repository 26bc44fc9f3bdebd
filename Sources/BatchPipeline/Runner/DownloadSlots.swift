/// How many batches are read at once, and in which order they begin.
///
/// A place is given back when the body is read, not when the batch is settled: waiting for the disk needs no connection and
/// no memory worth counting, and those that wait together are synced together. Places are given by turn, whoever asks
/// first, as the oldest batches go first. Who fails ends it for all who still wait, so that nothing is begun behind an
/// error that ends a run.
actor DownloadSlots {
    /// Nothing was begun, as another holder failed: what went wrong is that one's to tell.
    struct Closed: Error {}

    private var free: Int
    private var isClosed = false
    /// The turn that gets the next place.
    private var next = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    /// The turns that hold a place.
    private var holders: Set<Int> = []

    init(_ count: Int) {
        free = count
    }

    /// Runs `body` when a place is free for this turn, and holds the place until `body` gives it back or ends.
    ///
    /// Turns count from 0, and each asks once. Throws what `body` throws, and ``Closed`` where another holder failed before
    /// there was a place.
    nonisolated func whileHolding<Value: Sendable>(
        turn: Int,
        _ body: (_ giveBack: @escaping @Sendable () async -> Void) async throws -> Value
    ) async throws -> Value {
        try await take(turn)
        do {
            let value = try await body { await self.giveBack(turn) }
            await giveBack(turn)
            return value
        } catch {
            await close()
            throw error
        }
    }

    private func take(_ turn: Int) async throws {
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

    /// Does nothing where the holder gave its place back before.
    private func giveBack(_ turn: Int) {
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
