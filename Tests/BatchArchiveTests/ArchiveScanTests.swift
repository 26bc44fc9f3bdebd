import BlockGzip
import JSONLines
import MessageBatches
import Testing

@testable import BatchArchive

struct ArchiveScanTests {
    private let archive = TemporaryArchive()

    private func export(_ count: Int) async throws -> [Manifest] {
        let sink = archive.sink()
        for index in 0..<count { try await sink.export("batch_\(index)", results: 20) }
        return try await ArchiveReader(archive.folder).manifests().manifests
    }

    private func scan(_ manifests: [Manifest], isOrdered: Bool = true, limit: Int = .max) async throws
        -> (places: [String], damaged: [ArchiveFailure])
    {
        var places: [String] = []
        var damaged: [ArchiveFailure] = []
        try await ArchiveScan(archive.folder, codec: ZlibCodec(), inFlight: 3, isOrdered: isOrdered)
            .run(
                manifests,
                work: { block, manifest in "\(manifest.batch.id) \(block.firstLine) \(block.lineEnds.count)" },
                consume: { place in
                    places.append(place)
                    return places.count < limit
                },
                damaged: { failure, _ in damaged.append(failure) }
            )
        return (places, damaged)
    }

    private func expected(_ manifests: [Manifest]) -> [String] {
        manifests.flatMap { manifest in
            let file = manifest.files[.raw]!
            let ends = file.members.dropFirst().map(\.firstLine) + [file.lines + 1]
            return zip(file.members, ends).map { "\(manifest.batch.id) \($0.firstLine) \($1 - $0.firstLine)" }
        }
    }

    @Test func `every member is read once, in archive order`() async throws {
        let manifests = try await export(4)
        let found = try await scan(manifests)
        #expect(found.places == expected(manifests))
        #expect(found.places.count > 8)
    }

    @Test func `in completion order every member is read once too`() async throws {
        let manifests = try await export(4)
        #expect(try await scan(manifests, isOrdered: false).places.sorted() == expected(manifests).sorted())
    }

    @Test func `the scan ends when no more members are wanted`() async throws {
        let manifests = try await export(4)
        #expect(try await scan(manifests, limit: 3).places == Array(expected(manifests).prefix(3)))
    }

    @Test func `damage is reported and the scan continues after it`() async throws {
        let manifests = try await export(3)
        let start = manifests[1].files[.raw]!.members[1].offset
        try archive.change(manifests[1].files[.raw]!.path) { $0[start + 25] ^= 0xFF }
        try archive.folder.remove(manifests[2].files[.raw]!.path)
        let found = try await scan(manifests)
        let members = manifests[0].files[.raw]!.members.count + manifests[1].files[.raw]!.members.count
        #expect(found.places.count == members - 1)
        #expect(found.damaged.map(\.path) == manifests[1...].map { archive.folder.path($0.files[.raw]!.path) })
    }
}
