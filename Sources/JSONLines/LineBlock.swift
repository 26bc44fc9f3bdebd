/// Whole lines that travel together: one allocation, cut once, read in place by every later stage.
///
/// A block ends at the first line end at or after ``LineSplitter/blockSize`` bytes from its start, so its borders depend
/// on the bytes alone and never on how they arrived.
package struct LineBlock: Sendable {
    /// The bytes of all lines, each with its line end; ends in 0x0A.
    package let bytes: [UInt8]
    /// For each line the offset behind its 0x0A.
    package let lineEnds: [Int]
    /// The number of this block in its stream, from 0.
    package let sequence: Int
    /// The physical number of the first line, from 1.
    package let firstLine: Int
    /// Where the block starts in the stream, in bytes.
    package let byteOffset: Int
    /// Whether the last 0x0A was added here because the stream ended without one.
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

    /// The bytes of a line without its 0x0A, as offsets into ``bytes``.
    package func range(ofLine index: Int) -> Range<Int> {
        (index == 0 ? 0 : lineEnds[index - 1])..<(lineEnds[index] - 1)
    }
}
