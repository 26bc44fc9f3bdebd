import BatchArchive
import BatchCommands
import BatchSimulator
import SimulatorTestSupport
import Synchronization
import Testing

/// One run per archive: a second one ends at once, or waits with `--wait`.
struct LockWaitTests {
    private func holder() -> LockHolder {
        LockHolder(process: 4711, host: "night-watch", since: "2026-11-01T01:00:00Z", command: "export")
    }

    @Test func `a second run ends at once and reports which process holds the archive since when`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            let lock = try ArchiveLock(ArchiveFolder(nights.path), as: holder())
            let run = await nights.export()
            #expect(run.status == .busy)
            #expect(run.notes.contains("locked by process 4711 on night-watch since 2026-11-01T01:00:00Z"))
            #expect(nights.server.service.requests.isEmpty)
            _ = consume lock
        }
    }

    @Test func `a waiting run continues when the archive is free`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            let held = HeldLock(try ArchiveLock(ArchiveFolder(nights.path), as: holder()))
            // The lock is released exactly when the run has reported that it waits.
            let run = await nights.run(["export", "--wait", "10m"]) { note in
                if note.contains("waiting for it to end") { held.release() }
            }
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("night-watch"))
            #expect(nights.archive.archivedIDs == ["msgbatch_fine"])
        }
    }

    @Test func `a waiting run ends after the time limit`() async throws {
        try await Nights.run([]) { nights in
            let lock = try ArchiveLock(ArchiveFolder(nights.path), as: holder())
            #expect(await nights.run(["export", "--wait", "1s"]).status == .busy)
            _ = consume lock
        }
    }

    @Test(arguments: ["soon", "10", "-1s"])
    func `an invalid wait time is rejected`(text: String) async throws {
        try await Nights.run([]) { nights in
            #expect(await nights.run(["export", "--wait=\(text)"]).status == .usage)
        }
    }
}

/// A lock that another task can release.
private final class HeldLock: Sendable {
    private let lock: Mutex<ArchiveLock?>

    init(_ lock: consuming ArchiveLock) {
        self.lock = Mutex(consume lock)
    }

    func release() {
        lock.withLock { $0 = nil }
    }
}
