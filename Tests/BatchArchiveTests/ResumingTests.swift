import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches
import Testing

@testable import BatchArchive

/// Resuming a draft after an interrupted stream or a crash.
struct ResumingTests {
    private static let blockSize = 1_000
    /// Not a multiple of the lines in a block, so that the last block is short.
    private static let results = 42

    private let archive = TemporaryArchive()
    private let body = sampleBody(results: ResumingTests.results)

    private func sink(in archive: TemporaryArchive, level: Int = 6, derivations: [String: Int] = [:]) -> FileArchive {
        let settings = ArchiveSettings(
            codec: ZlibCodec(level: level),
            toolVersion: "1",
            derivations: derivations,
            blockSize: Self.blockSize
        )
        return FileArchive(archive.folder, settings: settings)
    }

    private func batch() throws -> MessageBatch {
        try sampleBatch(results: Self.results)
    }

    private func append(_ blocks: some Sequence<LineBlock>, to draft: any BatchDraft) async throws {
        let batch = try batch()
        let rows = FlatRowWriter(batch: batch)
        for block in blocks {
            let decoded = decoded(block, of: batch)
            try await draft.append(draft.seal(decoded, flatRows: rows.rows(of: decoded)))
        }
    }

    /// A draft with the first blocks of the body that was not finished.
    private func beginDraft(blocks count: Int) async throws {
        let draft = try await sink(in: archive).openDraft(of: batch())
        try await append(blocks(of: body, blockSize: Self.blockSize).prefix(count), to: draft)
    }

    /// Reopens the draft, or opens one, writes what is missing and publishes; returns the number of resumed blocks.
    @discardableResult
    private func finish() async throws -> Int {
        let sink = sink(in: archive)
        var durable: [LineBlock] = []
        let draft: any BatchDraft
        if let reopened = try await sink.reopenDraft(of: batch()) {
            while let block = try await reopened.nextDurableBlock() { durable.append(block) }
            draft = reopened
        } else {
            draft = try await sink.openDraft(of: batch())
        }
        let received = durable.reduce(0) { $0 + $1.bytes.count }
        #expect(durable.flatMap(\.bytes) == Array(body.prefix(received)))
        #expect(await draft.receivedDigest() == ContentDigest.hex(Array(body.prefix(received))))
        var splitter = LineSplitter(
            blockSize: Self.blockSize,
            sequence: durable.count,
            firstLine: durable.reduce(1) { $0 + $1.lineEnds.count },
            byteOffset: received
        )
        try await append(splitter.append(Array(body.dropFirst(received))), to: draft)
        try await append([splitter.finish()].compactMap { $0 }, to: draft)
        _ = try await draft.publish(proof(batch(), results: Self.results))
        return durable.count
    }

    /// The files of an undisturbed run.
    private func undisturbed() async throws -> [String: [UInt8]] {
        let other = TemporaryArchive()
        let draft = try await sink(in: other).openDraft(of: batch())
        try await append(blocks(of: body, blockSize: Self.blockSize), to: draft)
        _ = try await draft.publish(proof(batch(), results: Self.results))
        return try other.files()
    }

    private func clear() throws {
        for path in try archive.paths() { try archive.folder.remove(path) }
    }

    @Test func `a draft interrupted at any point gives the same files`() async throws {
        let expected = try await undisturbed()
        let count = try blocks(of: body, blockSize: Self.blockSize).count
        #expect(count > 5)
        for written in 0...count {
            try await beginDraft(blocks: written)
            let report = try sink(in: archive).prepare()
            #expect(report.resumable == (written == 0 ? [] : ["msgbatch_01"]))
            // The last block is short, and a draft is not resumed after it.
            #expect(try await finish() == min(written, count - 1))
            #expect(try archive.files() == expected, "\(written) blocks written")
            try clear()
        }
    }

    @Test func `a partial draft is resumed in the same run`() async throws {
        let sink = sink(in: archive)
        let draft = try #require(try await sink.openDraft(of: batch()) as? FileDraft)
        try await append(blocks(of: body, blockSize: Self.blockSize).prefix(3), to: draft)
        _ = try await draft.writeScratchRun([1])
        try await draft.suspend()
        #expect(try archive.paths().allSatisfy { !$0.contains("scratch") })
        #expect(try await finish() == 3)
        #expect(try await archive.files() == undisturbed())
    }

    @Test(arguments: 0...3)
    func `a reopened draft that becomes partial again keeps all its blocks`(read: Int) async throws {
        try await beginDraft(blocks: 3)
        let draft = try #require(try await sink(in: archive).reopenDraft(of: batch()) as? FileDraft)
        for _ in 0..<read { _ = try await draft.nextDurableBlock() }
        try await draft.suspend()
        #expect(try await finish() == 3)
        #expect(try await archive.files() == undisturbed())
    }

    @Test func `a draft may be interrupted many times`() async throws {
        for round in 1...4 {
            let sink = sink(in: archive)
            let all = try blocks(of: body, blockSize: Self.blockSize)
            if let draft = try await sink.reopenDraft(of: batch()) {
                var count = 0
                while try await draft.nextDurableBlock() != nil { count += 1 }
                #expect(count == round - 1)
                try await append(all[count...count], to: draft)
            } else {
                try await beginDraft(blocks: 1)
            }
            #expect(try self.sink(in: archive).prepare().resumable.count == 1)
        }
        #expect(try await finish() == 4)
        #expect(try await archive.files() == undisturbed())
    }

