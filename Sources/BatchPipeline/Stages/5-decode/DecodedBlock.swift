package import JSONLines

/// A block with one record per valid line and one rejection per invalid line, in line order.
package struct DecodedBlock: Sendable {
    package var block: LineBlock
    package var records: [ResultRecord]
    package var rejected: [RejectedLine]
    /// The number of lines that contain only white space; they are kept in raw but are not results.
    package var emptyLines: Int

    package init(block: LineBlock, records: [ResultRecord], rejected: [RejectedLine] = [], emptyLines: Int = 0) {
        self.block = block
        self.records = records
        self.rejected = rejected
        self.emptyLines = emptyLines
    }

    /// Returns the decoded text of a slice; a lone surrogate becomes U+FFFD.
    package func text(_ slice: TextSlice) -> String {
        JSONString.decoded(block.bytes[slice.range], isEscaped: slice.isEscaped)
    }

    /// Returns the decoded text of a slice, or nil if the line does not have it.
    package func text(_ slice: TextSlice?) -> String? {
        slice.map { text($0) }
    }
}

/// An invalid line, with its place and the reason.
///
/// The bytes of the line are not included, so that they never reach messages and logs.
package struct RejectedLine: Sendable, Hashable, Codable {
    /// The physical line number, from 1.
    package var lineNumber: Int
    /// The offset of the error in the stream, in bytes from 0.
    package var byteOffset: Int
    /// What is wrong, as a clause, for example "expected ':' after a key".
    package var reason: String

    package init(lineNumber: Int, byteOffset: Int, reason: String) {
        self.lineNumber = lineNumber
        self.byteOffset = byteOffset
        self.reason = reason
    }
}
