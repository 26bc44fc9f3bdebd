import Foundation
import TestSupport
import Testing

@testable import BatchJoin

/// The index over the keys of a source.
struct JoinIndexTests {
    private let folder = FileManager.default.temporaryDirectory.path

    @Test func `a key costs at most 24 bytes, slack included`() throws {
        var random = SeededGenerator(seed: 4)
        var builder = JoinIndexBuilder(memory: .max, folder: folder)
        for count in 1...200_000 {
            try builder.add(IndexEntry(hash: random.next(), place: RowPlace(offset: count, length: 300)))
            if count >= 100_000, count % 10_000 == 0 {
                #expect(builder.usedBytes <= 24 * count, "\(count) keys")
            }
        }
        _ = try builder.finish { _, _ in false }
    }

    @Test func `in memory and on disk the same rows are found`() throws {
        var random = SeededGenerator(seed: 5)
        let hashes = (0..<5_000).map { _ in random.next() }
        // Hashes next to each other and many equal ones, in one partition.
        let crowded = (0..<2_000).map { UInt64($0 / 3) }
        var entries: [IndexEntry] = []
        for (number, hash) in (hashes + crowded).enumerated() {
            entries.append(IndexEntry(hash: hash, place: RowPlace(offset: number * 10, length: 10)))
        }
        entries.shuffle(using: &random)
        let inMemory = try index(of: entries, memory: .max)
        let onDisk = try index(of: entries, memory: 20_000)
        #expect(inMemory is MemoryJoinIndex && onDisk is DiskJoinIndex)
        #expect(inMemory.count == entries.count && onDisk.count == entries.count)
        let expected = Dictionary(grouping: entries, by: \.hash).mapValues { $0.map(\.place.offset).sorted() }
        for hash in Set(hashes + crowded + [0, 1_000_000, .max] + hashes.prefix(200).map { $0 &+ 1 }) {
            let found = try inMemory.rows(withHash: hash)
            #expect(found.map(\.place.offset) == expected[hash] ?? [])
            #expect(try onDisk.rows(withHash: hash) == found)
        }
        let positions = try Set(hashes + crowded).flatMap { try inMemory.rows(withHash: $0).map(\.position) }
        #expect(Set(positions) == Set(0..<entries.count))
    }

    private func index(of entries: [IndexEntry], memory: Int) throws -> any JoinIndex {
        var builder = JoinIndexBuilder(memory: memory, folder: folder)
        for entry in entries { try builder.add(entry) }
        return try builder.finish { _, _ in false }.index
    }

    @Test(arguments: [0, 1, 299, 8_388_607, 8_388_608, 20_000_000, 256_000_000])
    func `a place comes back with at least its length`(length: Int) {
        let entry = IndexEntry(hash: 1, place: RowPlace(offset: 1_099_511_627_775, length: length))
        #expect(entry.place.offset == 1_099_511_627_775)
        #expect(entry.place.length >= length && entry.place.length < length + 4_096)
        var bytes: [UInt8] = []
        entry.append(to: &bytes)
        #expect(bytes.count == IndexEntry.size && IndexEntry.entries(in: bytes) == [entry])
    }
}
