import BatchPipeline
import BlockGzip
import Testing

@testable import BatchArchive

struct AuditScratchTests {
    @Test(arguments: [1, 4, 100])
    func `IDs that do not fit into memory are stored on disk and found again`(limit: Int) async throws {
        let archive = TemporaryArchive()
        try await archive.exportTwice("request-1", of: "a")
        let raw = try #require(try await archive.manifests()["a"]?.files[.raw])
        let reader = try MemberReader(raw, in: archive.folder, codec: ZlibCodec())
        let before = try archive.paths()
        let scratch = AuditScratch(reader)
        var check = UniquenessCheck(limit: limit)
        for member in reader.members.indices {
            let block = try #require(try reader.block(ofMember: member))
            try await check.add(ResultDecoder.decode(block).records, of: scratch)
        }
        #expect(try await check.duplicateLines(of: scratch) == 1)
        #expect(try archive.paths() == before)
    }

    @Test func `runs are read back as they were written and no further`() async throws {
        let archive = TemporaryArchive()
        try await archive.exportTwice("request-1", of: "a")
        let raw = try #require(try await archive.manifests()["a"]?.files[.raw])
        let scratch = AuditScratch(try MemberReader(raw, in: archive.folder, codec: ZlibCodec()))
        #expect(try scratch.writeScratchRun([1, 2, 3]) == 0)
        #expect(try scratch.writeScratchRun([4, 5]) == 1)
        #expect(try scratch.readScratchRun(0, from: 1, count: 9) == [2, 3])
        #expect(try scratch.readScratchRun(1, from: 0, count: 1) == [4])
        #expect(try scratch.readScratchRun(1, from: 2, count: 1) == [])
    }
}
