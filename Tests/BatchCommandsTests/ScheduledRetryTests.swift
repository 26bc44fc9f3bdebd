import BatchCommands
import Testing

/// Failed batches are retried with growing pauses, and a run reports which it skips.
struct ScheduledRetryTests {
    @Test func `a batch that fails again gets a scheduled retry and is counted and reported`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 1, kind: .tooLong), Nights.batch("fine", daysBefore: 1)])
        {
            nights in
            let first = await nights.export()
            #expect(first.status == .partial)
            #expect(first.batches["failed"] == 1)
            nights.pass(hours: 1)
            // There is no pause after the first failure: the next run may succeed.
            #expect(await nights.export().batches["failed"] == 1)
            nights.pass(hours: 1)
            let third = await nights.export()
            #expect(third.batches["retry_scheduled"] == 1 && third.batches["failed"] == nil)
            #expect(third.status == .partial)
            #expect(third.notes.contains("msgbatch_bad: retry scheduled for 2026-11-01 15:00 UTC, failed in 2 runs"))
            #expect(nights.fetches(of: "msgbatch_bad") == 2)
            let scheduled = try #require((third.document["retry_scheduled"] as? [[String: Any]])?.first)
            #expect(scheduled["batch_id"] as? String == "msgbatch_bad" && scheduled["attempts"] as? Int == 2)
        }
    }

    @Test func `the pauses grow from night to night`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 1, kind: .tooLong)]) { nights in
            var tried: [Int] = []
            for night in 0..<18 {
                if await nights.export().batches["failed"] == 1 { tried.append(night) }
                nights.pass(days: 1)
            }
            #expect(tried == [0, 1, 2, 4, 8, 15])
        }
    }

    @Test(arguments: [["--batch", "msgbatch_bad"], ["--retry-all"]])
    func `the user can retry a batch before its scheduled time`(arguments: [String]) async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 1, kind: .tooLong)]) { nights in
            _ = await nights.export()
            _ = await nights.export()
            #expect(await nights.export().batches["retry_scheduled"] == 1)
            let asked = await nights.run(["export", "--json"] + arguments)
            #expect(asked.status == .done, "\(asked.notes)")
            #expect(nights.archive.archivedIDs == ["msgbatch_bad"])
        }
    }

    @Test func `in its last days a batch is retried in every run`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 20, kind: .tooLong)]) { nights in
            for _ in 0..<5 {
                _ = await nights.export("--retry-all")
                nights.pass(hours: 1)
            }
            #expect(await nights.export().batches["retry_scheduled"] == 1)
            nights.pass(days: 5)
            for _ in 0..<3 { #expect(await nights.export().batches["failed"] == 1) }
        }
    }

    @Test func `a dry run reports the scheduled retries and writes nothing`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 1, kind: .tooLong), Nights.batch("fine", daysBefore: 1)])
        {
            nights in
            let before = await nights.export("--dry-run")
            #expect(before.status == .done)
            #expect(before.document["would_fetch"] as? [String] == ["msgbatch_bad", "msgbatch_fine"])
            #expect(nights.archive.files(in: "") == [])
            _ = await nights.export()
            _ = await nights.export()
            let after = await nights.export("--dry-run")
            #expect(after.batches["retry_scheduled"] == 1)
            #expect(after.document["would_fetch"] as? [String] == [])
            #expect((await nights.status()["runs"] as? [Any])?.count == 2)
        }
    }
}
