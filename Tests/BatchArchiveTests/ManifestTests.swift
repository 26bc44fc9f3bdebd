import BatchPipeline
import Foundation
import JSONLines
import MessageBatches
import Testing

@testable import BatchArchive

struct ManifestTests {
    private func manifest() throws -> Manifest {
        var proof = proof(try sampleBatch())
        proof.rejected = [RejectedLine(lineNumber: 4, byteOffset: 99, reason: "a \"quoted\" reason")]
        proof.linesDigest = LinesDigest(hex: "0a1c57b4b31d541b87dc3d3c15b5a472")
        proof.rewrittenFrom = "https://other.example/v1/messages/batches/x/results"
        let codec = CodecRecord(name: "zlib", level: 6, version: "1.3", librarySHA256: "ab")
        let raw = ArchivedFile(
            path: "raw/date=2024-08-20/msgbatch_01.jsonl.gz",
            bytes: 100,
            sha256: "cd",
            content: .init(bytes: 1_000, sha256: "ef"),
            received: .init(bytes: 999, sha256: "01"),
            lines: 3,
            codec: codec,
            members: [.init(offset: 0, firstLine: 1), .init(offset: 60, firstLine: 3)]
        )
        return Manifest(proof, files: [.raw: raw], settings: testSettings())
    }

    private func text(_ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
        let object = try JSONSerialization.jsonObject(with: Data(manifest().json))
        var members = try #require(object as? [String: Any])
        change(&members)
        return try [UInt8](JSONSerialization.data(withJSONObject: members))
    }

    @Test func `a manifest reads back as it was written`() throws {
        let manifest = try manifest()
        let text = manifest.json
        #expect(try Manifest(json: text, path: "m") == manifest)
        #expect(try Manifest(json: text, path: "m").json == text)
    }

    @Test func `a quarantine reason reads back as it was written`() throws {
        var manifest = try manifest()
        manifest.quarantine = .init(reasons: ["one", "two\n"], attempts: 3)
        #expect(try Manifest(json: manifest.json, path: "m") == manifest)
    }

    @Test func `the manifest contains the batch object as received`() throws {
        let manifest = try manifest()
        let text = String(decoding: manifest.json, as: UTF8.self)
        #expect(text.contains(#""batch":{"id":"msgbatch_01","type":"message_batch""#))
        #expect(text.contains(#""new_field":[1,2e3,"a b"]"#))
    }

