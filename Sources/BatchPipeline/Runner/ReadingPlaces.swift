/// How many batches are read at once.
///
/// A place is given back when the body is read, not when the batch is settled: waiting for the disk needs no connection and
/// no memory worth counting, and those that wait together are synced together. Places are given in the order they are
/// asked for. Who fails ends it for all who still wait, so that nothing is begun behind an error that ends a run.
actor ReadingPlaces {
    private var free: Int
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var taken = 0
    /// The numbers of those who hold a place.
    private var holders: Set<Int> = []

    init(_ count: Int) {
        free = count
    }

    /// Runs `body` when a place is free, and holds the place until `body` gives it back or ends.
    ///
    /// Throws what `body` throws, and `CancellationError` where another holder failed before there was a place.
    nonisolated func whileHolding<Value: Sendable>(
        _ body: (_ giveBack: @escaping @Sendable () async -> Void) async throws -> Value
    ) async throws -> Value {
        let holder = try await take()
        do {
            let value = try await body { await self.giveBack(holder) }
            await giveBack(holder)
            return value
        } catch {
            await close()
            throw error
        }
    }

    private func take() async throws -> Int {
        if free > 0 {
            free -= 1
        } else if !isClosed {
            await withCheckedContinuation { waiting.append($0) }
        }
        if isClosed { throw CancellationError() }
        taken += 1
        holders.insert(taken)
        return taken
    }

    /// Does nothing where the holder gave its place back before.
    private func giveBack(_ holder: Int) {
        guard holders.remove(holder) != nil, !isClosed else { return }
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }

    private func close() {
        isClosed = true
        for turn in waiting { turn.resume() }
        waiting = []
    }
}
