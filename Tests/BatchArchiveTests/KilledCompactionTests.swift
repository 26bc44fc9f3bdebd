import BlockGzip
import MessageBatches
import Testing

@testable import BatchArchive

/// Compactions that are killed after each of their steps.
struct KilledCompactionTests {
    private func exported() async throws -> TemporaryArchive {
        let archive = TemporaryArchive()
        try await archive.exportTwoDays()
        return archive
    }

    /// The compaction of the three files of a day.
    private func compaction(of archive: TemporaryArchive) async throws -> Compaction {
        let manifests = Array(try await archive.manifests().values)
        let end = try #require(CalendarDay("2024-08-22"))
        return try #require(Compaction.choose(from: manifests, before: end, targetSize: 1_000_000).first)
    }

    /// The flat rows of each batch, read through its manifest as all readers do.
    private func rows(of archive: TemporaryArchive) async throws -> [String: [UInt8]] {
        try await archive.manifests()
            .mapValues { manifest in
                let file = try #require(manifest.files[.results])
                let reader = try MemberReader(file, in: archive.folder, codec: ZlibCodec())
                return try reader.members.indices.flatMap { try reader.content(ofMember: $0) }
            }
    }

    /// Kills a change after each number of steps, and checks the archive then and after the next run.
    private func kill(
        _ change: (TemporaryArchive, _ limit: Int) async throws -> Void,
        after prepare: (TemporaryArchive) async throws -> Void = { _ in },
        files: Int
    ) async throws {
        let expected = try await rows(of: exported())
        for limit in 0... {
            let archive = try await exported()
            try await prepare(archive)
            try await change(archive, limit)
            let isFinished = try !archive.paths().contains("_partial/rearrangement")
            #expect(try await rows(of: archive) == expected, "after \(limit) steps")
            #expect(try await archive.faults() == [], "after \(limit) steps")
            _ = try archive.sink().prepare()
            try await archive.sink().finishRun()
            #expect(try await rows(of: archive) == expected, "finished after \(limit) steps")
            #expect(try await archive.faults() == [], "finished after \(limit) steps")
            #expect(try archive.paths().filter { $0.hasPrefix("_partial/") } == [])
            #expect(try archive.paths().count { $0.hasPrefix("results/") } == files)
            guard !isFinished else {
                #expect(limit > 8)
                return
            }
        }
    }

    @Test func `a compaction that is killed after any step leaves every batch whole, and the next run completes it`()
        async throws
    {
        try await kill({ try $0.sink().compact(await compaction(of: $0), limit: $1) }, files: 2)
    }

    @Test func `a killed separation leaves every batch whole, and the next run completes it`() async throws {
        try await kill(
            { archive, limit in
                let manifests = try await archive.manifests()
                let path = try #require(manifests["a"]?.files[.results]?.path)
                try archive.sink().expand(path, of: Array(manifests.values), limit: limit)
            },
            after: { try $0.sink().compact(await compaction(of: $0)) },
            files: 4
        )
    }

    @Test(arguments: [0, 2, 4, 6])
    func `damage after a killed compaction is still found, and does not stop the next run`(limit: Int) async throws {
        let archive = try await exported()
        try archive.sink().compact(try await compaction(of: archive), limit: limit)
        let path = "manifests/date=2024-08-20/b.json"
        try archive.change(path) { $0[$0.count / 2] ^= 1 }
        try archive.change("raw/date=2024-08-20/c.jsonl.gz") { $0[30] ^= 1 }
        let expected = ["* \(path)", "* raw/date=2024-08-20/c.jsonl.gz"]
        #expect(try await Set(archive.faults()).isSuperset(of: expected))
        _ = try archive.sink().prepare()
        try await archive.sink().finishRun()
        #expect(try await Set(archive.faults()).isSuperset(of: expected))
    }

    @Test func `a part of a combined file that no manifest names is damage`() async throws {
        let archive = try await exported()
        try archive.sink().compact(try await compaction(of: archive))
        try archive.folder.remove("manifests/date=2024-08-20/b.json")
        let path = try #require(try await archive.manifests()["a"]?.files[.results]?.path)
        #expect(try await archive.faults().contains("* \(path)"))
        #expect(try await archive.verify(ids: ["a"]).filter { $0.mark != .intact } == [])
    }
}
