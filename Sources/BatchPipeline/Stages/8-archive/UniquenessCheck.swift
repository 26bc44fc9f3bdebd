import JSONLines

/// Finds custom ids that occur twice in a batch: exactly, and with bounded memory.
///
/// Up to ``memoryLimit`` ids their 128-bit hashes stay in memory. Beyond, they go to the draft as sorted runs and are merged
/// at the end. Equal hashes are only a suspicion; it is confirmed on the ids, read back from the lines.
struct UniquenessCheck {
    /// Ids kept in memory, 24 bytes each: 6 MiB.
    ///
    /// A batch holds at most 100,000 requests, so runs are the exception.
    static let memoryLimit = 262_144

    private let limit: Int
    private var entries: [HashEntry] = []
    private var runs: [Int] = []

    init(limit: Int = UniquenessCheck.memoryLimit) {
        self.limit = limit
    }

    /// Takes in the ids of a block.
    mutating func add(_ records: [ResultRecord], of draft: any BatchDraft) async throws {
        entries.append(contentsOf: records.lazy.map { HashEntry(hash: $0.customIDHash, line: $0.lineNumber) })
        guard entries.count > limit else { return }
        entries.sort()
        runs.append(try await draft.writeScratchRun(HashEntry.bytes(of: entries)))
        entries.removeAll(keepingCapacity: true)
    }

    /// Surplus lines: those whose custom id stands on an earlier line already.
    ///
    /// 0 proves that all ids differ.
    mutating func duplicateLines(of draft: any BatchDraft) async throws -> Int {
        entries.sort()
        var merge = HashMerge(entries: entries, runs: runs)
        var surplus = 0
        var isConfirmed = false
        var previous: HashEntry?
        while let entry = try await merge.next(of: draft) {
            defer { previous = entry }
            guard let previous, previous.hash == entry.hash else { continue }
            // One confirmed pair decides; from then on an equal hash counts as an equal id.
            if !isConfirmed { isConfirmed = try await areEqual(previous.line, entry.line, of: draft) }
            if isConfirmed { surplus += 1 }
        }
        return surplus
    }

    private func areEqual(_ first: Int, _ second: Int, of draft: any BatchDraft) async throws -> Bool {
        let ids = try await draft.rawLines(numbered: [first, second]).values.map { Self.customID(of: $0) }
        return ids.count == 2 && ids[0] == ids[1]
    }

    private static func customID(of line: [UInt8]) -> [UInt8]? {
        let ends = [line.count + 1]
        let block = LineBlock(bytes: line + [0x0A], lineEnds: ends, sequence: 0, firstLine: 1, byteOffset: 0)
        return ResultDecoder.decode(block).records.first
            .map {
                JSONString.keyBytes(block.bytes[$0.customID.range], isEscaped: $0.customID.isEscaped)
            }
    }
}

/// A custom id's hash and the line it stands on.
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
            for word in [entry.hash.high, entry.hash.low, UInt64(entry.line)] {
                for shift in stride(from: 0, to: 64, by: 8) { output.append(UInt8(truncatingIfNeeded: word >> shift)) }
            }
        }
        return output
    }

    init(hash: KeyHash, line: Int) {
        self.hash = hash
        self.line = line
    }

    init(_ bytes: ArraySlice<UInt8>) {
        func word(_ index: Int) -> UInt64 {
            let start = bytes.startIndex + index * 8
            return bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(hash: KeyHash(high: word(0), low: word(1)), line: Int(word(2)))
    }
}

/// Merges the sorted runs of a draft and the sorted rest in memory.
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

    mutating func next(of draft: any BatchDraft) async throws -> HashEntry? {
        var smallest: Int?
        for index in runs.indices {
            try await refill(index, of: draft)
            guard let head = runs[index].entries.first else { continue }
            if let best = smallest, let other = runs[best].entries.first, other <= head { continue }
            smallest = index
        }
        return smallest.flatMap { runs[$0].entries.popFirst() }
    }

    private mutating func refill(_ index: Int, of draft: any BatchDraft) async throws {
        guard runs[index].entries.isEmpty, let number = runs[index].number else { return }
        let wanted = Self.entriesPerRead * HashEntry.byteCount
        let bytes = try await draft.readScratchRun(number, from: runs[index].offset, count: wanted)
        guard !bytes.isEmpty else {
            runs[index].number = nil
            return
        }
        runs[index].offset += bytes.count
        let starts = stride(from: 0, to: bytes.count - HashEntry.byteCount + 1, by: HashEntry.byteCount)
        runs[index].entries = starts.map { HashEntry(bytes[$0..<$0 + HashEntry.byteCount]) }[...]
    }
}
