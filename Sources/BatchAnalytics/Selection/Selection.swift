import BatchPipeline
package import JSONLines
package import MessageBatches

/// Which lines of an archive are wanted.
package struct LineFilter: Sendable {
    /// All of them have to hold.
    package var conditions: [Condition]
    /// Result types by name, or nil for all.
    package var resultTypes: Set<String>?
    /// Whether lines have to be usable, or unusable; nil for both.
    package var usable: Bool?

    package init(conditions: [Condition] = [], resultTypes: Set<String>? = nil, usable: Bool? = nil) {
        self.conditions = conditions
        self.resultTypes = resultTypes
        self.usable = usable
    }

    /// Whether every line passes.
    package var isEmpty: Bool { conditions.isEmpty && resultTypes == nil && usable == nil }

    /// Calls `body` for the records of a block that pass, with a cursor over the block.
    func forEach(
        in block: DecodedBlock,
        _ rows: FlatRowSource,
        _ body: (ResultRecord, inout JSONCursor) -> Void
    ) {
        let checks = conditions.map { ($0.column, $0.prepared()) }
        JSONCursor.read(rows.bytes) { cursor in
            var scratch: [UInt8] = []
            records: for record in block.records {
                if let usable, record.isUsable != usable { continue }
                if let resultTypes, !resultTypes.contains(record.type.name) { continue }
                for (column, holds) in checks {
                    scratch.removeAll(keepingCapacity: true)
                    column.append(record, rows, &cursor, to: &scratch)
                    if !holds(JSONCell(scratch[...])) { continue records }
                }
                body(record, &cursor)
            }
        }
    }
}

/// The rows of one block, written.
package struct SelectedRows: Sendable {
    package var bytes: [UInt8] = []
    /// For each row the offset behind it.
    package var rowEnds: [Int] = []
    /// For each row its place in a sample; empty unless a sample was asked for.
    package var ranks: [UInt64] = []

    package init() {}
}

/// Rows and columns out of result lines: a pure function from a block to text.
package struct Selection: Sendable {
    package let filter: LineFilter
    package let columns: [SelectedColumn]
    package let style: RowStyle
    /// Lines are ranked by this seed; nil unless a sample is wanted.
    package let sampleSeed: UInt64?

    package init(filter: LineFilter, columns: [SelectedColumn], style: RowStyle, sampleSeed: UInt64? = nil) {
        self.filter = filter
        self.columns = columns
        self.style = style
        self.sampleSeed = sampleSeed
    }

    /// The rows of a block that pass, in line order.
    package func rows(of block: LineBlock, in batch: MessageBatch) -> SelectedRows {
        var output = SelectedRows()
        if style == .raw, filter.isEmpty, sampleSeed == nil {
            // Empty lines too: nothing is asked of the lines, so nothing is read in them.
            (output.bytes, output.rowEnds) = (block.bytes, block.lineEnds)
            return output
        }
        let decoded = ResultDecoder.decode(block)
        let source = FlatRowSource(decoded, of: batch)
        let writer = style.writer(columns.map(\.name))
        var cells = RowCells()
        filter.forEach(in: decoded, source) { record, cursor in
            if style == .raw {
                output.bytes += source.bytes[record.line.lowerBound..<source.endOfLine(from: record.line.upperBound)]
            } else {
                cells.clear()
                for column in columns {
                    cells.add { column.append(record, source, &cursor, to: &$0) }
                }
                cells.write(writer, to: &output.bytes)
            }
            output.rowEnds.append(output.bytes.count)
            if let sampleSeed { output.ranks.append(Self.rank(record, of: batch, seed: sampleSeed)) }
        }
        return output
    }

    /// A number that looks random and depends on the seed and the line alone, so that a sample is the same however the work
    /// was shared out.
    private static func rank(_ record: ResultRecord, of batch: MessageBatch, seed: UInt64) -> UInt64 {
        var hash = StableHash()
        hash.combine(seed)
        hash.combine(batch.id.utf8)
        hash.combine(UInt64(record.lineNumber))
        return hash.value
    }
}

extension FlatRowSource {
    /// The offset behind the 0x0A of a line, a 0x0D before it included.
    func endOfLine(from offset: Int) -> Int {
        var end = offset
        while bytes[end] != 0x0A { end += 1 }
        return end + 1
    }
}
