import Synchronization
import Testing

@testable import BatchPipeline

/// The number of slots is limited, and a slot is released however its holder ends.
struct DownloadSlotsTests {
    private struct Failure: Error {}

    private final class StartedTasks: Sendable {
        let turns = Mutex<[Int]>([])
    }

    @Test(.timeLimit(.minutes(1))) func `a slot that is released early goes to the next task`() async throws {
        let places = DownloadSlots(.fixed(1))
        let value = try await places.withSlot(turn: 0) { releaseSlot in
            await releaseSlot()
            return try await places.withSlot(turn: 1) { _ in 1 }
        }
        #expect(value == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a slot that is released twice is still one slot`() async throws {
        let (places, held) = (DownloadSlots(.fixed(1)), Counter())
        try await places.withSlot(turn: 0) { releaseSlot in
            await releaseSlot()
            await releaseSlot()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for turn in 1...3 {
                group.addTask {
                    try await places.withSlot(turn: turn) { _ in
                        held.add()
                        // Another task would start here if there were a second slot.
                        for _ in 1...100 { await Task.yield() }
                        held.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(held.highest == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `slots are assigned by turn, not by time of request`() async throws {
        let places = DownloadSlots(.fixed(1))
        let startedTasks = StartedTasks()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for turn in (0..<20).reversed() {
                group.addTask {
                    try await places.withSlot(turn: turn) { _ in startedTasks.turns.withLock { $0.append(turn) } }
                }
            }
            try await group.waitForAll()
        }
        #expect(startedTasks.turns.withLock { $0 } == Array(0..<20))
    }

    @Test(.timeLimit(.minutes(1))) func `a large batch waits for its share, and small ones after it wait too`()
        async throws
    {
        let slots = DownloadSlots(.automatic(processors: 2, requestsPerMinute: nil))
        let startedTasks = StartedTasks()
        let first = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (turn, results) in [100_000, 1, 100_000, 1].enumerated() {
                group.addTask {
                    try await slots.withSlot(turn: turn, results: results) { _ in
                        startedTasks.turns.withLock { $0.append(turn) }
                        if turn == 0 { await first.pass() }
                        // The others would start here if they had a slot.
                        for _ in 1...100 { await Task.yield() }
                        if turn == 1 {
                            #expect(startedTasks.turns.withLock { $0.allSatisfy { $0 < 2 } })
                            first.open()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(startedTasks.turns.withLock { $0 }) == [0, 1, 2, 3])
    }

    @Test(.timeLimit(.minutes(1))) func `no slot is assigned after a failed task`() async throws {
        let places = DownloadSlots(.fixed(1))
        let reached = Gate()
        let failing = Task {
            try await places.withSlot(turn: 0) { _ in
                reached.open()
                // The other task starts to wait here.
                for _ in 1...100 { await Task.yield() }
                throw Failure()
            }
        }
        await reached.pass()
        for turn in 1...2 {
            await #expect(throws: DownloadSlots.Closed.self) {
                try await places.withSlot(turn: turn) { _ in Issue.record("there was a place") }
            }
        }
        await #expect(throws: Failure.self) { try await failing.value }
    }
}
