/// A sample of rows: those with the smallest ranks.
///
/// It does not depend on the order in which rows are added.
package struct RowSample: Sendable {
    private struct Row {
        var rank: UInt64
        /// The number of the row's block, and its index in the block.
        var position: (block: Int, row: Int)
        var bytes: [UInt8]
    }

    private let count: Int
    private var rows: [Row] = []
    private var blocks = 0

    package init(count: Int) {
        self.count = count
    }

    /// Adds the rows of the next block.
    package mutating func add(_ block: SelectedRows) {
        // In a full sample few rows are accepted, so the rank is checked before copying.
        let limit = rows.count < count ? UInt64.max : rows.map(\.rank).max() ?? .max
        var start = 0
        for (index, end) in block.rowEnds.enumerated() {
            let rank = block.ranks[index]
            if rank <= limit {
                rows.append(Row(rank: rank, position: (blocks, index), bytes: Array(block.bytes[start..<end])))
            }
            start = end
        }
        blocks += 1
        guard rows.count > count else { return }
        rows.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.position < $1.position }
        rows.removeLast(rows.count - count)
    }

    /// The rows of the sample, in the order in which they were added.
    package var selected: SelectedRows {
        var output = SelectedRows()
        for row in rows.sorted(by: { $0.position < $1.position }) {
            output.bytes += row.bytes
            output.rowEnds.append(output.bytes.count)
        }
        return output
    }
}