    @Test func `a manifest is valid JSON with one top-level key per line`() throws {
        let text = try manifest().json
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text)) }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix("\"") })
    }

    @Test func `unknown keys are ignored at every level`() throws {
        let text = try text { members in
            members["later"] = ["a": [1]]
            var files = members["files"] as? [String: [String: Any]]
            files?["raw"]?["encryption"] = "none"
            files?["embeddings"] = ["path": "x"]
            members["files"] = files
            members["source"] = ["region": "moon", "request_id": "req_1"]
        }
        let manifest = try Manifest(json: text, path: "m")
        #expect(manifest.files.keys.sorted() == [.raw])
        #expect(manifest.source == .init(requestID: "req_1"))
    }

    @Test(arguments: ["schema_version", "batch", "started_at", "finished_at", "counts"])
    func `a missing required key is named`(key: String) throws {
        let text = try text { $0[key] = nil }
        let failure = #expect(throws: ArchiveFailure.self) { _ = try Manifest(json: text, path: "the/path") }
        #expect(failure?.path == "the/path" && failure?.operation == .read)
        guard case .manifest(let reason) = failure?.cause else {
            Issue.record("the cause is \(String(describing: failure))")
            return
        }
        #expect(reason.contains(key == "batch" ? "batch" : key))
    }

    @Test(arguments: ["path", "bytes", "sha256", "uncompressed_bytes", "uncompressed_sha256", "lines", "codec"])
    func `a missing member of a file entry is named`(key: String) throws {
        let text = try text { members in
            var files = members["files"] as? [String: [String: Any]]
            files?["raw"]?[key] = nil
            members["files"] = files
        }
        let failure = #expect(throws: ArchiveFailure.self) { _ = try Manifest(json: text, path: "m") }
        guard case .manifest(let reason) = failure?.cause else { return }
        #expect(reason.contains("files.raw"))
    }

    @Test(arguments: ["/etc/passwd", "../x", "raw/../../x", "raw//x", "", "./x"])
    func `a path outside the archive is rejected`(path: String) throws {
        let text = try text { members in
            var files = members["files"] as? [String: [String: Any]]
            files?["raw"]?["path"] = path
            members["files"] = files
        }
        #expect(throws: ArchiveFailure.self) { _ = try Manifest(json: text, path: "m") }
    }

    @Test func `a manifest of a version without a digest of the lines is read`() throws {
        for value in [nil, NSNull()] as [Any?] {
            #expect(try Manifest(json: text { $0["lines_digest"] = value }, path: "m").linesDigest == nil)
        }
    }

    @Test(arguments: ["", "0a1c57b4b31d541b87dc3d3c15b5a47", "0A1C57B4B31D541B87DC3D3C15B5A472"])
    func `a text that is not a digest of lines is an error`(value: String) throws {
        let text = try text { $0["lines_digest"] = value }
        #expect(throws: ArchiveFailure.self) { _ = try Manifest(json: text, path: "m") }
    }

    @Test func `the archived lines are known by their digest, or by their bytes if there is none`() throws {
        var manifest = try manifest()
        #expect(manifest.archivedLines == ArchivedLines(digest: manifest.linesDigest, receivedSHA256: "01"))
        manifest.linesDigest = nil
        #expect(manifest.archivedLines == ArchivedLines(receivedSHA256: "01"))
        let content = ArchivedFile.Extent(bytes: 1_000, sha256: "ef")
        manifest.pruned[.raw] = PrunedFile(prunedAt: Timestamp(seconds: 0), content: content, lines: 3)
        manifest.files = [:]
        #expect(manifest.archivedLines == ArchivedLines(receivedSHA256: "ef"))
        manifest.pruned = [:]
        #expect(manifest.archivedLines == nil)
        manifest.found = [:]
        #expect(manifest.archivedLines == ArchivedLines(digest: LinesDigest()))
    }

    @Test func `a newer schema version is rejected by its number`() throws {
        let text = try text { $0["schema_version"] = 2 }
        let reason = "its schema_version 2 is newer than this program"
        #expect(throws: ArchiveFailure(.manifest(reason), .read, path: "m")) { _ = try Manifest(json: text, path: "m") }
    }

    @Test func `every truncation is an error and none crashes`() throws {
        let text = try manifest().json
        // The last byte is a line end, which JSON does not require.
        for length in 0..<(text.count - 1) {
            #expect(throws: ArchiveFailure.self, "cut to \(length)") {
                _ = try Manifest(json: Array(text.prefix(length)), path: "m")
            }
        }
    }

    @Test func `no changed byte crashes`() throws {
        let text = try manifest().json
        for index in text.indices {
            for change: UInt8 in [0x01, 0x20, 0x80] {
                var damaged = text
                damaged[index] ^= change
                _ = try? Manifest(json: damaged, path: "m")
            }
        }
    }

    @Test(arguments: ["", "null", "[]", "7", "{}", "{\"schema_version\":1}", "\u{1F}\u{8B}"])
    func `other documents are an error`(text: String) {
        #expect(throws: ArchiveFailure.self) { _ = try Manifest(json: Array(text.utf8), path: "m") }
    }

    @Test func `counts are sorted by their names`() throws {
        var manifest = try manifest()
        manifest.found = ["succeeded": 1, "errored": 2, "a_new_type": 3]
        let text = String(decoding: manifest.json, as: UTF8.self)
        #expect(text.contains(#""found":{"a_new_type":3,"errored":2,"succeeded":1}"#))
        #expect(text.contains(#""request_counts":{"processing":0,"succeeded":3}"#))
    }
}
