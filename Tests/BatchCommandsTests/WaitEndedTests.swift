import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `export --wait-ended`: archives pending batches as soon as they end.
struct WaitEndedTests {
    private let clock = JumpingClock()
    /// Idle timeouts that the clock does not skip.
    private static let timeouts = ["--idle-timeout", "20s", "--connect-timeout", "10s"]

    private func export(_ nights: Nights, _ arguments: String...) async -> InProcess {
        await InProcess.run(
            ["export", "--json", "--archive", nights.path] + Self.timeouts + arguments,
            at: nights.server.baseURL,
            clock: clock,
            now: { nights.now }
        )
    }

    /// Ends a pending batch at the nth time that its object is retrieved.
    private static func ending(_ name: String, at nth: Int) throws -> Fault {
        let ended = try Nights.batch(name, daysBefore: 0.1)
        return Fault(.change(.add(ended)), on: [.retrieve], of: "msgbatch_\(name)", .nth(nth))
    }

    private func wait(_ run: InProcess) -> [String: Any] {
        run.document["wait_ended"] as? [String: Any] ?? [:]
    }

    @Test func `an export archives what is pending as soon as it ends`() async throws {
        let batches = try [
            Nights.batch("done", daysBefore: 1), Nights.batch("soon", daysBefore: 0.1, kind: .inProgress),
        ]
        try await Nights.run(batches, faults: [Self.ending("soon", at: 3)]) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h")
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.batches["archived_now"] == 2 && run.batches["pending"] == nil)
            #expect(wait(run)["batches"] as? Int == 1 && wait(run)["ended"] as? Int == 1)
            #expect(nights.archive.archivedIDs == ["msgbatch_done", "msgbatch_soon"])
            #expect(clock.pauses == [60, 90, 135])
            #expect(run.notes.contains("Waiting for 1 batch, running for 2h24m"), "\(run.notes)")
            #expect(run.notes.contains("msgbatch_soon: ended; no batch is pending"), "\(run.notes)")
            let status = await nights.status()
            #expect((status["batches"] as? [String: Int])?["archived"] == 2)
        }
    }

    @Test func `a batch named by ID is waited for`() async throws {
        let batches = try [
            Nights.batch("one", daysBefore: 0.1, kind: .inProgress),
            Nights.batch("other", daysBefore: 0.1, kind: .inProgress),
        ]
        // The first request finds the batch, the second is the first poll.
        try await Nights.run(batches, faults: [Self.ending("one", at: 2)]) { nights in
            let run = await export(nights, "--batch", "msgbatch_one", "--wait-ended", "24h")
            #expect(run.status == .done, "\(run.notes)")
            #expect(nights.archive.archivedIDs == ["msgbatch_one"])
            #expect(clock.pauses == [60])
        }
    }

    @Test func `if the time is up before a batch ends, the status is 3`() async throws {
        let batches = try [Nights.batch("slow", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "4m")
            #expect(run.status == .partial)
            #expect(run.document["exit_statuses"] as? [Int] == [3])
            #expect(run.batches["pending"] == 1)
            #expect(wait(run)["still_pending"] as? [String] == ["msgbatch_slow"])
            let warning =
                "warning: --wait-ended: the time is up; 1 batch is still pending\n  msgbatch_slow: running for "
            #expect(run.notes.contains(warning), "\(run.notes)")
            #expect(clock.pauses == [60, 90, 90])
            // The next run archives it.
            nights.server.service.apply(.add(try Nights.batch("slow", daysBefore: 0.1)))
            #expect(await export(nights, "--since", "7d").batches["archived_now"] == 1)
        }
    }

    @Test func `the pause that the server asks for is obeyed`() async throws {
        let batches = try [Nights.batch("soon", daysBefore: 0.1, kind: .inProgress)]
        let faults = [
            Fault(.header("retry-after", "1200"), on: [.retrieve], .first(1)), try Self.ending("soon", at: 3),
        ]
        try await Nights.run(batches, faults: faults) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h")
            #expect(run.status == .done, "\(run.notes)")
            #expect(clock.pauses == [60, 1_200, 135])
        }
    }

    @Test func `a batch that disappears while the run waits is named`() async throws {
        let batches = try [
            Nights.batch("gone", daysBefore: 0.1, kind: .inProgress),
            Nights.batch("soon", daysBefore: 0.1, kind: .inProgress),
        ]
        let faults = [
            Fault(.change(.remove("msgbatch_gone")), on: [.retrieve], of: "msgbatch_gone", .nth(1)),
            try Self.ending("soon", at: 2),
        ]
        try await Nights.run(batches, faults: faults) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h")
            #expect(run.status == .partial)
            #expect(nights.archive.archivedIDs == ["msgbatch_soon"])
            #expect(run.batches["not_retrieved"] == 1 && run.batches["pending"] == nil)
            #expect(run.notes.contains("warning: msgbatch_gone: "), "\(run.notes)")
        }
    }

    @Test func `a key that is refused while the run waits ends it`() async throws {
        let batches = try [Nights.batch("soon", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches, faults: [Fault(.answer(status: 401), on: [.retrieve])]) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h")
            #expect(run.status == .keyRefused)
            #expect(wait(run)["still_pending"] as? [String] == ["msgbatch_soon"])
        }
    }

    @Test func `a dry run says what it would wait for`() async throws {
        let batches = try [Nights.batch("slow", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h", "--dry-run")
            #expect(run.status == .done)
            #expect(run.document["would_wait_for"] as? [String] == ["msgbatch_slow"])
            #expect(run.document["wait_ended"] == nil)
            #expect(run.notes.contains("Would wait for the end of 1 batch"), "\(run.notes)")
            #expect(clock.pauses.isEmpty)
        }
    }

    @Test func `a shorter time limit of the run ends the wait`() async throws {
        let batches = try [Nights.batch("slow", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches) { nights in
            let run = await nights.export("--wait-ended", "24h", "--max-runtime", "1s")
            #expect(run.status == .partial)
            #expect((run.document["error"] as? String)?.contains("--max-runtime") == true, "\(run.output)")
            #expect(!run.notes.contains("--wait-ended"), "\(run.notes)")
        }
    }

    @Test func `a JSON log has events about the wait`() async throws {
        let batches = try [Nights.batch("soon", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches, faults: [Self.ending("soon", at: 1)]) { nights in
            let run = await export(nights, "--since", "7d", "--wait-ended", "24h", "--log-format", "json")
            let messages = run.notes.split(separator: "\n").compactMap { jsonObject($0)?["message"] as? String }
            #expect(messages.contains("waiting for pending batches") && messages.contains("batch ended"))
        }
    }

    @Test func `a pipeline file sets the wait, also for one source`() async throws {
        let batches = try [Nights.batch("soon", daysBefore: 0.1, kind: .inProgress)]
        try await Nights.run(batches, faults: [Self.ending("soon", at: 1)]) { nights in
            try await Scratch.use { scratch in
                let text = "since: 7d\nformat: json\nidle-timeout: 20s\nsources: [{name: a, wait-ended: 24h}]\n"
                let run = await InProcess.run(
                    ["run", try scratch.write(text, to: "file.yaml"), "--archive", nights.path],
                    at: nights.server.baseURL,
                    clock: clock,
                    now: { nights.now }
                )
                #expect(run.status == .done, "\(run.notes)")
                #expect(nights.archive.files(in: "workspace=a/manifests").count == 1)
            }
        }
    }

    @Test(arguments: ["0s", "24", "soon", "", "-1h"])
    func `an invalid time is a usage error`(time: String) async throws {
        let run = await InProcess.run(["export", "--json", "--wait-ended=\(time)"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: --wait-ended: "), "\(run.notes)")
    }
}
