import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// The first screens that a new user sees, on terminals of 60, 80 and 120 columns.
struct ScreenTests {
    private func batches() throws -> [SimulatedBatch] {
        [
            try Nights.batch("01vci7ChoxK8pNzonZUZvjDL", daysBefore: 0.5, kind: .inProgress),
            try Nights.batch("01PFMRhvyDiKWxJHrncdXRbc", daysBefore: 3),
            try Nights.batch("01sxWroqXS4ba89CNkP6P4Ui", daysBefore: 26, kind: .tooLong),
        ]
    }

    @Test func `list shows what matters at 80 columns`() async throws {
        try await Nights.run(batches()) { nights in
            #expect(
                await nights.screen(["list", "--since", "2026-10-01"], inArchive: false) == """
                    Batch                Status       Created (UTC)     Requests  Errored  Days left
                    ───────────────────  ───────────  ────────────────  ────────  ───────  ─────────
                    msgbatch_01vci7Cho…  in_progress  2026-10-31 14:00         1        0       28.5
                    msgbatch_01PFMRhvy…  ended        2026-10-29 02:00         1        0       26.0
                    msgbatch_01sxWroqX…  ended        2026-10-06 02:00         1        0        3.0

                    Hidden columns: Ended (UTC), Succeeded, Canceled, Expired, Results, Results
                    until. Cut: Batch. For everything, use a wider terminal or --format json.

                    """
            )
        }
    }

    @Test func `list keeps status, time and days left at 60 columns, and whole IDs at 120`() async throws {
        try await Nights.run(batches()) { nights in
            let narrow = await nights.screen(["list", "--since", "2026-10-01"], width: 60, inArchive: false)
            #expect(narrow.contains("msgbatch_01PFMRhv…  ended        2026-10-29 02:00       26.0\n"), "\(narrow)")
            let wide = await nights.screen(["list", "--since", "2026-10-01"], width: 120, inArchive: false)
            let row = "msgbatch_01PFMRhvyDiKWxJHrncdXRbc  ended        2026-10-29 02:00  2026-10-29 02:01"
            #expect(wide.contains("\(row)         1        0       26.0\n"), "\(wide)")
        }
    }

    @Test func `list shows that results are removed, or that their 29 days are over`() async throws {
        let batches = try [Nights.batch("removed", daysBefore: 20), Nights.batch("old", daysBefore: 40)]
        try await Nights.run(batches) { nights in
            nights.server.service.apply(.removeResults("msgbatch_removed"))
            let arguments = ["list", "--since", "2026-09-01", "--format"]
            let table = await nights.screen(arguments + ["table"], inArchive: false)
            #expect(table.contains("removed\n") && table.contains("over\n"), "\(table)")
            let csv = await nights.run(arguments + ["csv"], inArchive: false)
            #expect(csv.lines[0].hasSuffix(",expired,state,results_until,days_left"))
            #expect(csv.lines[1].hasSuffix(",removed,,"))
            #expect(csv.lines[2].hasSuffix(",available,2026-10-21T02:00:00.000000Z,-11.0"), "\(csv.output)")
        }
    }

    @Test func `status starts with the answer, and errors are whole at 80 columns`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let screen = await nights.screen(["status"])
            #expect(
                screen.hasPrefix(
                    """
                    EXPIRING: 1 batch is not archived, the API removes the first on 2026-11-04; PARTIAL: 1 batch could \
                    not be archived yet; a later export retries

                    Archive ARCHIVE

                    Batches  archived     1
                             pending      1  not finished by the API, or not tried yet
                             partial      0
                             failed       1
                             unavailable  0
                             quarantined  0
                             expiring     1  few days left
                             lost         0
                             removed      0

                    Expiring

                    Batch                              State   Days left
                      Last error
                    ─────────────────────────────────  ──────  ─────────
                    msgbatch_01sxWroqXS4ba89CNkP6P4Ui  failed        3.0

                    """
                ),
                "\(screen)"
            )
            #expect(screen.contains("\n  "))
            #expect(screen.components(separatedBy: "\n").dropFirst().allSatisfy { $0.count <= 80 }, "\(screen)")
        }
    }

    @Test(arguments: [60, 80, 120])
    func `the error of the last run stays on the screen of status`(width: Int) async throws {
        let refused = Fault(.answer(status: 401), on: [.list])
        try await Nights.run(batches(), faults: [refused]) { nights in
            #expect(await nights.export().status == .keyRefused)
            let screen = await nights.screen(["status"], width: width)
            #expect(screen.contains("Started (UTC)"))
            let run = try #require(screen.components(separatedBy: "2026-11-01 02:00  export").last)
            #expect(run.contains("401"), "\(screen)")
        }
    }

    @Test func `errors have two lines per row at 80 columns`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let arguments = ["errors", "--archive", archive.url.path]
            let now = try #require(Timestamp("2026-11-22T12:00:00Z"))
            let screen = await Screen.text(arguments, width: 80, now: { now })
            #expect(
                screen.hasPrefix(
                    """
                    Errors by fingerprint

                    Fingerprint  Requests  Cost at stake  Action       Type
                      Message
                    ───────────  ────────  ─────────────  ───────────  ─────────────────────
                    c8109e31           22        $0.0023  fix_account  invalid_request_error
                      Your credit balance is too low to access the Anthropic API. Please go to Plans
                      & Billing to upgrade or purchase credits.
                    6347f71e            8        $0.1557  retry        overloaded_error
                      Overloaded

                    """
                ),
                "\(screen)"
            )
            let narrow = await Screen.text(arguments, width: 60, now: { now })
            #expect(narrow.contains("c8109e31           22  fix_account  invalid_request_error\n"), "\(narrow)")
            #expect(narrow.contains("Hidden columns: Cost at stake, Example, First seen, Last\nseen."))
        }
    }

    @Test func `a table shows the column that --sort or --fail-if names at 80 columns`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let now = Nights.start
            func heading(_ options: [String], width: Int = 80) async -> String {
                let arguments = ["summarize", "--by", "model", "--archive", archive.url.path] + options
                let lines = await Screen.text(arguments, width: width, now: { now }).split(separator: "\n")
                return lines.first { $0.hasPrefix("Model") }.map(String.init) ?? "\(lines)"
            }
            let usual = await heading([])
            #expect(usual.contains("Requests") && !usual.contains("Output") && !usual.contains("Cache hits"))
            for width in [60, 80] {
                let output = await heading(["--sort", "output_tokens"], width: width)
                #expect(output.contains("Output"), "\(output)")
                let saved = await heading(["--sort", "saved_by_cache_usd"], width: width)
                #expect(saved.contains("Saved by cache"), "\(saved)")
                let hits = await heading(["--fail-if", "cache_hit_ratio<1%"], width: width)
                #expect(hits.contains("Cache hits"), "\(hits)")
            }
        }
    }

    @Test func `verify shows what is wrong and the sum`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let raw = try nights.archive.file(in: "raw", "01PFMRhvy")
            try nights.archive.change(raw) { $0.append(0) }
            let screen = await nights.screen(["verify"])
            let lines = screen.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("* \(raw): it has "), "\(screen)")
            #expect(lines[1].hasSuffix(" intact, 1 different"), "\(screen)")
            #expect(await nights.screen(["verify", "-v"]).contains("\n= SHA256SUMS\n"))
        }
    }
}
