import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// `batchkeep reconcile`: archives that agree with the reports of the simulator, and archives that do not.
struct ReconcileTests {
    /// The rows of JSON output.
    private func rows(_ run: InProcess) -> [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(run.output.utf8))) as? [[String: Any]] ?? []
    }

    private func differences(_ run: InProcess) -> [String] {
        rows(run).filter { $0["difference"] as? Double ?? 0 != 0 }
            .map { "\($0["day"] as? String ?? "all") \($0["metric"] ?? "") \($0["difference"] ?? "")" }
    }

    @Test(arguments: [false, true])
    func `an archive with all batches agrees with both generations of reports`(refuses: Bool) async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) {
            $0.refusesOlderReports = refuses
        } _: { setting in
            let run = await setting.run("reconcile", "--since", "2026-11-16", "--until", "2026-11-20", "--json")
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("the newer reports are read instead") == refuses, "\(run.notes)")
            let whole = rows(run).filter { $0["day"] is NSNull }
            let values = whole.map { "\($0["metric"] ?? "") \($0["ours_low"] ?? "") \($0["theirs"] ?? "")" }
            // 30 requests, at 0.50 and 2.50 dollars per million tokens.
            #expect(values == ["input_tokens 30000 30000", "output_tokens 300 300", "token_cost_usd 0.01575 0.01575"])
            let first = rows(run).first ?? [:]
            #expect(first["ours_low"] as? Int == 10_000 && first["ours_high"] as? Int == 20_000)
            #expect(first["theirs"] as? Int == 15_000)
        }
    }

    @Test func `a batch that is not archived is a difference with its reason`() async throws {
        try await ReconciledArchive.exported(
            try ReconciledArchive.batches(),
            ["--batch", "msgbatch_a", "--batch", "msgbatch_c"]
        ) { setting in
            let run = await setting.run("reconcile", "--since", "2026-11-17", "--until", "2026-11-19", "--json")
            #expect(run.status == .threshold)
            #expect(differences(run).contains("all input_tokens 10000"), "\(run.output)")
            #expect(run.notes.contains("differ from the reports of the API"), "\(run.notes)")
            let reasons = rows(run).compactMap { $0["reasons"] as? String }
            #expect(reasons.contains("not_listed,other_tools"), "\(reasons)")
        }
    }

    @Test func `a batch whose results were removed is named as the reason`() async throws {
        var removed = try ReconciledArchive.batch("r", "2026-11-18T08:00:00Z", minutes: 30)
        removed.removeResults(at: ReconciledArchive.now)
        try await ReconciledArchive.exported([
            try ReconciledArchive.batch("a", "2026-11-17T08:00:00Z", minutes: 30), removed,
        ]) { setting in
            let run = await setting.run("reconcile", "--since", "2026-11-17", "--until", "2026-11-19", "--json")
            #expect(run.status == .threshold)
            let reasons = rows(run).compactMap { $0["reasons"] as? String }
            #expect(!reasons.isEmpty && reasons.allSatisfy { $0.hasPrefix("removed,") }, "\(reasons)")
            let table = await setting.run(
                "reconcile",
                "--since",
                "2026-11-17",
                "--until",
                "2026-11-19",
                "--format",
                "table",
                width: 200
            )
            #expect(table.output.contains("the API removed the results of 1 batch"), "\(table.output)")
            #expect(table.output.contains("A request counts within the time"), "\(table.output)")
        }
    }

    @Test(arguments: [1, 7] as [UInt64])
    func `seeded deviations of the reports are found`(seed: UInt64) async throws {
        let batches = [
            try ReconciledArchive.batch("a", "2026-11-17T08:00:00Z", minutes: 30),
            try ReconciledArchive.batch("b", "2026-11-18T08:00:00Z", minutes: 30),
            try ReconciledArchive.batch("d", "2026-11-18T09:00:00Z", minutes: 30, model: "claude-opus-4-8"),
        ]
        try await ReconciledArchive.exported(batches) {
            ($0.reportDeviations, $0.seed) = (2, seed)
        } _: { setting in
            let run = await setting.run("reconcile", "--since", "2026-11-17", "--until", "2026-11-19", "--json")
            #expect(run.status == .threshold, "\(run.notes)")
            let found = differences(run).filter { !$0.hasPrefix("all") && $0.contains("input_tokens") }
            let amounts = found.compactMap { $0.split(separator: " ").last.map(String.init) }
            #expect(Set(amounts) == ["90000", "-10000"], "\(found)")
        }
    }

    @Test func `a model without a price leaves its cost open and its tokens compared`() async throws {
        try await ReconciledArchive.exported([
            try ReconciledArchive.batch("x", "2026-11-17T08:00:00Z", minutes: 30, model: "claude-99")
        ]) { setting in
            let run = await setting.run("reconcile", "--during", "2026-11-17", "--json")
            #expect(run.status == .done, "\(run.notes)")
            let cost = rows(run).first { $0["metric"] as? String == "token_cost_usd" } ?? [:]
            #expect(cost["ours_high"] is NSNull && cost["reasons"] as? String == "unpriced", "\(run.output)")
        }
    }

    @Test func `a window with hours is compared by the hour, without costs`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let run = await setting.run(
                "reconcile",
                "--since",
                "2026-11-17T23:00Z",
                "--until",
                "2026-11-18T06:00Z",
                "--json"
            )
            #expect(run.status == .done, "\(run.notes)")
            let metrics = rows(run).filter { $0["day"] is NSNull }.map { "\($0["metric"] ?? "") \($0["theirs"] ?? "")" }
            #expect(metrics == ["input_tokens 10000", "output_tokens 100", "token_cost_usd <null>"], "\(run.output)")
            #expect(run.notes.contains("Cost reports have whole days in UTC only"), "\(run.notes)")
        }
    }

    @Test func `days of another zone are read by the hour, and half hours are widened`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let berlin = await setting.run(
                "reconcile",
                "--during",
                "2026-11-18",
                "--timezone",
                "Europe/Berlin",
                "--json"
            )
            #expect(berlin.status == .done, "\(berlin.notes)")
            #expect(rows(berlin).contains { $0["day"] as? String == "2026-11-17" }, "\(berlin.output)")
            let india = await setting.run("reconcile", "--during", "2026-11-18", "--timezone", "Asia/Kolkata", "--json")
            #expect(india.status == .done, "\(india.notes)")
            #expect(india.notes.contains("compared from 2026-11-17 18:00 to 2026-11-18 19:00 UTC"), "\(india.notes)")
        }
    }

    @Test func `the end is by default the start of today, and never in the future`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let open = await setting.run("reconcile", "--since", "2026-11-17", "--format", "table")
            #expect(open.output.contains("2026-11-17 00:00 to 2026-11-20 00:00 UTC"), "\(open.output)")
            let month = await setting.run("reconcile", "--during", "2026-11", "--format", "table")
            #expect(month.output.contains("2026-11-01 00:00 to 2026-11-20 00:00 UTC"), "\(month.output)")
            #expect(month.notes.contains("note: compared from"), "\(month.notes)")
            let today = await setting.run("reconcile", "--since", "today", "--format", "table")
            #expect(today.output.contains("2026-11-20 00:00 to 2026-11-20 12:00 UTC"), "\(today.output)")
        }
    }
}
