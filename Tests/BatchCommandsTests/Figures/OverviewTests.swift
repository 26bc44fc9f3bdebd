import BatchCommands
import Foundation
import Testing

/// `summarize` without `--by`: the block of all values.
struct OverviewTests {
    /// Imports results with this many stop reasons and service tiers, and calls `body` with the lines of the overview.
    private func withOverview(
        requests: Int,
        reasons: Int,
        tiers: Int,
        _ body: ([String]) throws -> Void
    ) async throws {
        try await Scratch.use { scratch in
            let lines = (0..<requests)
                .map { number in
                    #"{"custom_id":"m-\#(number)","result":{"type":"succeeded","message":{"id":"m","type":"message","#
                        + #""role":"assistant","model":"claude-haiku-4-5","content":[],"#
                        + #""stop_reason":"reason-\#(number % reasons)","usage":{"input_tokens":1,"output_tokens":1,"#
                        + #""service_tier":"tier-\#(number % tiers)"}}}}"#
                }
            let file = try scratch.write(lines.joined(separator: "\n") + "\n", to: "results.jsonl")
            let archive = Archive(url: scratch.url.appending(path: "archive"))
            let options = ["--unproven", "--batch", "job", "--date", "2026-11-20", "--archive", archive.url.path]
            // Without a key, the API is not asked for the batch object.
            let imported = await InProcess.run(["import", file] + options, at: "http://127.0.0.1:9", key: "")
            #expect(imported.status == .done, "\(imported.notes)")
            let run = await InProcess.offline(["summarize", "--format", "table"], on: archive)
            #expect(run.status == .done, "\(run.notes)")
            try body(run.lines)
        }
    }

    /// The sum of the first numbers of the lines.
    private func sum(_ lines: [String]) -> Int {
        lines.reduce(0) { sum, line in sum + (line.split(separator: " ").lazy.compactMap { Int($0) }.first ?? 0) }
    }

    @Test func `stop reasons and tiers that have no line are added up in one`() async throws {
        try await withOverview(requests: 90, reasons: 9, tiers: 6) { lines in
            let reasons = lines.filter { $0.contains("not usable; ") }
            #expect(reasons.count == 7 && sum(reasons) == 90, "\(lines)")
            #expect(reasons.last?.contains("other stop reasons") == true)
            #expect(reasons.last?.hasSuffix(" 30  not usable; 30 empty") == true, "\(reasons)")
            let tiers = lines.filter { $0.contains(" tier-") || $0.contains("other tiers") }
            #expect(tiers.count == 5 && sum(tiers) == 90, "\(lines)")
        }
    }

    @Test func `without further stop reasons and tiers, no line adds them up`() async throws {
        try await withOverview(requests: 12, reasons: 6, tiers: 4) { lines in
            #expect(lines.count { $0.contains("not usable; ") } == 6 && lines.count { $0.contains(" tier-") } == 4)
            #expect(!lines.contains { $0.contains("other stop reasons") || $0.contains("other tiers") }, "\(lines)")
        }
    }
}
