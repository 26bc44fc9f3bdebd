import BatchPipeline
import BlockGzip
import Foundation
import MessageBatches
import Testing

@testable import BatchArchive

struct FileArchiveTests {
    private let archive = TemporaryArchive()

    @Test func `a published batch has its files at the documented paths`() async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        let published = try await sink.export()
        try await sink.finishRun()
        let files = [
            "raw/date=2024-08-20/msgbatch_01.jsonl.gz",
            "results/date=2024-08-20/msgbatch_01.ndjson.gz",
            "manifests/date=2024-08-20/msgbatch_01.json",
        ]
        #expect(try archive.paths() == (files + ["SHA256SUMS"]).sorted())
        #expect(published.files.sorted() == files.sorted())
        #expect(published.storedBytes == (try files.reduce(0) { try $0 + archive.folder.read($1).count }))
    }

    @Test func `raw has the bytes as received`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        let body = Array("\u{FEFF}".utf8) + [0x0D, 0x0A, 0x0A] + sampleBody()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(body, of: batch)
        _ = try await draft.publish(proof(batch))
        #expect(try content(of: "raw/date=2024-08-20/msgbatch_01.jsonl.gz", in: archive.folder) == body)
        if let zcat = try run(["zcat", "raw/date=2024-08-20/msgbatch_01.jsonl.gz"], in: archive.folder.root) {
            #expect(zcat.output == body)
        }
    }

    @Test func `a missing final line end is added, and both digests are kept`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        let body = sampleBody(terminated: false)
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(body, of: batch)
        #expect(await draft.receivedDigest() == ContentDigest.hex(body))
        _ = try await draft.publish(proof(batch))
        let manifest = try #require(try ArchiveReader(archive.folder).manifest(of: batch.id, on: batch.day))
        let raw = try #require(manifest.files[.raw])
        #expect(raw.content == .init(bytes: body.count + 1, sha256: ContentDigest.hex(body + [0x0A])))
        #expect(raw.received == .init(bytes: body.count, sha256: ContentDigest.hex(body)))
        #expect(try content(of: raw.path, in: archive.folder) == body + [0x0A])
    }

    @Test func `the manifest describes the files correctly`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch(results: 40)
        try await sink.export(results: 40)
        let manifest = try #require(try ArchiveReader(archive.folder).manifest(of: batch.id, on: batch.day))
        #expect(manifest.files.keys.sorted() == [.raw, .results])
        for (_, file) in manifest.files {
            let stored = try archive.folder.read(file.path)
            let content = try content(of: file.path, in: archive.folder)
            #expect(file.bytes == stored.count && file.sha256 == ContentDigest.hex(stored))
            #expect(file.content == .init(bytes: content.count, sha256: ContentDigest.hex(content)))
            #expect(file.lines == 40 && content.count { $0 == 0x0A } == 40)
            #expect(file.codec.name == "zlib" && file.codec.level == 6 && file.codec.librarySHA256?.count == 64)
            #expect(file.members.count > 1 && file.members[0] == .init(offset: 0, firstLine: 1))
        }
        #expect(manifest.batch.json == batch.json)
        #expect(manifest.found == ["succeeded": 40])
        #expect(manifest.source == .init(origin: "https://api.example", workspaceID: "wrkspc_1", requestID: "req_1"))
        #expect(manifest.toolVersion == "1.2.3" && manifest.revision == 1 && manifest.quarantine == nil)
        #expect(manifest.derivations == ["flat_schema": 1, "error_classes": 1])
        #expect(manifest.summary(ResultTotal.self) == ResultTotal(count: 40))
    }

    @Test func `a batch without lines has a manifest and no data files`() async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        try await sink.export(results: 0)
        #expect(try archive.paths() == ["manifests/date=2024-08-20/msgbatch_01.json"])
        #expect(try sink.folder.archivedIDs() == ["msgbatch_01"])
    }

    @Test func `a batch of empty lines has raw and no results`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch(results: 0)
        let draft = try await sink.openDraft(of: batch)
        try await draft.write([0x0A, 0x0D, 0x0A], of: batch)
        _ = try await draft.publish(proof(batch, results: 0, emptyLines: 2))
        #expect(try archive.paths().map { $0.prefix(3) } == ["man", "raw"])
    }

    @Test func `a batch is archived if it has a manifest`() async throws {
        let sink = archive.sink()
        #expect(try sink.folder.archivedIDs() == [])
        try await sink.export("msgbatch_a", day: "2024-08-20")
        try await sink.export("msgbatch_b", day: "2025-01-01")
        try archive.put([0x41], at: "raw/date=2024-08-20/msgbatch_c.jsonl.gz")
        try archive.put([0x41], at: "manifests/date=2024-08-20/msgbatch_d.json~")
        try archive.put([0x41], at: "manifests/date=2024-08-20/a b.json")
        try archive.put([0x41], at: "manifests/notes/msgbatch_e.json")
        #expect(try sink.folder.archivedIDs() == ["msgbatch_a", "msgbatch_b"])
    }

    @Test func `nothing is visible before it is published`() async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        let batch = try sampleBatch()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(sampleBody(), of: batch)
        #expect(try archive.paths().allSatisfy { $0.hasPrefix("_partial/") })
        #expect(try sink.folder.archivedIDs() == [])
    }

    @Test func `files are private to the user`() async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        try await sink.export()
        let batch = try sampleBatch("msgbatch_02")
        try await sink.openDraft(of: batch).quarantine(proof(batch), reasons: ["why"])
        try await sink.finishRun()
        let lock = try ArchiveLock(archive.folder, as: LockHolder(process: 1, host: "h", since: "s", command: "c"))
        _ = consume lock
        let all = FileManager.default.enumerator(atPath: archive.folder.root)
        while let path = all?.nextObject() as? String {
            let attributes = try FileManager.default.attributesOfItem(atPath: archive.folder.path(path))
            let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == (isFolder ? 0o700 : 0o600), "\(path)")
        }
    }

    @Test(arguments: ["", "a/b", "..", "a.b", "a b", "ä", String(repeating: "x", count: 129)])
    func `an ID that is not a valid file name is a named error`(id: String) async throws {
        var batch = try sampleBatch()
        batch.id = id
        await #expect(throws: ArchiveFailure(.unsafeID, .create, path: id)) {
            _ = try await archive.sink().openDraft(of: batch)
        }
    }

    @Test func `an archive path that is a file is a named error`() async throws {
        try archive.put([0x41], at: "file")
        let folder = ArchiveFolder(archive.folder.path("file"))
        let sink = FileArchive(folder, settings: testSettings())
        #expect(throws: ArchiveFailure(.notAFolder, .makeFolder, path: folder.root)) { _ = try sink.prepare() }
        await #expect(throws: ArchiveFailure(.notAFolder, .open, path: folder.root)) {
            _ = try await sink.archivedIDs(among: [])
        }
        #expect(throws: ArchiveFailure(.notAFolder, .open, path: folder.root)) { _ = try ArchiveReader(folder) }
    }

    @Test func `equal input gives equal files`() async throws {
        let other = TemporaryArchive()
        for codec in [ZlibCodec(), LibdeflateCodec() as (any MemberCodec)?].compactMap({ $0 }) {
            let sink = other.sink(codec)
            try await archive.sink(codec).export(results: 30)
            try await sink.export("msgbatch_zz", results: 5)
            try await sink.export(results: 30)
            let (left, right) = (try archive.files(), try other.files())
            for path in left.keys { #expect(left[path] == right[path], "\(path)") }
        }
    }

    @Test func `many batches are published at once`() async throws {
        let sink = archive.sink()
        let ids = (0..<100).map { "msgbatch_\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, id) in ids.enumerated() {
                group.addTask { try await sink.export(id, results: index % 5, day: "2024-08-\(10 + index % 3)") }
            }
            try await group.waitForAll()
        }
        #expect(try sink.folder.archivedIDs() == Set(ids))
        #expect(try archive.folder.names(in: ArchivePaths.partial) == [])
        let listing = try await ArchiveReader(archive.folder).manifests()
        #expect(listing.manifests.count == 100 && listing.unreadable.isEmpty)
    }

    @Test func `a quarantined batch keeps its data and the reason`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        for attempt in 1...2 {
            let draft = try await sink.openDraft(of: batch)
            try await draft.write(sampleBody(), of: batch)
            try await draft.quarantine(proof(batch), reasons: ["too few", "of \(attempt)"])
        }
        let names = ["msgbatch_01.json", "msgbatch_01.raw.jsonl.gz", "msgbatch_01.results.ndjson.gz"]
        #expect(try archive.paths() == names.map { "_quarantine/\($0)" })
        #expect(try sink.folder.archivedIDs() == [])
        let reader = try ArchiveReader(archive.folder)
        let manifest = try #require(try reader.quarantined().manifests.first)
        #expect(manifest.quarantine == .init(reasons: ["too few", "of 2"], attempts: 2))
        let raw = try #require(manifest.files[.raw])
        #expect(try content(of: raw.path, in: archive.folder) == sampleBody())
    }

    @Test func `a batch that is archived later leaves the quarantine`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(sampleBody(), of: batch)
        try await draft.quarantine(proof(batch), reasons: ["too few"])
        try await sink.export()
        #expect(try archive.paths().allSatisfy { !$0.hasPrefix("_") })
    }

    @Test func `a discarded draft leaves nothing`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(sampleBody(), of: batch)
        _ = try await draft.writeScratchRun([1, 2, 3])
        try await draft.discard()
        #expect(try archive.paths() == [])
    }

    @Test func `a new draft removes an older one of the batch`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        try await sink.openDraft(of: batch).write(sampleBody(), of: batch)
        let draft = try await sink.openDraft(of: batch)
        #expect(try archive.paths() == [])
        try await draft.write(sampleBody(results: 1), of: batch)
        _ = try await draft.publish(proof(batch, results: 1))
        #expect(
            try content(of: "raw/date=2024-08-20/msgbatch_01.jsonl.gz", in: archive.folder) == sampleBody(results: 1)
        )
    }
}
