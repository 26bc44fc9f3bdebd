import BatchPipeline
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

@testable import BatchCommands

/// What a run writes to standard error while it downloads.
struct ExportProgressTests {
    private static let batch = """
        {"id":"msgbatch_1","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,\
        "succeeded":1000,"errored":0,"canceled":0,"expired":0},"created_at":"2026-11-01T00:00:00Z",\
        "expires_at":"2026-11-02T00:00:00Z","ended_at":"2026-11-01T01:00:00Z","results_url":"https://a.example/r"}
        """

    /// A progress display, its clock and its lines.
    private struct Display {
        let clock: ManualClock
        let batch: MessageBatch
        let progress: ExportProgress
        private let notes = CapturedBytes()

        init(isTerminal: Bool = false, isQuiet: Bool = false) throws {
            batch = try MessageBatch(json: Array(ExportProgressTests.batch.utf8))
            clock = ManualClock(at: Nights.start)
            let context = CommandContext(
                environment: ["NO_COLOR": "1"],
                now: { [clock] in clock.now },
                notesAreTerminal: isTerminal,
                write: { _ in },
                writeNote: notes.append
            )
            progress = ExportProgress(context: context, isQuiet: isQuiet)
            progress.observe(.planned(batches: 2, results: 2_000))
            progress.observe(.started(batch))
        }

        /// The lines on standard error with a text.
        func lines(with text: String) -> [Substring] {
            notes.text.split(separator: "\n").filter { $0.contains(text) }
        }
    }

    @Test func `a log has a line of progress per 5 % of the results`() throws {
        let display = try Display()
        for lines in stride(from: 10, through: 1_000, by: 10) {
            display.progress.observe(.advanced(id: "msgbatch_1", lines: lines, bytes: lines))
        }
        // The other half of the results belongs to the other batch.
        let lines = display.lines(with: "0 of 2 batches")
        #expect(lines.count == 10, "\(lines)")
        #expect(lines.first?.contains("100 results (5.0%)") == true, "\(lines)")
        #expect(lines.last?.contains("1,000 results (50.0%)") == true, "\(lines)")
    }

    @Test func `a slow download has a line of progress after 30 seconds`() throws {
        let display = try Display()
        for second in 1...90 {
            display.clock.advance(seconds: 1)
            display.progress.observe(.advanced(id: "msgbatch_1", lines: 1, bytes: second))
        }
        #expect(display.lines(with: "0 of 2 batches").count == 3)
    }

    @Test func `a problem is in a log when it happens, and on a terminal only at the end`() throws {
        for isTerminal in [false, true] {
            let display = try Display(isTerminal: isTerminal)
            display.progress.observe(.finished(display.batch, .busy))
            let problems = display.lines(with: "warning: msgbatch_1: busy: another process is downloading it")
            #expect(problems.count == (isTerminal ? 0 : 1))
            display.clock.advance(seconds: 30)
            display.progress.observe(.started(display.batch))
            #expect(display.lines(with: "1 of 2 batches, 1 not archived, ").count == 1)
        }
    }

    @Test func `a quiet run has no progress`() throws {
        let display = try Display(isQuiet: true)
        display.progress.observe(.advanced(id: "msgbatch_1", lines: 900, bytes: 900))
        display.progress.observe(.finished(display.batch, .busy))
        #expect(display.lines(with: "").isEmpty)
    }

    @Test func `only a verbose run has a line per archived batch`() async throws {
        let scenario = try Scenario.generated(lines: 20, batches: 3)
        for isVerbose in [false, true] {
            try await InProcess.export(scenario, isVerbose ? ["--verbose"] : []) { run, archive, _ in
                #expect(run.status == .done, "\(run.notes)")
                for id in archive.archivedIDs {
                    #expect(run.notes.contains("\(id): archived 20 results") == isVerbose, "\(run.notes)")
                }
            }
        }
    }

    @Test func `the problem of a batch is printed once in a run`() async throws {
        let batches = [try Nights.batch("bad", daysBefore: 9, kind: .tooLong), try Nights.batch("fine", daysBefore: 9)]
        try await Nights.run(batches) { nights in
            for arguments in [[], ["--quiet"]] {
                let run = await nights.run(["export", "--retry-all", "--max-line-bytes", "1024"] + arguments)
                #expect(run.status == .partial, "\(run.notes)")
                let count = run.notes.components(separatedBy: "is longer than 1024 bytes").count - 1
                #expect(count == 1, "\(run.notes)")
            }
        }
    }
}
