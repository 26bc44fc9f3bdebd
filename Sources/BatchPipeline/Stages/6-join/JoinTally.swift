/// What a join of one batch with one side came to.
package struct JoinTally: Sendable, Hashable {
    /// Results that have a row.
    package var matched = 0
    package var resultsWithoutRow = 0
    /// Rows of this batch that have no result.
    package var rowsWithoutResult = 0

    package init() {}

    package static func += (sum: inout JoinTally, other: JoinTally) {
        sum.matched += other.matched
        sum.resultsWithoutRow += other.resultsWithoutRow
        sum.rowsWithoutResult += other.rowsWithoutResult
    }
}

/// One row of a source for each bit: whether a result was found for it.
package struct JoinMarks: Sendable {
    private var words: [UInt64]
    /// Rows marked.
    package private(set) var count = 0

    /// For the rows of an index.
    package init(rows: Int) {
        words = [UInt64](repeating: 0, count: (rows + 63) / 64)
    }

    /// Marks a row; false if it was marked before.
    @discardableResult
    package mutating func mark(_ position: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(position % 64)
        guard words[position / 64] & bit == 0 else { return false }
        words[position / 64] |= bit
        count += 1
        return true
    }

    package func contains(_ position: Int) -> Bool {
        words[position / 64] & (1 << UInt64(position % 64)) != 0
    }
}
