import BatchPipeline
import FoundationEssentials
import Synchronization

/// The raw file of a batch, for the check that all custom IDs differ.
///
/// Hashes that do not fit into memory are written to a temporary file without a name, because verification never writes
/// to the archive.
final class AuditScratch: UniquenessScratch {
    private let reader: MemberReader
    private let runs = Mutex(Runs())

    init(_ reader: MemberReader) {
        self.reader = reader
    }

    func rawLines(numbered numbers: Set<Int>) throws -> [Int: [UInt8]] {
        try BatchArchive.rawLines(numbered: numbers, firstLines: reader.firstLines) { member in
            try reader.content(ofMember: member)
        }
    }

    func writeScratchRun(_ bytes: [UInt8]) throws -> Int {
        let folder = FileManager.default.temporaryDirectory.path
        return try runs.withLock { runs in
            if runs.file == nil { runs.file = try TemporaryFile(in: folder) }
            let start = runs.ranges.last?.upperBound ?? 0
            try runs.file?.append(bytes)
            runs.ranges.append(start..<start + bytes.count)
            return runs.ranges.count - 1
        }
    }

    func readScratchRun(_ run: Int, from offset: Int, count: Int) throws -> [UInt8] {
        try runs.withLock { runs in
            let left = max(0, runs.ranges[run].count - offset)
            return try runs.file?.file.read(at: runs.ranges[run].lowerBound + offset, count: min(count, left)) ?? []
        }
    }

    /// All runs in one temporary file, one after another.
    private struct Runs: ~Copyable {
        var file: TemporaryFile?
        var ranges: [Range<Int>] = []
    }
}
