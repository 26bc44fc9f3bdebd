/// The rows with the smallest ranks of all that were seen: a sample that does not depend on the order they came in.
package struct RowSample: Sendable {
    private struct Row {
        var rank: UInt64
        /// The number of the block the row came in, and its number there.
        var place: (block: Int, row: Int)
        var bytes: [UInt8]
    }

    private let count: Int
    private var rows: [Row] = []
    private var blocks = 0

    package init(count: Int) {
        self.count = count
    }

    /// Takes in the rows of the next block.
    package mutating func add(_ block: SelectedRows) {
        // Once the sample is full, few rows are good enough: look before copying.
        let limit = rows.count < count ? UInt64.max : rows.map(\.rank).max() ?? .max
        var start = 0
        for (index, end) in block.rowEnds.enumerated() {
            let rank = block.ranks[index]
            if rank <= limit {
                rows.append(Row(rank: rank, place: (blocks, index), bytes: Array(block.bytes[start..<end])))
            }
            start = end
        }
        blocks += 1
        guard rows.count > count else { return }
        rows.sort { $0.rank != $1.rank ? $0.rank < $1.rank : $0.place < $1.place }
        rows.removeLast(rows.count - count)
    }

    /// The rows of the sample in the order they came.
    package var selected: SelectedRows {
        var output = SelectedRows()
        for row in rows.sorted(by: { $0.place < $1.place }) {
            output.bytes += row.bytes
            output.rowEnds.append(output.bytes.count)
        }
        return output
    }
}
