import BatchPipeline
import BlockGzip
import JSONLines
import Testing

@testable import BatchArchive

struct FileDraftTests {
    private let archive = TemporaryArchive()

    @Test func `blocks may be compressed in parallel and in any order`() async throws {
        let batch = try sampleBatch(results: 200)
        let draft = try await archive.sink().openDraft(of: batch)
        let rows = FlatRowWriter(batch: batch)
        let blocks = try blocks(of: sampleBody(results: 200))
        let sealed = try await withThrowingTaskGroup(of: (Int, SealedBlock).self) { group in
            for block in blocks.reversed() {
                group.addTask {
                    let decoded = decoded(block, of: batch)
                    return (block.sequence, try draft.seal(decoded, flatRows: rows.rows(of: decoded)))
                }
            }
            return try await group.reduce(into: [Int: SealedBlock]()) { $0[$1.0] = $1.1 }
        }
        for index in blocks.indices { try await draft.append(#require(sealed[index])) }
        let published = try await draft.publish(proof(batch, results: 200))

        let other = TemporaryArchive()
        try await other.sink().export(results: 200)
        for path in published.files {
            #expect(try archive.folder.read(path) == other.folder.read(path), "\(path)")
        }
    }

    @Test func `raw lines are read back by their number`() async throws {
        let batch = try sampleBatch(results: 50)
        let draft = try await archive.sink().openDraft(of: batch)
        // Line 1 is empty, all other lines end with CR LF.
        let body: [UInt8] = [0x0A] + sampleBody(results: 50).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        try await draft.write(body, of: batch)
        let lines = sampleBody(results: 50).split(separator: 0x0A)
        let found = try await draft.rawLines(numbered: Set(-1...60))
        #expect(found.keys.sorted() == Array(1...51))
        #expect(found[1] == [])
        for number in 2...51 { #expect(found[number] == Array(lines[number - 2]), "line \(number)") }
        #expect(try await draft.rawLines(numbered: [17]) == [17: Array(lines[15])])
        #expect(try await draft.rawLines(numbered: []) == [:])
    }

    @Test func `a draft without raw lines returns none`() async throws {
        let draft = try await archive.sink().openDraft(of: sampleBatch())
        #expect(try await draft.rawLines(numbered: [1]) == [:])
    }

    @Test func `a damaged member is reported with its position when lines are read back`() async throws {
        let batch = try sampleBatch(results: 50)
        let draft = try await archive.sink().openDraft(of: batch)
        try await draft.write(sampleBody(results: 50), of: batch)
        let path = "_partial/msgbatch_01.raw.jsonl.gz"
        var file = try archive.folder.read(path)
        file[40] ^= 0xFF
        try archive.folder.write(file.span, to: path)
        let failure = await #expect(throws: ArchiveFailure.self) { _ = try await draft.rawLines(numbered: [1]) }
        #expect(failure?.path == archive.folder.path(path))
        guard case .gzip(let cause) = failure?.cause else {
            Issue.record("the cause is \(String(describing: failure))")
            return
        }
        #expect(cause.member == 0)
    }

    @Test func `the digest as received grows with the body`() async throws {
        let batch = try sampleBatch(results: 50)
        let draft = try await archive.sink().openDraft(of: batch)
        #expect(await draft.receivedDigest() == ContentDigest.hex([]))
        let rows = FlatRowWriter(batch: batch)
        var received: [UInt8] = []
        for block in try blocks(of: sampleBody(results: 50)) {
            let decoded = decoded(block, of: batch)
            try await draft.append(draft.seal(decoded, flatRows: rows.rows(of: decoded)))
            received += block.bytes
            #expect(await draft.receivedDigest() == ContentDigest.hex(received))
        }
    }

    @Test func `scratch runs are read back in pieces and removed with the draft`() async throws {
        let batch = try sampleBatch()
        let draft = try await archive.sink().openDraft(of: batch)
        #expect(try await draft.writeScratchRun(Array(0..<100)) == 0)
        #expect(try await draft.writeScratchRun([7, 8, 9]) == 1)
        #expect(try await draft.readScratchRun(0, from: 90, count: 20) == Array(90..<100))
        #expect(try await draft.readScratchRun(0, from: 100, count: 20) == [])
        #expect(try await draft.readScratchRun(1, from: 1, count: 1) == [8])
        try await draft.write(sampleBody(), of: batch)
        _ = try await draft.publish(proof(batch))
        #expect(try archive.folder.names(in: ArchivePaths.partial) == [])
    }
}
