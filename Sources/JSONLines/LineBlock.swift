/// A block of whole lines, which all later stages read in place.
///
/// A block ends at the first line end at or after ``LineSplitter/blockSize`` bytes from its start. So block boundaries
/// depend only on the bytes, not on the chunks they arrived in.
package struct LineBlock: Sendable {
    /// The bytes of all lines with their line ends; the last byte is 0x0A.
    package let bytes: [UInt8]
    /// The offset after the 0x0A of each line.
    package let lineEnds: [Int]
    /// The number of this block in its stream, from 0.
    package let sequence: Int
    /// The physical number of the first line, from 1.
    package let firstLine: Int
    /// The offset of the block in the stream, in bytes.
    package let byteOffset: Int
    /// Whether the stream ended without a line end, so that the last 0x0A was added.
    package let endsUnterminated: Bool

    package init(
        bytes: [UInt8],
        lineEnds: [Int],
        sequence: Int,
        firstLine: Int,
        byteOffset: Int,
        endsUnterminated: Bool = false
    ) {
        self.bytes = bytes
        self.lineEnds = lineEnds
        self.sequence = sequence
        self.firstLine = firstLine
        self.byteOffset = byteOffset
        self.endsUnterminated = endsUnterminated
    }

    /// Returns the range of a line in ``bytes``, without its 0x0A.
    package func range(ofLine index: Int) -> Range<Int> {
        (index == 0 ? 0 : lineEnds[index - 1])..<(lineEnds[index] - 1)
    }

    /// Returns the range of a line in ``bytes`` without its line end, a 0x0D before it, and a byte order mark at the
    /// start of the stream.
    package func content(ofLine index: Int) -> Range<Int> {
        let range = range(ofLine: index)
        var (start, end) = (range.lowerBound, range.upperBound)
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        if byteOffset == 0, index == 0, bytes[start..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
        return start..<end
    }
}

extension LineBlock {
    /// Creates a block from bytes that are already whole lines, such as the content of a gzip member.
    ///
    /// Nothing is copied. If the last line has no 0x0A, one is added and ``endsUnterminated`` is true.
    package init(wholeLines bytes: [UInt8], sequence: Int, firstLine: Int, byteOffset: Int) {
        var bytes = bytes
        let isUnterminated = bytes.last.map { $0 != 0x0A } ?? false
        if isUnterminated { bytes.append(0x0A) }
        var lineEnds: [Int] = []
        lineEnds.reserveCapacity(bytes.count / 1_024 + 1)
        var searched = 0
        while let newline = LineSplitter.newline(in: bytes, from: searched) {
            searched = newline + 1
            lineEnds.append(searched)
        }
        self.init(
            bytes: bytes,
            lineEnds: lineEnds,
            sequence: sequence,
            firstLine: firstLine,
            byteOffset: byteOffset,
            endsUnterminated: isUnterminated
        )
    }
}

extension [UInt8] {
    /// The number of bytes 0x0A.
    package var lineEndCount: Int {
        var (count, searched) = (0, 0)
        while let newline = LineSplitter.newline(in: self, from: searched) {
            count += 1
            searched = newline + 1
        }
        return count
    }

    /// Appends a range of other bytes.
    ///
    /// A slice would do the same, but each slice of an array that threads share counts references to it, which takes
    /// longer than copying the few bytes of a column.
    package mutating func append(_ range: Range<Int>, of bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }
}
