import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Batches that expire soon cause a warning, lost ones are reported once, and those removed earlier are not lost.
struct RetentionTests {
    @Test func `results removed after the archive saw them are lost and reported once by the exit status`()
        async throws
    {
        try await Nights.run([Nights.batch("bad", daysBefore: 1, kind: .tooLong), Nights.batch("fine", daysBefore: 1)])
        {
            nights in
            _ = await nights.export()
            nights.server.service.apply(.removeResults("msgbatch_bad"))
            nights.pass(days: 1)
            let second = await nights.export()
            #expect(second.status == .lost)
            #expect(second.batches["lost"] == 1 && second.batches["removed"] == nil)
            #expect(second.notes.contains("msgbatch_bad: lost: the API removed the results of 1 request before"))
            nights.pass(days: 1)
            let third = await nights.export("--full-list")
            #expect(third.status == .done, "\(third.notes)")
            #expect(third.batches["lost"] == 1)
            let lost = try #require(await nights.status()["lost"] as? [[String: Any]])
            #expect(lost.map { $0["batch_id"] as? String } == ["msgbatch_bad"])
            #expect(lost.first?["request_counts"] as? [String: Int] == ["canceled": 1])
        }
    }

    @Test func `results removed before the archive saw them are not lost`() async throws {
        try await Nights.run([Nights.batch("old", daysBefore: 20), Nights.batch("fine", daysBefore: 1)]) { nights in
            nights.server.service.apply(.removeResults("msgbatch_old"))
            let run = await nights.export()
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.batches == ["listed": 2, "in_window": 2, "archived_now": 1, "removed": 1])
        }
    }

    @Test func `unavailable results count as removed only after 29 days by the server's clock`()
        async throws
    {
        let late = Fault(.shiftDate(seconds: 40 * Nights.day), on: [.list], .from(2))
        try await Nights.run([Nights.batch("null", daysBefore: 1, kind: .withoutResults)], faults: [late]) { nights in
            let first = await nights.export()
            #expect(first.status == .partial)
            #expect(first.batches["unavailable"] == 1)
            let second = await nights.export()
            #expect(second.status == .done, "\(second.notes)")
            #expect(second.batches["removed"] == 1)
        }
    }

    @Test func `a batch with few days left that is not archived gives status 7 in every run`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 24.5, kind: .tooLong)]) { nights in
            #expect(await nights.export().status == .partial)
            nights.pass(days: 1)
            for _ in 0..<2 {
                let run = await nights.export()
                #expect(run.status == .lost)
                #expect(run.document["exit_statuses"] as? [Int] == [7, 3])
                #expect(run.notes.contains("msgbatch_bad: expiring: 3 days left, and it is not archived (failed)"))
                let risk = try #require((run.document["expiring"] as? [[String: Any]])?.first)
                #expect(risk["days_left"] as? Double == 3.5)
            }
            #expect(await nights.export("--warn-days", "3").status == .partial)
            // Also if the window does not contain it.
            #expect(await nights.export("--since", "1d").status == .lost)
        }
    }

    @Test func `a quarantined batch can be expiring too`() async throws {
        try await Nights.run([Nights.batch("odd", daysBefore: 26, kind: .contradicting)]) { nights in
            let run = await nights.export()
            #expect(run.document["exit_statuses"] as? [Int] == [4, 7])
            #expect(run.notes.contains("msgbatch_odd: expiring"))
        }
    }

    @Test func `a batch that is no longer listed stays in the catalog and is lost after its last day`() async throws {
        try await Nights.run([Nights.batch("gone", daysBefore: 1, kind: .tooLong), Nights.batch("fine", daysBefore: 0)])
        {
            nights in
            _ = await nights.export()
            nights.server.service.apply(.remove("msgbatch_gone"))
            nights.pass(days: 1)
            #expect(await nights.export().status == .done)
            let unavailable = try #require((await nights.status()["unavailable"] as? [[String: Any]])?.first)
            #expect(unavailable["state"] as? String == "unavailable")
            #expect((unavailable["last_error"] as? String)?.contains("no longer listed") == true)
            nights.pass(days: 28)
            #expect(await nights.export().status == .lost)
            #expect(await nights.export().status == .done)
            #expect((await nights.status()["lost"] as? [Any])?.count == 1)
        }
    }
}
