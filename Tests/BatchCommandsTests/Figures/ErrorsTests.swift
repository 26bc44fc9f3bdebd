import BatchCommands
import Foundation
import Testing

struct ErrorsTests {
    @Test func `errors are ranked, compared with the window before, and have advice`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["errors", "--since", "2026-08-01", "--until", "2026-12-01", "--format", "json"],
                on: archive
            )
            #expect(run.status == .done, "\(run.notes)")
            let counts = run.rows.compactMap { $0["requests"] as? Int }
            #expect(counts == counts.sorted(by: >) && counts.reduce(0, +) == 25)
            // The four months before have two batches without such errors.
            #expect(run.rows.allSatisfy { $0["requests_before"] as? Int == 0 && $0["fingerprint"] is String })
            let credit = run.rows.first { $0["error_class"] as? String == "fix_account" }
            let command = try #require(credit?["command"] as? String)
            #expect(command.hasPrefix("batchkeep retry --archive \(archive.url.path) --since 2026-08-01T00:00:00Z"))
            let id = try #require(credit?["fingerprint"] as? String)
            let rest = " --until 2026-12-01T00:00:00Z --fingerprint \(id) --join 'requests/{batch_id}.jsonl'"
            #expect(command.hasSuffix(rest))
            #expect(credit?["cost_at_stake_usd"] as? Double != nil)
        }
    }

    @Test func `the trend compares with the window of the same length before`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["errors", "--since", "2026-11-01", "--until", "2026-12-01", "--format", "json"],
                on: archive
            )
            let before = await InProcess.offline(
                ["errors", "--since", "2026-10-02", "--until", "2026-11-01", "--format", "json"],
                on: archive
            )
            #expect(!run.rows.isEmpty && !before.rows.isEmpty)
            for row in run.rows {
                let same = before.rows.first { $0["fingerprint"] as? String == row["fingerprint"] as? String }
                #expect(row["requests_before"] as? Int == same?["requests"] as? Int ?? 0)
            }
        }
    }

    @Test func `the printed command works if the path of the archive has blanks`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let link = FileManager.default.temporaryDirectory.appending(path: "it's \(UUID().uuidString)")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: archive.url)
            defer { try? FileManager.default.removeItem(at: link) }
            let run = await InProcess.offline(["errors", "--format", "json", "--archive", link.path])
            let quoted = "'\(link.path.replacing("'", with: "'\\''"))'"
            #expect(!run.rows.isEmpty)
            for row in run.rows { #expect((row["command"] as? String)?.contains(" --archive \(quoted) ") == true) }
        }
    }

    @Test func `people see the classes explained and how many rows are hidden`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["errors", "--limit", "2", "--format", "table"], on: archive)
            #expect(run.output.contains("Your credit balance is too low"))
            #expect(run.output.contains("11 errors are not shown; --limit shows more."))
            for name in ["retry: ", "fix_input: ", "fix_account: "] { #expect(run.output.contains("\n\(name)")) }
            let none = await InProcess.offline(["errors", "--since", "2030-01-01", "--format", "table"], on: archive)
            #expect(none.output == "No request failed in 0 archived batches.\n")
        }
    }
}
