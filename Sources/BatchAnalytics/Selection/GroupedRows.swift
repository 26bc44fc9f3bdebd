package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Counts lines and sums columns by the values of other columns: `--by model,result_type`.
package struct RowGrouping: Sendable {
    package var filter: LineFilter
    package let keys: [SelectedColumn]
    /// Columns to sum: whole numbers or the cost.
    package let sums: [SelectedColumn]

    /// - Throws: ``SelectionFailure`` for a column that cannot be summed.
    package init(
        filter: LineFilter,
        keys: [SelectedColumn],
        sums: [SelectedColumn]
    ) throws(SelectionFailure) {
        for column in sums where !column.isInteger && !column.isMoney { throw .noSum(column.name) }
        self.filter = filter
        self.keys = keys
        self.sums = sums
    }

    /// The column names of a grouped row.
    package var names: [String] { keys.map(\.name) + ["requests"] + sums.map(\.name) }

    /// Returns the groups of one block.
    ///
    /// `pricing` computes the costs, and `joined` finds the values of join sources.
    package func groups(
        of block: LineBlock,
        in batch: MessageBatch,
        pricing: RequestPricing,
        joined: (any JoinedRows)? = nil
    ) -> GroupedRows {
        var groups = GroupedRows()
        var decoded = ResultDecoder.decode(block)
        decoded.price(by: pricing, of: batch)
        let isMoney = sums.map(\.isMoney)
        let hasMoney = isMoney.contains(true)
        let source = FlatRowSource(decoded, of: batch)
        var cells = RowCells()
        filter.forEach(in: decoded, source, joined) { record, cursor in
            cells.clear()
            for column in keys { cells.add { column.append(record, source, &cursor, joined, to: &$0) } }
            for column in sums {
                cells.add { output in
                    // Only succeeded requests are billed.
                    if column.isMoney, record.type != .succeeded {
                        output.append(UInt8(ascii: "0"))
                    } else {
                        column.append(record, source, &cursor, joined, to: &output)
                    }
                }
            }
            groups.count(cells, keys: keys.count, isMoney: isMoney)
            if hasMoney, record.type == .succeeded { groups.countPrice(of: record, in: decoded) }
            return true
        }
        return groups
    }

    /// Returns all groups as rows, sorted by their keys.
    package func rows(_ groups: GroupedRows, style: RowStyle) -> SelectedRows {
        var output = SelectedRows()
        let writer = style.writer(names)
        for (key, total) in groups.totals.sorted(by: { $0.key.cells.lexicographicallyPrecedes($1.key.cells) }) {
            var row = RowCells()
            for value in key.cells.split(separator: 0x0A) { row.add { $0 += value } }
            row.add { $0 += JSONNode.number(total.rows).text }
            for (index, column) in sums.enumerated() {
                let sum = Self.node(of: total.sums[index], isMoney: column.isMoney)
                row.add { $0 += sum.text }
            }
            row.write(writer, to: &output.bytes)
            output.rowEnds.append(output.bytes.count)
        }
        return output
    }
}

extension RowGrouping {
    /// The sum as JSON.
    ///
    /// A group that contains a line without a known cost has no sum, because a partial sum would be misleading.
    fileprivate static func node(of sum: Int128?, isMoney: Bool) -> JSONNode {
        guard let sum else { return .null }
        return .verbatim(Array((isMoney ? Money(picoDollars: sum).text : String(sum)).utf8))
    }
}

/// The number of lines and the sums of columns, by key.
package struct GroupedRows: Sendable {
    struct Total {
        var rows = 0
        /// Whole numbers or pico-dollars; nil after a missing value.
        var sums: [Int128?]

        init(sums count: Int) {
            sums = Array(repeating: 0, count: count)
        }

        mutating func count(_ cells: RowCells, from first: Int, isMoney: [Bool]) {
            rows += 1
            for index in sums.indices {
                let cell = cells[first + index]
                let value = isMoney[index] ? Money(cell.text)?.picoDollars : cell.integer.map { Int128($0) }
                sums[index] = Self.sum(sums[index], value)
            }
        }

        mutating func merge(_ other: Total) {
            rows += other.rows
            for index in sums.indices { sums[index] = Self.sum(sums[index], other.sums[index]) }
        }

        private static func sum(_ first: Int128?, _ second: Int128?) -> Int128? {
            guard let first, let second else { return nil }
            return first.addingClamped(second)
        }
    }

    struct Key: Hashable {
        /// The JSON texts of the key's values, each followed by a line feed.
        var cells: [UInt8] = []

        /// Hashes all bytes in one call: hashing an array byte by byte took a third of the time of grouping.
        func hash(into hasher: inout Hasher) {
            hasher.combine(KeyHash(cells).low)
        }
    }

    private(set) var totals: [Key: Total] = [:]
    /// The prices of the succeeded requests of all groups, without amounts; empty if no costs are summed.
    package private(set) var cost = Cost()
    /// The key of the current row, reused so that a row of a known group allocates nothing.
    private var key = Key()

    package init() {}

    /// Counts a row.
    ///
    /// The first `keys` cells are its key, the other cells are summed.
    fileprivate mutating func count(_ cells: RowCells, keys: Int, isMoney: [Bool]) {
        key.cells.removeAll(keepingCapacity: true)
        var start = 0
        for end in cells.ends.prefix(keys) {
            key.cells += cells.bytes[start..<end]
            key.cells.append(0x0A)
            start = end
        }
        totals[key, default: Total(sums: cells.ends.count - keys)].count(cells, from: keys, isMoney: isMoney)
    }

    // Kept out of loops: few requests have no price.
    @inline(never)
    fileprivate mutating func countPrice(of record: ResultRecord, in block: DecodedBlock) {
        cost.prices.count(record.price)
        guard !record.price.hasPrice else { return }
        cost.unpriced.add(Tally(count: 1), to: Label(model: block.text(record.unpricedModel) ?? ""))
    }

    /// Whether any row has a value in a key column, which counts from 0.
    package func hasValue(inKey column: Int) -> Bool {
        totals.keys.contains { !JSONCell($0.cells.split(separator: 0x0A)[column]).isMissing }
    }

    package mutating func merge(_ other: GroupedRows) {
        cost.merge(other.cost)
        for (key, total) in other.totals { totals[key, default: Total(sums: total.sums.count)].merge(total) }
    }
}
