import BatchPipeline
import BlockGzip
import Foundation
import MessageBatches
import Testing

@testable import BatchArchive

struct ArchiveVerifierTests {
    private let archive = TemporaryArchive()
    private let raw = "raw/date=2024-08-20/a.jsonl.gz"
    private let flat = "results/date=2024-08-20/a.ndjson.gz"
    private let manifest = "manifests/date=2024-08-20/a.json"

    private func export(_ ids: [String] = ["a", "b"], results: Int = 12) async throws {
        let sink = archive.sink()
        for id in ids { try await sink.export(id, results: results) }
        try await sink.finishRun()
    }

    @Test(arguments: [VerifyDepth.sizes, .checksums, .content])
    func `an unchanged archive is intact`(depth: VerifyDepth) async throws {
        try await export()
        let files = try await archive.verify(depth)
        #expect(files.map(\.mark.rawValue).joined() == "=======")
        #expect(files.last?.path == "SHA256SUMS")
        #expect(!files.contains { $0.isOutdated })
    }

    @Test func `a batch without results is intact`() async throws {
        try await export(["a"], results: 0)
        #expect(try await archive.verify().map(\.path) == [manifest, "SHA256SUMS"])
        #expect(try await archive.faults() == [])
    }

    @Test func `a batch whose last line end was added is verified with the digest as received`() async throws {
        let batch = try sampleBatch("a")
        let sink = archive.sink()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(sampleBody(terminated: false), of: batch)
        _ = try await draft.publish(proof(batch))
        try await sink.finishRun()
        let received = try #require(try await archive.manifests()["a"]?.files[.raw]?.received)
        #expect(try await archive.faults() == [])
        try archive.change(manifest) { document in
            let text = String(decoding: document, as: UTF8.self)
            document = Array(text.replacing(received.sha256, with: String(received.sha256.reversed())).utf8)
        }
        // Without its checksum, the manifest is compared with the lines alone.
        try archive.change("SHA256SUMS") { list in
            let lines = String(decoding: list, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            list = Array(lines.filter { !$0.contains(manifest) }.joined(separator: "\n").utf8)
        }
        let files = try await archive.verify()
        #expect(files.contains { $0.path == manifest && $0.reason?.contains("received") == true }, "\(files)")
    }

    @Test func `a truncated file is reported with the byte where it ends, at any depth`() async throws {
        try await export()
        try archive.change(raw) { $0.removeLast(10) }
        let file = try #require(try await archive.verify(.sizes).first { $0.mark != .intact })
        let size = try #require(try archive.folder.status(raw)?.size)
        #expect(file.path == raw && file.mark == .different && file.byteOffset == size)
    }

    @Test func `a cut at the end of a member is found too`() async throws {
        try await export()
        let members = try #require(try await archive.manifests()["a"]?.files[.raw]?.members)
        #expect(members.count > 1)
        try archive.change(raw) { $0 = Array($0[..<members[1].offset]) }
        #expect(try await archive.faults(.sizes) == ["* \(raw)"])
    }

    @Test func `damage in a file is reported with member and byte`() async throws {
        try await export()
        let start = try #require(try await archive.manifests()["a"]?.files[.raw]?.members[1].offset)
        try archive.change(raw) { $0[start + 40] ^= 0xFF }
        #expect(try await archive.faults(.sizes) == [])
        let file = try #require(try await archive.verify(.checksums).first { $0.mark != .intact })
        #expect(file.path == raw && file.member == 1 && file.byteOffset ?? 0 >= start)
    }

    @Test func `swapped files of two batches are both reported`() async throws {
        try await export()
        let (first, second) = (try archive.folder.read(raw), try archive.folder.read("raw/date=2024-08-20/b.jsonl.gz"))
        try archive.folder.write(second.span, to: raw)
        try archive.folder.write(first.span, to: "raw/date=2024-08-20/b.jsonl.gz")
        // The raw lines of both batches are equal. Only the flat rows contain the batch's ID.
        let (a, b) = (try archive.folder.read(flat), try archive.folder.read("results/date=2024-08-20/b.ndjson.gz"))
        try archive.folder.write(b.span, to: flat)
        try archive.folder.write(a.span, to: "results/date=2024-08-20/b.ndjson.gz")
        #expect(try await archive.faults(.checksums) == ["* \(flat)", "* results/date=2024-08-20/b.ndjson.gz"])
    }

    @Test func `a missing manifest leaves unknown files and is reported itself`() async throws {
        try await export()
        try archive.folder.remove(manifest)
        #expect(try await archive.faults() == ["+ \(raw)", "+ \(flat)", "- \(manifest)"])
    }

    @Test func `the manifest of another batch is reported as such`() async throws {
        try await export()
        let other = try archive.folder.read("manifests/date=2024-08-20/b.json")
        try archive.folder.write(other.span, to: manifest)
        let file = try #require(try await archive.verify().first { $0.path == manifest })
        #expect(file.mark == .different && file.reason == "it is the manifest of b")
    }

    @Test func `a manifest in the folder of another day is reported`() async throws {
        try await export()
        try archive.put(archive.folder.read(manifest), at: "manifests/date=2024-08-21/a.json")
        let file = try #require(try await archive.verify().first { $0.path.contains("08-21") })
        #expect(file.reason == "it belongs in the folder of 2024-08-20")
    }

    @Test func `foreign gzip and plain lines in place of raw are reported`() async throws {
        try await export()
        try archive.folder.write(sampleBody(results: 12).span, to: raw)
        #expect(try await archive.faults() == ["* \(raw)"])
        guard let gzip = try run(["gzip", "-k", "-f", raw, "-S", ".new"], in: archive.folder.root), gzip.status == 0
        else {
            return
        }
        try archive.folder.rename("\(raw).new", to: raw)
        #expect(try await archive.faults() == ["* \(raw)"])
    }

    @Test func `a missing data file and an added one are reported`() async throws {
        try await export()
        try archive.folder.remove(flat)
        try archive.put(sampleBody(), at: "results/date=2024-08-20/mine.jsonl")
        #expect(try await archive.faults() == ["- \(flat)", "+ results/date=2024-08-20/mine.jsonl"])
    }

    @Test(arguments: ["manifests", "raw", "results"])
    func `a file next to the day folders is reported, and the others are checked`(part: String)
        async throws
    {
        try await export()
        try archive.folder.remove(flat)
        try archive.put(sampleBody(), at: "\(part)/mine.jsonl")
        try archive.put([], at: "\(part)/.DS_Store")
        #expect(try await archive.faults() == ["- \(flat)", "+ \(part)/.DS_Store", "+ \(part)/mine.jsonl"])
        let ids = try await archive.verify().filter { $0.mark == .extra }.map(\.batchID)
        #expect(ids == [nil, "mine"])
    }

    @Test func `only the requested batches are checked, and an unknown one is missing`() async throws {
        try await export()
        try archive.change("raw/date=2024-08-20/b.jsonl.gz") { $0.removeLast() }
        let files = try await archive.verify(ids: ["a", "nobody"])
        #expect(files.map(\.mark.rawValue) == ["=", "=", "=", "-"])
    }

    /// Changes the manifest of a batch by a regular expression, and its line in SHA256SUMS along with it.
    private func edit(_ pattern: String, _ template: String) async throws {
        let text = String(decoding: try archive.folder.read(manifest), as: UTF8.self)
        let edited = text.replacingOccurrences(of: pattern, with: template, options: .regularExpression)
        try #require(edited != text)
        try archive.folder.write(Array(edited.utf8).span, to: manifest)
        try archive.folder.remove(ArchivePaths.checksums)
        try await archive.sink().finishRun()
    }

    @Test(arguments: [
        (#""found":\{"succeeded":12"#, #""found":{"succeeded":11"#, "counts.found.succeeded"),
        (#""found":\{"#, #""found":{"errored":1,"#, "counts.found.errored"),
        (#""succeeded":12\}\}"#, #""succeeded":13}}"#, "counts.request_counts.succeeded"),
        (#""empty":0"#, #""empty":1"#, "lines.empty"), (#""rejected":0"#, #""rejected":1"#, "lines.rejected"),
        (#""duplicate":0"#, #""duplicate":1"#, "lines.duplicate"),
        (#""rejected":\[\]"#, #""rejected":[{"line_number":1,"byte_offset":0,"reason":"a"}]"#, "rejected"),
        (#""lines_digest":"[0-9a-f]{8}"#, #""lines_digest":"00000000"#, "lines_digest"),
        (#""uncompressed_sha256":"[0-9a-f]{8}"#, #""uncompressed_sha256":"00000000"#, "files.raw.uncompressed_sha256"),
        (#""received_sha256":"[0-9a-f]{8}"#, #""received_sha256":"00000000"#, "files.raw.received_sha256"),
        (#""lines":12,"#, #""lines":13,"#, "files.raw.lines"), (#"\[0,1\]"#, "[0,2]", "files.raw.members"),
        (#"("results":\{.*"lines"):12,"#, "$1:13,", "files.results.lines"),
        (#"("results":\{.*\[0),1\]"#, "$1,2]", "files.results.members"),
        (#""count":12"#, #""count":13"#, "summary.result_total"),
    ])
    func `only a full check finds a changed manifest with a changed checksum, and names what was changed`(
        pattern: String,
        template: String,
        path: String
    ) async throws {
        try await export()
        try await edit(pattern, template)
        #expect(try await archive.faults(.checksums) == [])
        let faults = try await archive.verify().filter { $0.mark != .intact }
        #expect(faults.map(\.path) == [manifest])
        #expect(faults.first?.reason == "its \(path) does not match the data files")
    }

    /// The page about the format of the archive lists these fields.
    @Test(arguments: [
        (#""origin":"[^"]*""#, #""origin":"https://other.example""#),
        (#""request_id":"[^"]*""#, #""request_id":"req_2""#),
        (#""started_at":"2024"#, #""started_at":"2023"#), (#""finished_at":"2024"#, #""finished_at":"2025"#),
        (#""ended_at":"2024"#, #""ended_at":"2025"#), (#""version":"1.2.3""#, #""version":"9""#),
        (#""level":6"#, #""level":5"#), (#""revision":1"#, #""revision":7"#),
    ])
    func `what only the API or this machine knew at the time cannot be checked`(
        pattern: String,
        template: String
    ) async throws {
        try await export()
        try await edit(pattern, template)
        let isInRows = pattern.contains("ended_at")
        #expect(try await archive.faults() == (isInRows ? ["* \(flat)"] : []))
    }

    @Test func `raw files that were swapped with their entries contradict the digests and rows of their batches`()
        async throws
    {
        try await export(["b"])
        let batch = try sampleBatch("a", results: 12)
        let draft = try await archive.sink().openDraft(of: batch)
        let body = sampleBody(results: 13).split(separator: 0x0A).dropFirst().joined(separator: [0x0A]) + [0x0A]
        try await draft.write(Array(body), of: batch)
        _ = try await draft.publish(proof(batch, results: 12))
        try await archive.sink().finishRun()
        let other = "raw/date=2024-08-20/b.jsonl.gz"
        let (first, second) = (try archive.folder.read(raw), try archive.folder.read(other))
        try archive.folder.write(first.span, to: other)
        try archive.folder.write(second.span, to: raw)
        let manifests = try await archive.manifests()
        for (id, from) in [("a", "b"), ("b", "a")] {
            var manifest = try #require(manifests[id])
            var entry = try #require(manifests[from]?.files[.raw])
            entry.path = id == "a" ? raw : other
            manifest.files[.raw] = entry
            try archive.folder.write(manifest.json.span, to: "manifests/date=2024-08-20/\(id).json")
        }
        try archive.folder.remove(ArchivePaths.checksums)
        try await archive.sink().finishRun()
        #expect(try await archive.faults(.checksums) == [])
        let flats = ["* \(flat)", "* results/date=2024-08-20/b.ndjson.gz"]
        // The manifest of a has no digest of the lines.
        #expect(try await archive.faults() == [flats[0], "* manifests/date=2024-08-20/b.json", flats[1]])
    }

    @Test func `a summary of a kind that is no longer computed is not damage`() async throws {
        try await export()
        var changed = try #require(try await archive.manifests()["a"])
        changed.summaries["queue"] = Array("{\"over_20h\":1}".utf8)
        try archive.folder.write(changed.json.span, to: manifest)
        try archive.folder.remove(ArchivePaths.checksums)
        try await archive.sink().finishRun()
        #expect(try await archive.faults() == [])
    }

    @Test func `a full check finds a duplicate custom_id in files that match each other`() async throws {
        try await archive.exportTwice("request-1", of: "a")
        #expect(try await archive.faults(.checksums) == [])
        let file = try #require(try await archive.verify().first { $0.mark != .intact })
        #expect(file.path == manifest && file.reason == "1 line repeats a custom_id")
    }

    @Test func `files of another derivation version are outdated and not damaged`() async throws {
        let settings = ArchiveSettings(codec: ZlibCodec(), toolVersion: "0", derivations: ["flat_schema": 0])
        let sink = FileArchive(archive.folder, settings: settings)
        try await sink.export("a")
        try await sink.finishRun()
        let files = try await archive.verify()
        #expect(files.allSatisfy { $0.mark == .intact })
        #expect(files.filter(\.isOutdated).map(\.path) == [manifest, flat])
    }

    @Test func `a batch that is not yet in SHA256SUMS is not damaged`() async throws {
        try await export(["a"])
        try await archive.sink().export("b")
        #expect(try await archive.faults() == [])
    }

    @Test func `a listed document is checked, and one that is not yet listed is not damage`() async throws {
        let (first, second) = ("summaries/days/2024-08-20.json", "views/one.sql")
        try await export(["a"])
        try await archive.sink().replaceDocuments([first: [0x31], second: [0x32]])
        #expect(try await archive.verify(.sizes).suffix(3).map(\.path) == [first, second, "SHA256SUMS"])
        try archive.put([0x33], at: "views/two.sql")
        #expect(try await archive.faults() == [])
        try archive.folder.write([0x34].span, to: first)
        try archive.folder.remove(second)
        #expect(try await archive.faults(.sizes) == ["- \(second)"])
        #expect(try await archive.faults(.checksums) == ["* \(first)", "- \(second)"])
        #expect(try await archive.verify(ids: ["a"]).allSatisfy { $0.mark == .intact })
    }

    @Test func `a sample of the batches depends on the seed only`() {
        let ids = (0..<2_000).map { "msgbatch_\($0)" }
        func chosen(_ seed: UInt64) -> [String] {
            let plan = VerifyPlan(depth: .content, share: 0.05, seed: seed)
            return ids.filter { plan.depth(of: $0) == .content }
        }
        #expect((60...140).contains(chosen(1).count))
        #expect(chosen(1) == chosen(1) && chosen(1) != chosen(2))
    }
}
