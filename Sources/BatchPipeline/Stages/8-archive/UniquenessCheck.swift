import JSONLines

/// The storage that ``UniquenessCheck`` uses: the lines it checks, and temporary files.
package protocol UniquenessScratch: Sendable {
    /// Returns the raw lines with the given physical numbers, without line ends.
    func rawLines(numbered numbers: Set<Int>) async throws -> [Int: [UInt8]]

    /// Stores sorted hashes in a temporary file and returns the number of this run, from 0.
    func writeScratchRun(_ bytes: [UInt8]) async throws -> Int

    /// Returns `count` bytes of a run from `offset`; fewer at its end, and none after it.
    func readScratchRun(_ run: Int, from offset: Int, count: Int) async throws -> [UInt8]
}

/// Finds custom IDs that occur twice in a batch, exactly and with limited memory.
///
/// Up to ``memoryLimit`` IDs, their 128-bit hashes stay in memory. More hashes are written to temporary files as sorted
/// runs and merged at the end. Equal hashes are confirmed by comparing the IDs in the lines.
package struct UniquenessCheck {
    /// The number of IDs kept in memory, 24 bytes each: 3 MiB, and twice that while a run is written.
    ///
    /// A batch has at most 100,000 requests, so runs are rarely needed.
    package static let memoryLimit = 131_072

    private let limit: Int
    private var entries: [HashEntry] = []
    private var runs: [Int] = []

    package init(limit: Int = UniquenessCheck.memoryLimit) {
        self.limit = limit
    }

    /// Adds the IDs of a block.
    package mutating func add(_ records: [ResultRecord], of lines: any UniquenessScratch) async throws {
        entries.append(contentsOf: records.lazy.map { HashEntry(hash: $0.customIDHash, line: $0.lineNumber) })
        guard entries.count > limit else { return }
        entries.sort()
        runs.append(try await lines.writeScratchRun(HashEntry.bytes(of: entries)))
        entries.removeAll(keepingCapacity: true)
    }

    /// Returns the number of lines whose custom ID also occurs on an earlier line.
    ///
    /// If the number is 0, all IDs differ.
    package mutating func duplicateLines(of lines: any UniquenessScratch) async throws -> Int {
        entries.sort()
        var merge = HashMerge(entries: entries, runs: runs)
        var surplus = 0
        var leader: HashEntry?
        // The distinct IDs of the lines with the leader's hash, read only if there is a second such line.
        var ids: Set<[UInt8]> = []
        while let entry = try await merge.next(of: lines) {
            guard let leader, leader.hash == entry.hash else {
                (leader, ids) = (entry, [])
                continue
            }
            // After one confirmed pair, equal hashes count as equal IDs.
            if surplus == 0 {
                if ids.isEmpty { ids.insert(try await Self.customID(onLine: leader.line, of: lines)) }
                let id = try await Self.customID(onLine: entry.line, of: lines)
                if ids.insert(id).inserted { continue }
            }
            surplus += 1
        }
        return surplus
    }

    /// Returns the bytes that the custom ID of a line is compared by.
    private static func customID(onLine number: Int, of lines: any UniquenessScratch) async throws -> [UInt8] {
        let line = try await lines.rawLines(numbered: [number])[number] ?? []
        let block = LineBlock(
            bytes: line + [0x0A],
            lineEnds: [line.count + 1],
            sequence: 0,
            firstLine: 1,
            byteOffset: 0
        )
        guard let id = ResultDecoder.decode(block).records.first?.customID else { return [] }
        return JSONString.keyBytes(block.bytes[id.range], isEscaped: id.isEscaped)
    }
}

/// The hash of a custom ID and the number of its line.
struct HashEntry: Comparable {
    static let byteCount = 24

    var hash: KeyHash
    var line: Int

    static func < (left: HashEntry, right: HashEntry) -> Bool {
        left.hash != right.hash ? left.hash < right.hash : left.line < right.line
    }

    static func bytes(of entries: [HashEntry]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(entries.count * byteCount)
        for entry in entries {
            output.append(word: entry.hash.high)
            output.append(word: entry.hash.low)
            output.append(word: UInt64(entry.line))
        }
        return output
    }

    init(hash: KeyHash, line: Int) {
        self.hash = hash
        self.line = line
    }

    /// Reads the entry at an offset of the output of ``bytes(of:)``.
    init(_ bytes: [UInt8], at offset: Int) {
        let hash = KeyHash(high: bytes.word(at: offset), low: bytes.word(at: offset + 8))
        self.init(hash: hash, line: Int(bytes.word(at: offset + 16)))
    }
}

/// Merges the sorted runs in temporary files and the sorted entries in memory.
private struct HashMerge {
    private static let entriesPerRead = 4_096

    private struct Run {
        var number: Int?
        var offset = 0
        var entries: ArraySlice<HashEntry> = []
    }

    private var runs: [Run]

    init(entries: [HashEntry], runs: [Int]) {
        self.runs = runs.map { Run(number: $0) } + [Run(number: nil, entries: entries[...])]
    }

    mutating func next(of lines: any UniquenessScratch) async throws -> HashEntry? {
        var smallest: Int?
        for index in runs.indices {
            if runs[index].entries.isEmpty { try await refill(index, of: lines) }
            guard let head = runs[index].entries.first else { continue }
            if let best = smallest, let other = runs[best].entries.first, other <= head { continue }
            smallest = index
        }
        return smallest.flatMap { runs[$0].entries.popFirst() }
    }

    private mutating func refill(_ index: Int, of lines: any UniquenessScratch) async throws {
        guard let number = runs[index].number else { return }
        let wanted = Self.entriesPerRead * HashEntry.byteCount
        let bytes = try await lines.readScratchRun(number, from: runs[index].offset, count: wanted)
        guard !bytes.isEmpty else {
            runs[index].number = nil
            return
        }
        runs[index].offset += bytes.count
        let starts = stride(from: 0, to: bytes.count - HashEntry.byteCount + 1, by: HashEntry.byteCount)
        runs[index].entries = starts.map { HashEntry(bytes, at: $0) }[...]
    }
}