    @Test(arguments: ["raw.jsonl.gz", "results.ndjson.gz", "journal"])
    func `a truncated file costs only its missing blocks`(name: String) async throws {
        let expected = try await undisturbed()
        let path = "_partial/msgbatch_01.\(name)"
        try await beginDraft(blocks: 4)
        let whole = try archive.folder.read(path)
        for length in stride(from: 0, to: whole.count, by: max(1, whole.count / 40)) {
            try await beginDraft(blocks: 4)
            try archive.folder.write(Array(whole.prefix(length)).span, to: path)
            _ = try sink(in: archive).prepare()
            #expect(try await finish() < 4)
            #expect(try archive.files() == expected, "\(name) cut to \(length) bytes")
            try clear()
        }
    }

    @Test(arguments: ["raw.jsonl.gz", "results.ndjson.gz", "journal"])
    func `a draft with a changed byte is never resumed`(name: String) async throws {
        let expected = try await undisturbed()
        let path = "_partial/msgbatch_01.\(name)"
        try await beginDraft(blocks: 3)
        let whole = try archive.folder.read(path)
        for index in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)) {
            try await beginDraft(blocks: 3)
            var damaged = whole
            damaged[index] ^= 1
            try archive.folder.write(damaged.span, to: path)
            try await finish()
            // A change in the journal's batch object has no effect: the object of today counts.
            #expect(try archive.files() == expected, "\(name), byte \(index)")
            try clear()
        }
    }

    @Test func `files longer than the journal are truncated`() async throws {
        try await beginDraft(blocks: 3)
        for name in ["raw.jsonl.gz", "results.ndjson.gz", "journal"] {
            let path = "_partial/msgbatch_01.\(name)"
            try archive.folder.write((archive.folder.read(path) + [0x5B, 0x31, 0x2C]).span, to: path)
        }
        #expect(try await finish() == 3)
        #expect(try await archive.files() == undisturbed())
    }

    @Test func `a reopened draft may drop blocks that were not read`() async throws {
        try await beginDraft(blocks: 3)
        let draft = try #require(try await sink(in: archive).reopenDraft(of: batch()) as? FileDraft)
        _ = try await draft.nextDurableBlock()
        let all = try blocks(of: body, blockSize: Self.blockSize)
        try await append(all.dropFirst(), to: draft)
        _ = try await draft.publish(proof(batch(), results: Self.results))
        #expect(try await archive.files() == undisturbed())
    }

    @Test func `a reopened draft can be discarded`() async throws {
        try await beginDraft(blocks: 3)
        let draft = try #require(try await sink(in: archive).reopenDraft(of: batch()) as? FileDraft)
        _ = try await draft.nextDurableBlock()
        try await draft.discard()
        #expect(try archive.paths() == [])
        #expect(try await sink(in: archive).reopenDraft(of: batch()) == nil)
    }

    @Test func `another level, other derivations or another end of the batch start a new draft`() async throws {
        try await beginDraft(blocks: 3)
        #expect(try await sink(in: archive, level: 9).reopenDraft(of: batch()) == nil)
        #expect(try await sink(in: archive, derivations: ["flat_schema": 2]).reopenDraft(of: batch()) == nil)
        var other = try batch()
        other.endedAt = other.endedAt?.adding(seconds: 1)
        #expect(try await sink(in: archive).reopenDraft(of: other) == nil)
        #expect(try await sink(in: archive).reopenDraft(of: batch()) != nil)
    }

    @Test func `a short batch has no journal and leaves no partial draft`() async throws {
        let sink = sink(in: archive)
        let draft = try #require(try await sink.openDraft(of: batch()) as? FileDraft)
        try await append(blocks(of: sampleBody(results: 1), blockSize: Self.blockSize), to: draft)
        #expect(try archive.paths().allSatisfy { !$0.hasSuffix("journal") })
        try await draft.suspend()
        #expect(try archive.paths() == [])
    }

    @Test func `a draft is not resumed after an unterminated block`() async throws {
        let draft = try await sink(in: archive).openDraft(of: batch())
        let long = Array(body.prefix(Self.blockSize - 10)) + [UInt8](repeating: 0x78, count: 100)
        try await append(blocks(of: long, blockSize: Self.blockSize), to: draft)
        #expect(try archive.paths().allSatisfy { !$0.hasSuffix("journal") })
    }

    @Test func `the partial draft of an archived batch is removed`() async throws {
        try await beginDraft(blocks: 3)
        let files = try archive.files()
        try await finish()
        for (path, bytes) in files { try archive.put(bytes, at: path) }
        let report = try sink(in: archive).prepare()
        #expect(report.resumable == [] && report.removed.count == 3)
        #expect(try await archive.files() == undisturbed())
    }

    @Test func `a new draft removes the partial one`() async throws {
        try await beginDraft(blocks: 3)
        _ = try await sink(in: archive).openDraft(of: batch())
        #expect(try archive.paths() == [])
    }

    @Test func `partial drafts can be listed`() async throws {
        try await beginDraft(blocks: 3)
        let all = try blocks(of: body, blockSize: Self.blockSize)
        let journal = try #require(try ArchiveReader(archive.folder).partialDownloads().first)
        #expect(try journal.batch == batch())
        #expect(journal.receivedBytes == all.prefix(3).reduce(0) { $0 + $1.bytes.count })
    }
}
