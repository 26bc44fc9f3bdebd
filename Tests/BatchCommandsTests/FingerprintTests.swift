import BatchAnalytics
import BatchCommands
import Foundation
import Testing

/// From a row of `errors` to its lines and its retry, on the samples.
struct FingerprintTests {
    @Test func `every row of errors selects as many lines and retries as it counts`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let rows = await run(["errors", "--json"]).rows
            #expect(rows.count > 10)
            for row in rows {
                let id = try #require(row["fingerprint"] as? String)
                let requests = try #require(row["requests"] as? Int)
                let lines = await run(["select", "--fingerprint", id, "--by", "error_type", "--json"])
                #expect(lines.rows.count == 1 && lines.row["error_type"] as? String == row["error_type"] as? String)
                #expect(lines.row["requests"] as? Int == requests, "\(id): \(lines.notes)")
                let retry = await run(["retry", "--fingerprint", id, "--dry-run", "--json"])
                let errorClass = row["error_class"] as? String ?? ""
                #expect(retry.document["reasons"] as? [String: Int] == ["errored:\(errorClass)": requests], "\(id)")
            }
            let ids = rows.prefix(2).compactMap { $0["fingerprint"] as? String }
            let both = await run(["select", "--fingerprint", ids[0], "--fingerprint", ids[1].uppercased()])
            #expect(both.lines.count == rows.prefix(2).reduce(0) { $0 + ($1["requests"] as? Int ?? 0) })
        }
    }

    @Test func `the short fingerprint in the table is enough for every command`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let table = await run(["errors", "--format", "table"])
            let line = try #require(table.lines.first { $0.contains(" overloaded_error ") })
            let short = try #require(line.split(separator: " ").first.map(String.init))
            #expect(short.count == 8 && short.allSatisfy(\.isHexDigit), "\(line)")
            #expect(table.lines.first { $0.contains("Requests") }?.hasPrefix("Fingerprint ") == true)
            #expect(table.output.contains("add --fingerprint"))
            #expect(
                await run(["select", "--fingerprint", short, "--where", "error_type=overloaded_error"]).lines.count == 8
            )
            let rows = await run(["errors", "--fingerprint", short, "--json"]).rows
            #expect(rows.count == 1 && (rows[0]["fingerprint"] as? String)?.hasPrefix(short) == true)
            let command = try #require(rows[0]["command"] as? String)
            #expect(command.contains(" --fingerprint \(rows[0]["fingerprint"] ?? "") --join "), "\(command)")
        }
    }

    @Test func `errors shows the classes that are asked for`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let all = await run(["errors", "--json"]).rows
            for names in ["retry", "fix_input", "fix_account", "retry,fix_account"] {
                let classes = Set(names.split(separator: ",").map(String.init))
                let rows = await run(["errors", "--class", names, "--json"]).rows
                let wanted = all.filter { classes.contains($0["error_class"] as? String ?? "") }
                #expect(
                    !rows.isEmpty
                        && rows.map { $0["fingerprint"] as? String } == wanted.map { $0["fingerprint"] as? String }
                )
            }
            let none = await run(["errors", "--class", "fix_account", "--during", "2024-10"])
            #expect(none.status == .done && none.output.isEmpty, "\(none.output)")
            #expect(none.notes.contains("no error matches --class: 4 other errors were found"), "\(none.notes)")
        }
    }

    @Test(arguments: ["select", "errors", "retry"])
    func `a fingerprint that is wrong, unknown or ambiguous is refused`(command: String) async throws {
        try await InProcess.withSamples { archive, run, _ in
            let dry = command == "retry" ? ["--dry-run"] : []
            for (text, reason) in [
                ("12345g", "invalid fingerprint '12345g'"), ("abc", "invalid fingerprint 'abc'"),
                ("0123456789abc", "invalid fingerprint"), ("00000000", "no error of the selected batches has it"),
                ("0123456789ab", "no error of the selected batches has it"),
            ] {
                let wrong = await run([command, "--fingerprint", text] + dry)
                #expect(wrong.status == .usage && wrong.output.isEmpty, "\(wrong.output)")
                #expect(wrong.notes.contains("error: ") && wrong.notes.contains(reason), "\(wrong.notes)")
                #expect(wrong.notes.contains("batchkeep errors --archive \(archive.url.path)"), "\(wrong.notes)")
            }
            // An error of another window is not found in this one.
            let id = try #require(
                await run(["errors", "--during", "2024-10", "--json"]).rows[0]["fingerprint"] as? String
            )
            let other = await run([command, "--fingerprint", id, "--during", "2025-01"] + dry)
            #expect(
                other.status == .usage && other.notes.contains("no error of the selected batches"),
                "\(other.notes)"
            )
            // A window without batches is explained as usual.
            let empty = await run([command, "--fingerprint", id, "--since", "2030-01-01"] + dry)
            #expect(empty.status == .done && empty.notes.contains("no batch of the archive"), "\(empty.notes)")
        }
    }

    @Test func `digits that two errors share are ambiguous, and one more digit is enough`() async throws {
        // These messages have fingerprints with the same first four digits.
        let pair = try #require(Self.messagesWithEqualStart())
        try await InProcess.withGenerated { _, run, _ in
            try await Scratch.use { scratch in
                let lines = pair.map { message in
                    """
                    {"custom_id":"\(message)","result":{"type":"errored","error":{"type":"error","error":\
                    {"type":"api_error","message":"\(message)"}}}}
                    """
                }
                let file = try scratch.write(lines.joined(separator: "\n"), to: "results.jsonl")
                _ = await run(["import", "--unproven", "--batch", "job", "--date", "2026-11-20", file])
                let ids = await run(["errors", "--batch", "job", "--json"]).rows
                    .compactMap { $0["fingerprint"] as? String }
                #expect(ids.count == 2 && ids[0].prefix(4) == ids[1].prefix(4), "\(ids)")
                let shared = await run(["select", "--batch", "job", "--fingerprint", String(ids[0].prefix(4))])
                #expect(shared.status == .usage && shared.notes.contains("ambiguous: "), "\(shared.notes)")
                #expect(ids.allSatisfy(shared.notes.contains), "\(shared.notes)")
                let one = await run(["select", "--batch", "job", "--fingerprint", String(ids[0].prefix(11))])
                #expect(one.lines.count == 1, "\(one.notes)")
            }
        }
    }

    /// Finds two messages of words whose fingerprints begin with the same four digits.
    private static func messagesWithEqualStart() -> [String]? {
        var seen: [Substring: String] = [:]
        for first in "abcdefghijklmnopqrstuvwxyz" {
            for second in "abcdefghijklmnopqrstuvwxyz" {
                for third in "abcdefghij" {
                    let message = "cause \(first)\(second)\(third)"
                    let id = ErrorFingerprint(type: "api_error", message: message).id.prefix(4)
                    if let other = seen[id] { return [other, message] }
                    seen[id] = message
                }
            }
        }
        return nil
    }

    @Test func `retry refuses other selections next to a fingerprint`() async throws {
        try await InProcess.withSamples { _, run, _ in
            for options in [["--include", "fix_input"], ["--result", "expired"], ["--unusable"]] {
                let wrong = await run(["retry", "--dry-run", "--fingerprint", "6347f71e"] + options)
                #expect(
                    wrong.status == .usage && wrong.notes.contains("--fingerprint: selects errors"),
                    "\(wrong.notes)"
                )
            }
            let wrong = await run(["errors", "--class", "retry,fix_acount"])
            #expect(wrong.status == .usage && wrong.notes.contains("'fix_acount'"), "\(wrong.notes)")
        }
    }
}
