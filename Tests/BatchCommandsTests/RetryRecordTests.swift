import BatchCommands
import Foundation
import SimulatorTestSupport
import Testing

/// What a later `retry` knows of an earlier one.
struct RetryRecordTests {
    private static let catalog = "recent-catalog-canceled"
    /// The number of failed requests of the sample batch, and how many of them its request file has.
    private static let (failed, found) = (46, 45)

    private func withRetries(_ body: (Archive, Scratch, ([String]) async -> InProcess) async throws -> Void)
        async throws
    {
        let batch = try Samples.id(of: Self.catalog)
        let source = Samples.path("requests/\(Self.catalog).jsonl")
        try await InProcess.withSamples { archive, _, server in
            let run = archive.command(at: server)
            try await Scratch.use { scratch in
                try await body(archive, scratch) { await run(["retry", "--batch", batch, "--join", source] + $0) }
            }
        }
    }

    @Test func `a second retry skips what the first one wrote, even if its files are gone`() async throws {
        try await withRetries { archive, scratch, retry in
            let first = await retry(["--out", scratch.path("one"), "--json"])
            #expect((first.document["files"] as? [[String: Any]])?.first?["requests"] as? Int == Self.found)
            #expect(first.document["written_earlier"] as? Int == 0 && !first.notes.contains("earlier retry"))
            let file = scratch.path("one/retry-0001.json")
            let dry = await retry(["--dry-run"])
            let note = "note: \(Self.found) requests were written by an earlier retry and are skipped: \(file)\n"
            #expect(dry.notes.contains(note + "hint: to write them again, add --again\n"), "\(dry.notes)")

            try FileManager.default.moveItem(atPath: scratch.path("one"), toPath: scratch.path("moved"))
            let second = await retry(["--out", scratch.path("two"), "--json"])
            #expect(second.notes.contains("\(file) (no longer there)"), "\(second.notes)")
            let document = second.document
            #expect(document["written_earlier"] as? Int == Self.found)
            #expect((document["files"] as? [Any])?.isEmpty == true && document["not_found"] as? Int == 1)
            #expect(document["reasons"] as? [String: Int] == ["canceled": Self.failed - Self.found])
            let earlier = document["earlier_files"] as? [[String: Any]]
            #expect(earlier?.count == 1 && earlier?[0]["path"] as? String == file)
            #expect(earlier?[0]["requests"] as? Int == Self.found)
            #expect(!FileManager.default.fileExists(atPath: scratch.path("two/retry-0001.json")))
            let quiet = await retry(["--dry-run", "--quiet"])
            #expect(quiet.notes.isEmpty, "\(quiet.notes)")
            #expect(await InProcess.offline(["verify", "--full"], on: archive).status == .done)
        }
    }

    @Test func `--again writes them again, and the record then names the new file`() async throws {
        try await withRetries { _, scratch, retry in
            _ = await retry(["--out", scratch.path("one")])
            let again = await retry(["--out", scratch.path("two"), "--again"])
            #expect(!again.notes.contains("earlier retry"), "\(again.notes)")
            let bodies = try ["one", "two"].map { try scratch.text("\($0)/retry-0001.json") }
            #expect(bodies[0] == bodies[1])
            let dry = await retry(["--dry-run", "--json"])
            let earlier = dry.document["earlier_files"] as? [[String: Any]]
            #expect(earlier?.compactMap { $0["path"] as? String } == [scratch.path("two/retry-0001.json")])
        }
    }

    @Test func `requests that the first retry did not write are written by the second`() async throws {
        try await withRetries { archive, scratch, retry in
            let all = try String(contentsOfFile: Samples.path("requests/\(Self.catalog).jsonl"), encoding: .utf8)
                .split(separator: "\n")
            let half = try scratch.write(all.prefix(all.count / 2).joined(separator: "\n"), to: "half.jsonl")
            let batch = try Samples.id(of: Self.catalog)
            let part = await InProcess.offline(
                ["retry", "--batch", batch, "--join", half, "--out", scratch.path("one"), "--json"],
                on: archive
            )
            let written = try #require((part.document["files"] as? [[String: Any]])?.first?["requests"] as? Int)
            #expect((1..<Self.found).contains(written), "\(part.notes)")
            let rest = await retry(["--out", scratch.path("two"), "--json"])
            #expect((rest.document["files"] as? [[String: Any]])?.first?["requests"] as? Int == Self.found - written)
            let lineages = try ["one", "two"].map { try scratch.text("\($0)/retry-0001.lineage.ndjson") }
            let lines = lineages.flatMap { $0.split(separator: "\n") }
            let ids = lines.compactMap { jsonObject($0)?["custom_id"] as? String }
            #expect(ids.count == Self.found && Set(ids).count == Self.found)
            let third = await retry(["--dry-run"])
            #expect(third.notes.contains("\(Self.found) requests were written"), "\(third.notes)")
            for name in ["one", "two"] { #expect(third.notes.contains(scratch.path("\(name)/retry-0001.json"))) }
        }
    }

    @Test func `a retry that fails leaves no record`() async throws {
        try await withRetries { archive, scratch, retry in
            try FileManager.default.createDirectory(atPath: scratch.path("one"), withIntermediateDirectories: true)
            _ = try scratch.write("", to: "one/retry-0001.json")
            let refused = await retry(["--out", scratch.path("one")])
            #expect(refused.status == .usage && refused.notes.contains("already exists"), "\(refused.notes)")
            #expect(archive.files(in: "_retries").allSatisfy { $0 == ".lock" })
            let next = await retry(["--out", scratch.path("two"), "--json"])
            #expect(next.document["written_earlier"] as? Int == 0, "\(next.notes)")
        }
    }

    @Test func `an archive without room for a record is reported, and the requests are written`() async throws {
        try await withRetries { archive, scratch, retry in
            try Data().write(to: archive.url.appending(path: "_retries"))
            let run = await retry(["--again", "--out", scratch.path("one")])
            #expect(run.output == scratch.path("one/retry-0001.json") + "\n", "\(run.notes)")
            #expect(run.notes.contains("warning: the archive has no record of this retry"), "\(run.notes)")
        }
    }

    @Test func `a damaged record is an error that --again avoids`() async throws {
        try await withRetries { archive, scratch, retry in
            _ = await retry(["--out", scratch.path("one")])
            let record = try archive.file(in: "_retries", ".ndjson")
            try archive.change(record) { $0 = $0.dropLast(9) }
            let damaged = await retry(["--out", scratch.path("two")])
            #expect(damaged.status == .integrity && damaged.output.isEmpty, "\(damaged.notes)")
            let path = archive.url.appending(path: record).path
            #expect(damaged.notes.contains("'\(path)': line \(Self.found): damaged\nhint: "), "\(damaged.notes)")
            let again = await retry(["--out", scratch.path("two"), "--again"])
            #expect(again.status == .partial && !again.output.isEmpty, "\(again.notes)")
        }
    }
}
