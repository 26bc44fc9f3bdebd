import BatchPipeline

/// An index that is held in memory: sorted partitions.
struct MemoryJoinIndex: JoinIndex {
    private let partitions: [[IndexEntry]]
    /// The position of the first entry of each partition.
    private let starts: [Int]
    let count: Int

    init(_ partitions: [[IndexEntry]]) {
        var starts: [Int] = []
        var count = 0
        for partition in partitions {
            starts.append(count)
            count += partition.count
        }
        self.partitions = partitions
        self.starts = starts
        self.count = count
    }

    func rows(withHash hash: UInt64) -> [JoinIndexEntry] {
        let number = JoinIndexBuilder.partition(of: hash)
        let partition = partitions[number]
        var (low, high) = (0, partition.count)
        while low < high {
            let middle = (low + high) / 2
            if partition[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        var found: [JoinIndexEntry] = []
        while low < partition.count, partition[low].hash == hash {
            found.append(JoinIndexEntry(position: starts[number] + low, place: partition[low].place))
            low += 1
        }
        return found
    }
}

/// An index in a file: the sorted partitions one behind the other.
final class DiskJoinIndex: JoinIndex {
    /// How many entries are read at once: a page of memory.
    private static let pageEntries = 256

    private let file: OpenFile
    /// The position of the first entry of each partition, and the end of the last.
    private let starts: [Int]

    init(file: consuming OpenFile, starts: [Int]) {
        self.file = file
        self.starts = starts
    }

    var count: Int { starts.last ?? 0 }

    func rows(withHash hash: UInt64) throws -> [JoinIndexEntry] {
        let number = JoinIndexBuilder.partition(of: hash)
        let end = starts[number + 1]
        var position = try firstPosition(notBelow: hash, in: starts[number]..<end)
        var found: [JoinIndexEntry] = []
        while position < end {
            for entry in try entries(position..<min(position + 4, end)) {
                guard entry.hash == hash else { return found }
                found.append(JoinIndexEntry(position: position, place: entry.place))
                position += 1
            }
        }
        return found
    }

    /// Where the first entry stands whose hash is not below `hash`.
    ///
    /// Hashes are spread evenly, so that their value tells about where they stand: one page mostly settles it.
    private func firstPosition(notBelow hash: UInt64, in range: Range<Int>) throws -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        var guess = low + Int((hash << 10).multipliedFullWidth(by: UInt64(range.count)).high)
        while high - low > Self.pageEntries {
            let start = min(max(guess - Self.pageEntries / 2, low), high - Self.pageEntries)
            let page = try entries(start..<start + Self.pageEntries)
            guard let first = page.first, let last = page.last else { return high }
            if first.hash >= hash {
                high = start
            } else if last.hash < hash {
                low = start + Self.pageEntries
            } else {
                (low, high) = (start, start + Self.pageEntries)
            }
            // A guess that failed is followed by halving, which always ends.
            guess = low + (high - low) / 2
        }
        let page = try entries(low..<high)
        return low + (page.firstIndex { $0.hash >= hash } ?? page.count)
    }

    private func entries(_ positions: Range<Int>) throws(ArchiveFailure) -> [IndexEntry] {
        let start = positions.lowerBound * IndexEntry.size
        return IndexEntry.entries(in: try file.read(at: start, count: positions.count * IndexEntry.size))
    }
}
