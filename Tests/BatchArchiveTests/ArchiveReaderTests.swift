import BlockGzip
import MessageBatches
import SystemPackage
import Testing

@testable import BatchArchive

struct ArchiveReaderTests {
    private let archive = TemporaryArchive()

    private func ids(since: String? = nil, until: String? = nil) async throws -> [String] {
        let reader = try ArchiveReader(archive.folder)
        let listing = try await reader.manifests(
            of: ArchiveSelection(since: since.flatMap { Timestamp($0) }, until: until.flatMap { Timestamp($0) })
        )
        #expect(listing.unreadable.isEmpty)
        return listing.manifests.map(\.batch.id)
    }

    @Test func `manifests come by day and ID, from a window with its start and without its end`() async throws {
        let sink = archive.sink()
        try await sink.export("c", day: "2024-08-20")
        try await sink.export("a", day: "2024-08-21")
        try await sink.export("b", day: "2024-08-20")
        #expect(try await ids() == ["b", "c", "a"])
        // All batches are created at 18:37:24.100435 of their day.
        #expect(try await ids(since: "2024-08-20T18:37:24.100435Z") == ["b", "c", "a"])
        #expect(try await ids(since: "2024-08-20T18:37:24.100436Z") == ["a"])
        #expect(try await ids(until: "2024-08-21T18:37:24.100435Z") == ["b", "c"])
        #expect(try await ids(until: "2024-08-21T18:37:24.100436Z") == ["b", "c", "a"])
        #expect(try await ids(since: "2024-08-22T00:00:00Z") == [])
    }

    @Test func `manifests of days come without those of other days`() async throws {
        let sink = archive.sink()
        for (id, day) in [("a", "2024-08-20"), ("b", "2024-08-21"), ("c", "2024-08-22"), ("d", "2024-08-20")] {
            try await sink.export(id, day: day)
        }
        let reader = try ArchiveReader(archive.folder)
        func ids(_ selection: ArchiveSelection) async throws -> [String] {
            try await reader.manifests(of: selection).manifests.map(\.batch.id)
        }
        let days = Set(["2024-08-20", "2024-08-22", "2024-08-25"].compactMap { CalendarDay($0) })
        #expect(try await ids(ArchiveSelection(days: days)) == ["a", "d", "c"])
        #expect(try await ids(ArchiveSelection(since: Timestamp("2024-08-21T00:00:00Z"), days: days)) == ["c"])
        #expect(try await ids(ArchiveSelection(days: days, ids: ["b", "d"])) == ["d"])
        #expect(try await ids(ArchiveSelection(days: [])) == [])
    }

    @Test func `more manifests than one task reads stay in order`() async throws {
        let sink = archive.sink()
        let ids = (0..<300).map { "msgbatch_\(1_000 + $0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids { group.addTask { try await sink.export(id, results: 0) } }
            try await group.waitForAll()
        }
        #expect(try await self.ids() == ids)
    }

    @Test func `a damaged manifest is reported next to the valid ones`() async throws {
        try await archive.sink().export("a")
        try archive.put([], at: "manifests/date=2024-08-20/b.json")
        let listing = try await ArchiveReader(archive.folder).manifests()
        #expect(listing.manifests.map(\.batch.id) == ["a"])
        #expect(listing.unreadable.map(\.path) == [archive.folder.path("manifests/date=2024-08-20/b.json")])
    }

    @Test func `a missing archive is a named error`() {
        let failure = #expect(throws: ArchiveFailure.self) { _ = try ArchiveReader(archive.folder) }
        #expect(failure?.code == .noSuchFileOrDirectory && failure?.path == archive.folder.root)
    }

    @Test func `the manifest of a batch that is not archived is nil`() async throws {
        try await archive.sink().export("a")
        let reader = try ArchiveReader(archive.folder)
        let day = try #require(CalendarDay("2024-08-20"))
        #expect(try reader.manifest(of: "a", on: day)?.batch.id == "a")
        #expect(try reader.manifest(of: "b", on: day) == nil)
        #expect(try reader.manifest(of: "../date=2024-08-20/a", on: day) == nil)
    }
}

struct MemberReaderTests {
    private let archive = TemporaryArchive()
    private let path = "raw/date=2024-08-20/msgbatch_01.jsonl.gz"

    private func entry() async throws -> ArchivedFile {
        try await archive.sink().export(results: 40)
        return try #require(try await ArchiveReader(archive.folder).manifests().manifests[0].files[.raw])
    }

    @Test func `many tasks read members at random positions`() async throws {
        let entry = try await entry()
        let reader = try MemberReader(entry, in: archive.folder, codec: ZlibCodec())
        #expect(reader.firstLines == entry.members.map(\.firstLine))
        let parts = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for index in reader.members.indices.reversed() {
                group.addTask { (index, try reader.content(ofMember: index)) }
            }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect(reader.members.indices.flatMap { parts[$0] ?? [] } == sampleBody(results: 40))
    }

    @Test func `a damaged member is reported with its number and position`() async throws {
        let entry = try await entry()
        var file = try archive.folder.read(path)
        let start = entry.members[1].offset
        file[start + 30] ^= 0xFF
        try archive.folder.write(file.span, to: path)
        let reader = try MemberReader(entry, in: archive.folder, codec: ZlibCodec())
        #expect(throws: Never.self) { _ = try reader.content(ofMember: 0) }
        let failure = #expect(throws: ArchiveFailure.self) { _ = try reader.content(ofMember: 1) }
        guard case .gzip(let cause) = failure?.cause else {
            Issue.record("the cause is \(String(describing: failure))")
            return
        }
        #expect(cause.member == 1 && cause.byteOffset >= start)
    }

    @Test func `a member table that does not ascend is rejected`() async throws {
        var entry = try await entry()
        entry.members.swapAt(0, 1)
        #expect(throws: ArchiveFailure.self) { _ = try MemberReader(entry, in: archive.folder, codec: ZlibCodec()) }
    }

    @Test func `a member table beyond the end of the file is an error`() async throws {
        var entry = try await entry()
        entry.members.append(.init(offset: entry.bytes + 5, firstLine: 99))
        entry.bytes += 100
        let reader = try MemberReader(entry, in: archive.folder, codec: ZlibCodec())
        #expect(throws: ArchiveFailure.self) { _ = try reader.content(ofMember: reader.members.count - 1) }
    }
}

struct ContentStreamTests {
    private let archive = TemporaryArchive()

    @Test func `a file that is not compressed is reported as such`() throws {
        try archive.put(sampleBody(), at: "raw/x.jsonl")
        let failure = #expect(throws: ArchiveFailure.self) { _ = try content(of: "raw/x.jsonl", in: archive.folder) }
        #expect(failure?.cause == .gzip(GzipFailure(.notGzip)))
        #expect(failure?.path == archive.folder.path("raw/x.jsonl"))
    }

    @Test func `a file longer than one read is read completely`() throws {
        let codec = ZlibCodec(level: 1)
        let body = sampleBody(results: 30_000)
        let file = try codec.member(holding: body.span) + codec.member(holding: body.span)
        #expect(file.count > 600_000)
        try archive.put(file, at: "x.gz")
        #expect(try content(of: "x.gz", in: archive.folder) == body + body)
    }

    @Test func `a truncated file is an error at its end`() throws {
        let file = try ZlibCodec().member(holding: sampleBody().span)
        try archive.put(file.dropLast(), at: "x.gz")
        let failure = #expect(throws: ArchiveFailure.self) { _ = try content(of: "x.gz", in: archive.folder) }
        #expect(failure?.cause == .gzip(GzipFailure(.truncated, byteOffset: file.count - 1)))
    }
}
