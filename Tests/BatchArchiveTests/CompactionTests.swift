import BlockGzip
import MessageBatches
import Testing

@testable import BatchArchive

struct CompactionTests {
    private let archive = TemporaryArchive()
    private let tomorrow = CalendarDay("2024-08-22")!

    private func choose(_ targetSize: Int = 1_000_000) async throws -> [Compaction] {
        let manifests = Array(try await archive.manifests().values)
        return Compaction.choose(from: manifests, before: tomorrow, targetSize: targetSize)
    }

    /// The rows of all flat files, sorted.
    private func rows() throws -> [[UInt8]] {
        try archive.paths().filter { $0.hasPrefix("results/") }
            .flatMap { try content(of: $0, in: archive.folder).split(separator: 0x0A).map { Array($0) } }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test func `small files of a day are merged up to the target size`() async throws {
        try await archive.exportTwoDays()
        #expect(try await choose().map { $0.manifests.map(\.batch.id) } == [["a", "b", "c"]])
        let size = try #require(try await archive.manifests()["a"]?.files[.results]?.bytes)
        #expect(try await choose(2 * size + 10).map { $0.manifests.map(\.batch.id) } == [["a", "b"]])
        #expect(try await choose(size).isEmpty)
        let manifests = Array(try await archive.manifests().values)
        let day = try #require(CalendarDay("2024-08-20"))
        #expect(Compaction.choose(from: manifests, before: day, targetSize: .max).isEmpty)
    }

    @Test func `rows stay the same, members are copied, manifests and checksums are updated`() async throws {
        try await archive.exportTwoDays()
        let before = try rows()
        let sink = archive.sink()
        for compaction in try await choose() { try sink.compact(compaction) }
        try await sink.finishRun()
        #expect(try rows() == before)
        #expect(try archive.paths().count { $0.hasPrefix("results/date=2024-08-20/") } == 1)
        #expect(try await archive.faults() == [])
        let manifest = try #require(try await archive.manifests()["b"])
        #expect(manifest.revision == 2)
        let reader = try MemberReader(try #require(manifest.files[.results]), in: archive.folder, codec: ZlibCodec())
        let text = try String(decoding: reader.content(ofMember: 0), as: UTF8.self)
        #expect(text.hasPrefix("{\"batch_id\":\"b\""))
        if let check = try run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], in: archive.folder.root) {
            #expect(check.status == 0)
        }
        #expect(try await choose().isEmpty)
    }

    @Test func `each batch gets its own file again`() async throws {
        try await archive.exportTwoDays()
        let before = try archive.files().filter { $0.key.hasPrefix("results/") }
        let sink = archive.sink()
        for compaction in try await choose() { try sink.compact(compaction) }
        let manifests = try await archive.manifests()
        let path = try #require(manifests["a"]?.files[.results]?.path)
        try sink.expand(path, of: Array(manifests.values))
        try await sink.finishRun()
        #expect(try archive.files().filter { $0.key.hasPrefix("results/") } == before)
        #expect(try await archive.faults() == [])
    }

    @Test func `a damaged file stops the compaction before any change`() async throws {
        try await archive.exportTwoDays()
        let path = "results/date=2024-08-20/b.ndjson.gz"
        try archive.change(path) { $0[30] ^= 1 }
        let before = try archive.files()
        let compaction = try #require(try await choose().first)
        #expect(throws: ArchiveFailure.self) { try archive.sink().compact(compaction) }
        let after = try archive.files().filter { !$0.key.hasPrefix("_partial/") }
        #expect(after == before.filter { !$0.key.hasPrefix("_partial/") })
    }

    @Test func `damage in a file of several batches is reported once, for the affected batch`() async throws {
        try await archive.exportTwoDays()
        let sink = archive.sink()
        for compaction in try await choose() { try sink.compact(compaction) }
        try await sink.finishRun()
        let file = try #require(try await archive.manifests()["b"]?.files[.results])
        try archive.change(file.path) { $0[(file.slice?.lowerBound ?? 0) + 30] ^= 0xFF }
        let found = try await archive.verify().filter { $0.mark != .intact }
        #expect(found.map(\.batchID) == ["b", nil])
        #expect(found[0].member == 0)
    }
}
