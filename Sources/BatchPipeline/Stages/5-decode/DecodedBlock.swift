package import JSONLines

/// A block with what was read from its lines: one record a valid line, one rejection a bad one, in line order.
package struct DecodedBlock: Sendable {
    package var block: LineBlock
    package var records: [ResultRecord]
    package var rejected: [RejectedLine]
    /// Lines with nothing but white space: kept in raw, counted, not results.
    package var emptyLines: Int

    package init(block: LineBlock, records: [ResultRecord], rejected: [RejectedLine] = [], emptyLines: Int = 0) {
        self.block = block
        self.records = records
        self.rejected = rejected
        self.emptyLines = emptyLines
    }

    /// The text of a slice, escapes decoded; a lone surrogate shows as U+FFFD.
    package func text(_ slice: TextSlice) -> String {
        JSONString.decoded(block.bytes[slice.range], isEscaped: slice.isEscaped)
    }

    /// The text of a slice, or nil where the line has none.
    package func text(_ slice: TextSlice?) -> String? {
        slice.map { text($0) }
    }
}

/// A line that is no result, with the place and the reason; its bytes stay out of messages and logs.
package struct RejectedLine: Sendable, Hashable, Codable {
    /// The physical line, from 1.
    package var lineNumber: Int
    /// The offset of the fault in the stream, in bytes from 0.
    package var byteOffset: Int
    /// What is wrong, as a clause: "expected ':' after a key".
    package var reason: String

    package init(lineNumber: Int, byteOffset: Int, reason: String) {
        self.lineNumber = lineNumber
        self.byteOffset = byteOffset
        self.reason = reason
    }
}
