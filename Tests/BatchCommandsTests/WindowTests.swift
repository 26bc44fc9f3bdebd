import BatchCommands
import BatchSimulator
import MessageBatches
import SimulatorTestSupport
import Testing

/// How far back a run lists: it must miss no batch, and a long history must stay cheap.
struct WindowTests {
    /// A batch every second day for 80 days.
    private func longPast(_ kinds: [Int: Nights.Kind] = [:]) throws -> [SimulatedBatch] {
        try (0..<40).map { try Nights.batch("n\($0)", daysBefore: Double($0) * 2 + 1, kind: kinds[$0] ?? .good) }
    }

    @Test func `the first run lists 30 days, later runs start at the oldest open batch`() async throws {
        try await Nights.run(longPast([6: .tooLong])) { nights in
            let first = await nights.export()
            #expect(first.batches["in_window"] == 15 && first.batches["archived_now"] == 14)
            #expect(first.notes.contains("Exporting batches created from 2026-10-02T02:00:00Z on"))
            nights.pass(days: 1)
            let second = await nights.export()
            #expect(second.batches["in_window"] == 7, "\(second.notes)")
            #expect(second.notes.contains("Batches created before 2026-10-19 are complete and not listed again"))
        }
    }

    @Test func `once a week the whole 30 days are listed again`() async throws {
        try await Nights.run(longPast()) { nights in
            var listed: [Int] = []
            for _ in 0..<9 {
                listed.append(await nights.export().batches["in_window"] ?? 0)
                nights.pass(days: 1)
            }
            #expect(listed == [15, 1, 1, 1, 1, 1, 1, 12, 1])
        }
    }

    @Test func `new batches are found whatever the window of the last run`() async throws {
        try await Nights.run(longPast()) { nights in
            _ = await nights.export("--until", "10d")
            _ = await nights.export("--since", "3d")
            // The days from ten to three days ago were never listed: the automatic window must not skip them.
            #expect(await nights.export().batches["archived_now"] == 3)
        }
    }

    @Test func `a completed window is listed again only on request`() async throws {
        try await Nights.run(longPast()) { nights in
            let since = ["--since", "2026-01-01", "--page-size", "5"]
            #expect(await nights.run(["export"] + since).status == .done)
            let pages = nights.pages
            nights.pass(days: 1)
            let second = await nights.export("--since", "2026-01-01", "--page-size", "5")
            #expect(second.status == .done)
            #expect(second.batches["listed"] == 20 && second.batches["in_window"] == 16)
            #expect(second.document["completed_before"] as? String == "2026-09-30T02:00:00.000000Z")
            #expect(nights.pages - pages == 4)
            #expect(await nights.export("--since", "2026-01-01", "--full-list").batches["listed"] == 40)
        }
    }

    @Test func `a listing goes back to the oldest open batch`() async throws {
        try await Nights.run(longPast([35: .withoutResults])) { nights in
            _ = await nights.export("--since", "2026-01-01")
            // By the server's clock its retention is over, and there were never any results.
            #expect(await nights.export("--since", "2026-01-01").batches["in_window"] == 16)
        }
        try await Nights.run(longPast([35: .tooLong])) { nights in
            _ = await nights.export("--since", "2026-01-01")
            #expect(await nights.export("--since", "2026-01-01").batches["in_window"] == 36)
        }
    }

    @Test func `an open batch before the window does not affect it`() async throws {
        try await Nights.run(longPast([39: .tooLong])) { nights in
            _ = await nights.export()
            _ = await nights.export("--until", "2026-08-20")
            _ = await nights.export("--since", "2026-08-20")
            #expect(await nights.export("--since", "2026-08-20").batches["in_window"] == 16)
        }
    }

    @Test func `an earlier start than in any run before is listed`() async throws {
        try await Nights.run(longPast()) { nights in
            _ = await nights.export("--since", "2026-09-15")
            #expect(await nights.export("--since", "2026-08-01").batches["in_window"] == 40)
        }
    }

    @Test func `a listing with the key of another workspace completes nothing`() async throws {
        let other = Fault(.header("anthropic-workspace-id", "wrkspc_other"), on: [.list], .from(2))
        try await Nights.run(longPast(), faults: [other]) { nights in
            _ = await nights.export("--since", "2026-01-01")
            #expect(await nights.export("--since", "2026-01-01").batches["in_window"] == 40)
        }
    }

    @Test func `an explicit window warns about open batches before it`() async throws {
        try await Nights.run(longPast([6: .tooLong, 8: .withoutResults])) { nights in
            _ = await nights.export()
            let run = await nights.export("--since", "5d")
            #expect(run.notes.contains("2 batches before the time window, created since 2026-10-15, are not archived;"))
            #expect(!(await nights.export("--since", "2026-10-01").notes.contains("before the time window")))
        }
    }

    /// Exports with the machine's clock wrong by some days.
    private func export(_ nights: Nights, clockOffBy days: Int64, _ arguments: [String] = []) async -> InProcess {
        await InProcess.run(
            ["export", "--json", "--archive", nights.path] + arguments,
            at: nights.server.baseURL,
            now: { [now = nights.now] in now.adding(seconds: days * Nights.day) }
        )
    }

    @Test(arguments: [26, 400] as [Int64])
    func `a clock that is ahead hides no batch`(days: Int64) async throws {
        try await Nights.run(longPast()) { nights in
            let run = await export(nights, clockOffBy: days)
            #expect(run.batches["in_window"] == 15 && run.batches["archived_now"] == 15, "\(run.notes)")
            #expect(run.notes.contains("clock: this machine and the server differ by \(days)d00h"))
            #expect(run.document["since"] as? String == "2026-10-02T02:00:00.000000Z")
            // The weekly walk is due although the catalog says that it was made in the future.
            nights.pass(days: 1)
            #expect(await nights.export().batches["in_window"] == 15)
        }
    }

    @Test func `a clock that is behind lists more, not less`() async throws {
        try await Nights.run(longPast()) { nights in
            let run = await export(nights, clockOffBy: -20)
            #expect(run.batches["in_window"] == 25 && run.batches["archived_now"] == 25, "\(run.notes)")
            #expect(
                await export(nights, clockOffBy: -20, ["--until", "10d"]).notes.contains("clock: this machine")
            )
        }
    }

    @Test func `a window that does not depend on the clock needs no second page`() async throws {
        try await Nights.run(longPast()) { nights in
            let run = await export(nights, clockOffBy: 26, ["--since", "2026-10-20"])
            #expect(run.batches["archived_now"] == 6 && nights.pages == 1)
            #expect(!run.notes.contains("clock: "))
        }
    }

    @Test func `a listing that is not newest first is recorded`() async throws {
        let fault = Fault(.batchMember("created_at", "\"2026-09-01T00:00:00Z\""), on: [.list], of: "msgbatch_n0")
        try await Nights.run(longPast(), faults: [fault]) { nights in
            let run = await nights.export("--page-size", "5")
            #expect(run.batches["listed"] == 40 && run.batches["in_window"] == 14, "\(run.notes)")
            #expect(run.document["is_listing_ordered"] as? Bool == false)
            let runs = await nights.status()["runs"] as? [[String: Any]]
            #expect(runs?.first?["is_listing_ordered"] as? Bool == false)
        }
        try await Nights.run(longPast()) { nights in
            #expect(await nights.export().document["is_listing_ordered"] as? Bool == true)
            let runs = await nights.status()["runs"] as? [[String: Any]]
            #expect(runs?.first?["is_listing_ordered"] as? Bool == true)
        }
    }
}
