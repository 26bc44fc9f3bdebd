#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Splits a stream of bytes into blocks of whole lines; the sizes of its chunks do not matter.
///
/// Lines end only at byte 0x0A: U+2028, U+0085 and a lone 0x0D are valid inside a JSON line. The blocks contain every
/// byte of the stream in order. Only a missing last 0x0A is added.
package struct LineSplitter: Sendable {
    /// A block ends at the first line end at or after this many bytes from its start.
    package static let blockSize = 1_048_576

    /// The default limit for one line, 64 MiB; the API allows requests of many MiB.
    package static let defaultMaxLineBytes = 64 * 1_048_576

    private let blockSize: Int
    private let maxLineBytes: Int
    /// The bytes of the block that is not full yet.
    private var pending: [UInt8] = []
    private var lineEnds: [Int] = []
    private var sequence: Int
    private var firstLine: Int
    private var byteOffset: Int

    /// Creates a splitter at the start of a stream, or after blocks that were split earlier.
    ///
    /// `maxLineBytes` does not include the line end. `sequence`, `firstLine` and `byteOffset` are those of the next
    /// block.
    package init(
        blockSize: Int = LineSplitter.blockSize,
        maxLineBytes: Int = LineSplitter.defaultMaxLineBytes,
        sequence: Int = 0,
        firstLine: Int = 1,
        byteOffset: Int = 0
    ) {
        self.blockSize = blockSize
        self.maxLineBytes = maxLineBytes
        self.sequence = sequence
        self.firstLine = firstLine
        self.byteOffset = byteOffset
    }

    /// Appends the next bytes and returns the blocks that are now full, usually none or one.
    package mutating func append(_ chunk: [UInt8]) throws(LineTooLong) -> [LineBlock] {
        var blocks: [LineBlock] = []
        var taken = 0
        var searched = 0
        while let newline = Self.newline(in: chunk, from: searched) {
            let end = pending.count + (newline + 1 - taken)
            try check(lineEndingAt: end - 1)
            lineEnds.append(end)
            searched = newline + 1
            if end >= blockSize {
                pending.append(contentsOf: chunk[taken...newline])
                taken = searched
                blocks.append(cut(endsUnterminated: false))
            }
        }
        reserve()
        pending.append(contentsOf: chunk[taken...])
        try check(lineEndingAt: pending.count)
        return blocks
    }

    /// Ends the stream and returns the last block; nil if nothing is left.
    ///
    /// If the last line has no 0x0A, one is added and ``LineBlock/endsUnterminated`` is true.
    package mutating func finish() -> LineBlock? {
        guard !pending.isEmpty else { return nil }
        let isUnterminated = pending.last != 0x0A
        if isUnterminated {
            pending.append(0x0A)
            lineEnds.append(pending.count)
        }
        return cut(endsUnterminated: isUnterminated)
    }

    private mutating func cut(endsUnterminated: Bool) -> LineBlock {
        let block = LineBlock(
            bytes: pending,
            lineEnds: lineEnds,
            sequence: sequence,
            firstLine: firstLine,
            byteOffset: byteOffset,
            endsUnterminated: endsUnterminated
        )
        sequence += 1
        firstLine += lineEnds.count
        byteOffset += pending.count
        pending = []
        lineEnds = []
        return block
    }

    /// Reserves space for a block of usual size to avoid reallocations.
    private mutating func reserve() {
        guard pending.isEmpty else { return }
        pending.reserveCapacity(blockSize + blockSize / 16)
        lineEnds.reserveCapacity(1_024)
    }

    private func check(lineEndingAt end: Int) throws(LineTooLong) {
        let start = lineEnds.last ?? 0
        guard end - start > maxLineBytes else { return }
        throw LineTooLong(line: firstLine + lineEnds.count, byteOffset: byteOffset + start, limit: maxLineBytes)
    }

    static func newline(in chunk: [UInt8], from start: Int) -> Int? {
        unsafe chunk.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            guard let found = unsafe memchr(base + start, 0x0A, bytes.count - start) else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }
}

/// A line that is longer than the limit, which ends the splitting.
package struct LineTooLong: Error, Sendable, Hashable {
    /// The physical line number, from 1.
    package let line: Int
    /// The offset of the line in the stream, in bytes.
    package let byteOffset: Int
    /// The limit in bytes, without the line end.
    package let limit: Int

    package init(line: Int, byteOffset: Int, limit: Int) {
        self.line = line
        self.byteOffset = byteOffset
        self.limit = limit
    }
}
