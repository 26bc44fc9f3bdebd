import BatchArchive
import BlockGzip

/// The bytes of a join source, which many tasks can read at once.
///
/// The file is read with `pread`, not mapped: if it is truncated during the run, that is an error instead of a signal.
final class SourceContent: Sendable {
    /// The path as the user wrote it, for errors.
    let path: String
    /// The size of the content in bytes.
    let size: Int
    /// The maximum size of a row in bytes; larger rows are invalid, so memory is bounded.
    let rowLimit: Int
    private let file: OpenFile
    /// The file's status when it was opened; nil for content that this program unpacked.
    private let opened: FileStatus?

    private init(path: String, size: Int, rowLimit: Int, file: consuming OpenFile, opened: FileStatus?) {
        self.path = path
        self.size = size
        self.rowLimit = rowLimit
        self.file = file
        self.opened = opened
    }

    /// Opens a source.
    ///
    /// Gzip data is unpacked into `folder`, and a table of a database is written to it.
    static func open(
        _ place: JoinSourcePlace,
        unpackingInto folder: String,
        rowLimit: Int
    ) throws -> SourceContent {
        guard try place.resolvedFormat() == .sqlite else { return try open(place.path, folder, rowLimit) }
        guard let table = JoinTable(place.path) else { throw JoinFailure(.noTable, path: place.path) }
        guard try FileStatus.of(table.path) != nil else { throw JoinFailure(.notFound, path: table.path) }
        var target = try TemporaryFile(in: folder)
        // Most rows are small, and every `append` is a system call.
        var pending: [UInt8] = []
        try table.forEachRow(rowLimit: rowLimit) { row in
            pending += row
            guard pending.count >= pieceSize else { return }
            try target.append(pending)
            pending.removeAll(keepingCapacity: true)
        }
        try target.append(pending)
        return unpacked(target, place.path, rowLimit)
    }

    /// The number of bytes to read or write at once when a source is unpacked.
    private static let pieceSize = 262_144

    private static func open(_ path: String, _ folder: String, _ rowLimit: Int) throws -> SourceContent {
        guard let status = try FileStatus.of(path) else { throw JoinFailure(.notFound, path: path) }
        guard status.kind == .file else { throw JoinFailure(.notAFile, path: path) }
        let file = try OpenFile(path, .reading)
        let start = try file.read(at: 0, count: 4)
        if start.starts(with: [0x1F, 0x8B]) { return try inflated(file, at: path, folder, rowLimit) }
        if let encoding = wrongEncoding(start) { throw JoinFailure(.encoding(encoding), path: path) }
        return SourceContent(path: path, size: status.size, rowLimit: rowLimit, file: file, opened: status)
    }

    private static func unpacked(_ target: consuming TemporaryFile, _ path: String, _ rowLimit: Int) -> SourceContent {
        let size = target.size
        return SourceContent(path: path, size: size, rowLimit: rowLimit, file: target.intoFile(), opened: nil)
    }

    private static func inflated(
        _ file: borrowing OpenFile,
        at path: String,
        _ folder: String,
        _ rowLimit: Int
    ) throws -> SourceContent {
        var target = try TemporaryFile(in: folder)
        var inflater = GzipInflater()
        var offset = 0
        do {
            while true {
                while let content = try inflater.next() {
                    let encoding = target.size == 0 ? wrongEncoding(Array(content.prefix(4))) : nil
                    if let encoding { throw JoinFailure(.encoding(encoding), path: path) }
                    try target.append(content)
                }
                let piece = try file.read(at: offset, count: pieceSize)
                if piece.isEmpty { break }
                offset += piece.count
                inflater.push(piece)
            }
            try inflater.finish()
        } catch let failure as GzipFailure {
            throw JoinFailure(.gzip("\(failure.reason) at byte \(failure.byteOffset)"), path: path)
        }
        return unpacked(target, path, rowLimit)
    }

    /// The encoding that the byte order mark names; nil if it is UTF-8 or there is no mark.
    private static func wrongEncoding(_ start: [UInt8]) -> String? {
        if start.starts(with: [0xFF, 0xFE, 0x00, 0x00]) || start.starts(with: [0x00, 0x00, 0xFE, 0xFF]) {
            return "UTF-32"
        }
        return start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) ? "UTF-16" : nil
    }
}

// MARK: Reading

extension SourceContent {
    /// Reads the bytes of a range, which is cut at the end of the content.
    ///
    /// - Throws: ``JoinFailure`` with the cause `changed` if the file is shorter than when it was opened.
    func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        let count = min(count, size - offset)
        let bytes = try file.read(at: offset, count: max(count, 0))
        guard bytes.count == count else { throw JoinFailure(.changed, path: path) }
        return bytes
    }

    /// Checks that the file has not changed since it was opened.
    func checkUnchanged() throws {
        guard let opened else { return }
        guard try FileStatus.of(path) == opened else { throw JoinFailure(.changed, path: path) }
    }

    /// The line numbers of some offsets, from 1; offsets must be in ascending order.
    func lines(at offsets: [Int], lineEnd: UInt8 = 0x0A) throws -> [Int] {
        var lines: [Int] = []
        var (line, position) = (1, 0)
        for offset in offsets {
            while position < offset {
                let piece = try bytes(at: position, count: min(1_048_576, offset - position))
                line += piece.count { $0 == lineEnd }
                position += piece.count
            }
            lines.append(line)
        }
        return lines
    }

    /// The error for a row that cannot be read.
    func failure(_ fault: JoinRowError, windowAt base: Int, lineEnd: UInt8 = 0x0A) throws -> JoinFailure {
        let byte = base + fault.offset
        let line = try lines(at: [byte], lineEnd: lineEnd)[0]
        return JoinFailure(.row(line: line, byte: byte, reason: fault.reason), path: path)
    }

    /// The error for a row that exceeds the limit; `next` is the position of the next row, if it is known.
    func tooLong(at offset: Int, next: Int? = nil, endsSource: Bool = false) -> JoinRowError {
        let reason = "the row is longer than \(Self.sizeText(rowLimit))"
        return JoinRowError(at: offset, reason, next: next, endsSource: endsSource)
    }

    static func sizeText(_ bytes: Int) -> String {
        bytes % 1_048_576 == 0 ? "\(bytes / 1_048_576) MiB" : "\(bytes) bytes"
    }
}
