import BatchArchive

/// An index of a source's rows by the hash of their keys.
protocol JoinIndex: Sendable {
    /// The number of rows; their positions start at 0.
    var count: Int { get }

    /// The rows whose key has the given hash.
    ///
    /// Different keys can have the same hash, so the caller compares the keys.
    func rows(withHash hash: UInt64) throws -> [IndexedRow]
}

/// The position of a row in an index, and its place in the source.
struct IndexedRow: Sendable, Hashable {
    var position: Int
    var place: RowPlace
}

/// An index in memory: sorted partitions.
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

    func rows(withHash hash: UInt64) -> [IndexedRow] {
        let number = JoinIndexBuilder.partition(of: hash)
        let partition = partitions[number]
        var (low, high) = (0, partition.count)
        while low < high {
            let middle = (low + high) / 2
            if partition[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        var found: [IndexedRow] = []
        while low < partition.count, partition[low].hash == hash {
            found.append(IndexedRow(position: starts[number] + low, place: partition[low].place))
            low += 1
        }
        return found
    }
}

/// An index in a file: sorted partitions, one after the other.
final class DiskJoinIndex: JoinIndex {
    /// The number of entries to read at once: one page of memory.
    private static let pageEntries = 256

    private let file: OpenFile
    /// The position of the first entry of each partition, followed by the end of the last.
    private let starts: [Int]

    init(file: consuming OpenFile, starts: [Int]) {
        self.file = file
        self.starts = starts
    }

    var count: Int { starts.last ?? 0 }

    func rows(withHash hash: UInt64) throws -> [IndexedRow] {
        let number = JoinIndexBuilder.partition(of: hash)
        let end = starts[number + 1]
        var position = try firstPosition(notBelow: hash, in: starts[number]..<end)
        var found: [IndexedRow] = []
        while position < end {
            for entry in try entries(position..<min(position + 4, end)) {
                guard entry.hash == hash else { return found }
                found.append(IndexedRow(position: position, place: entry.place))
                position += 1
            }
        }
        return found
    }

    /// The position of the first entry whose hash is at least `hash`.
    ///
    /// Hashes are evenly distributed, so the position is estimated from the value. Usually one page has to be read.
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
            // After a wrong estimate the range is halved, so the search always ends.
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
