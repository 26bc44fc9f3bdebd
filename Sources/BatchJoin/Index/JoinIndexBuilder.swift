import BatchArchive

/// Collects the keys of a source and builds the index over them.
///
/// Keys are divided into partitions by the upper bits of their hash. A partition grows by a quarter at a time, so a key
/// needs at most 24 bytes, including unused capacity. If the keys exceed the memory limit, all partitions are written
/// to disk, and the index is built there one partition at a time. Lookups return the same rows in both cases.
struct JoinIndexBuilder: ~Copyable {
    private static let partitionBits = 10
    static let partitionCount = 1 << partitionBits

    private var partitions = [[IndexEntry]](repeating: [], count: JoinIndexBuilder.partitionCount)
    /// The memory that the entries use, in bytes, including unused capacity.
    private(set) var usedBytes = 0
    private let memory: Int
    private let folder: String
    private var spill: Spill?

    /// The entries on disk, with the places of each partition's pieces in the file.
    private struct Spill: ~Copyable {
        var file: TemporaryFile
        var pieces = [[Range<Int>]](repeating: [], count: JoinIndexBuilder.partitionCount)
    }

    /// - Parameters:
    ///   - memory: The maximum number of bytes of entries to keep in memory.
    ///   - folder: The folder for unnamed temporary files.
    init(memory: Int, folder: String) {
        self.memory = memory
        self.folder = folder
    }

    static func partition(of hash: UInt64) -> Int {
        Int(hash >> UInt64(64 - partitionBits))
    }

    mutating func add(_ entry: IndexEntry) throws {
        let partition = Self.partition(of: entry.hash)
        let count = partitions[partition].count
        if count == partitions[partition].capacity {
            let before = partitions[partition].capacity
            partitions[partition].reserveCapacity(count + count / 4 + 4)
            usedBytes += (partitions[partition].capacity - before) * IndexEntry.size
        }
        partitions[partition].append(entry)
        if usedBytes > memory { try moveToDisk() }
    }

    private mutating func moveToDisk() throws {
        var spill = try self.spill.take() ?? Spill(file: TemporaryFile(in: folder))
        for index in partitions.indices where !partitions[index].isEmpty {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(partitions[index].count * IndexEntry.size)
            for entry in partitions[index] { entry.append(to: &bytes) }
            let start = spill.file.size
            try spill.file.append(bytes)
            spill.pieces[index].append(start..<spill.file.size)
            partitions[index] = []
        }
        usedBytes = 0
        self.spill = consume spill
    }

    /// Builds the index, and counts the repeated keys.
    ///
    /// If a key occurs several times, the first row in the source stays. `isSameKey` compares the keys of the rows at
    /// two places.
    consuming func finish(isSameKey: (RowPlace, RowPlace) throws -> Bool) throws -> BuiltIndex {
        var repeats = RepeatedKeys()
        guard let spill = spill.take() else {
            for index in partitions.indices {
                partitions[index].sort()
                try repeats.remove(from: &partitions[index], isSameKey)
            }
            return BuiltIndex(index: MemoryJoinIndex(partitions), repeats: repeats, isOnDisk: false)
        }
        var target = try TemporaryFile(in: folder)
        var starts: [Int] = []
        for index in partitions.indices {
            var entries = partitions[index]
            partitions[index] = []
            for piece in spill.pieces[index] {
                entries += IndexEntry.entries(in: try spill.file.file.read(at: piece.lowerBound, count: piece.count))
            }
            entries.sort()
            try repeats.remove(from: &entries, isSameKey)
            starts.append(target.size / IndexEntry.size)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(entries.count * IndexEntry.size)
            for entry in entries { entry.append(to: &bytes) }
            try target.append(bytes)
        }
        starts.append(target.size / IndexEntry.size)
        let index = DiskJoinIndex(file: target.intoFile(), starts: starts)
        return BuiltIndex(index: index, repeats: repeats, isOnDisk: true)
    }
}

/// An index and the repeated keys that were found while it was built.
struct BuiltIndex {
    var index: any JoinIndex
    var repeats: RepeatedKeys
    /// Whether the index is on disk because it exceeded the memory limit.
    var isOnDisk: Bool
}

/// The keys that occur more than once in a source.
struct RepeatedKeys {
    private(set) var count = 0
    /// The offsets of the first repetitions; at most ``SourceRowReader/maxListedPlaces``.
    private(set) var places: [Int] = []

    /// Removes repetitions of keys from sorted entries.
    mutating func remove(
        from entries: inout [IndexEntry],
        _ isSameKey: (RowPlace, RowPlace) throws -> Bool
    ) rethrows {
        guard zip(entries, entries.dropFirst()).contains(where: { $0.hash == $1.hash }) else { return }
        var kept: [IndexEntry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries {
            let sameHash = kept.reversed().prefix { $0.hash == entry.hash }
            if try sameHash.contains(where: { try isSameKey($0.place, entry.place) }) {
                count += 1
                if places.count < SourceRowReader.maxListedPlaces { places.append(entry.place.offset) }
            } else {
                kept.append(entry)
            }
        }
        entries = kept
    }
}
