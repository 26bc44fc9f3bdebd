package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The lines of an archive that pass all given conditions.
package struct LineFilter: Sendable {
    /// Conditions that must all be true.
    package var conditions: [Condition]
    /// Result types by name, or nil for all.
    package var resultTypes: Set<String>?
    /// Keeps only usable lines if true, only unusable ones if false, both if nil.
    package var usable: Bool?
    /// What makes a line usable in addition, in this filter and in the column `usable`.
    package var expectation: AnswerExpectation?
    /// Keeps only lines with one of these errors; nil keeps all.
    package var fingerprints: FingerprintSelection?

    package init(conditions: [Condition] = [], resultTypes: Set<String>? = nil, usable: Bool? = nil) {
        self.conditions = conditions
        self.resultTypes = resultTypes
        self.usable = usable
    }

    /// Whether every line passes.
    package var isEmpty: Bool {
        conditions.isEmpty && resultTypes == nil && usable == nil && fingerprints == nil
    }

    /// Calls `body` for the records of a block that pass, with a cursor over the block.
    ///
    /// It begins with the record `first` and stops after a record for which `body` returns false. Returns the number of
    /// the next record; nil at the end of the block.
    @discardableResult
    func forEach(
        in block: DecodedBlock,
        _ rows: FlatRowSource,
        _ joined: (any JoinedRows)?,
        from first: Int = 0,
        _ body: (ResultRecord, inout JSONCursor) -> Bool
    ) -> Int? {
        let checks = conditions.map { ($0.column, $0.prepared()) }
        return JSONCursor.read(rows.bytes) { cursor in
            var scratch: [UInt8] = []
            var errors = fingerprints?.matcher()
            records: for (number, counted) in block.records.enumerated().dropFirst(first) {
                var record = counted
                _ = expectation?.apply(to: &record, &cursor)
                if errors?.matches(record, of: block, &cursor) == false { continue }
                if let usable, record.isUsable != usable { continue }
                if let resultTypes, !resultTypes.contains(record.type.name) { continue }
                for (column, holds) in checks {
                    scratch.removeAll(keepingCapacity: true)
                    column.append(record, rows, &cursor, joined, to: &scratch)
                    if !holds(JSONCell(scratch[...])) { continue records }
                }
                guard body(record, &cursor) else {
                    return number + 1 < block.records.count ? number + 1 : nil
                }
            }
            return nil
        }
    }
}

/// The written rows of one block.
package struct SelectedRows: Sendable {
    package var bytes: [UInt8] = []
    /// The offset after each row.
    package var rowEnds: [Int] = []
    /// For each column, whether any of the rows has a value; empty without rows.
    package var hasValue: [Bool] = []
    /// The random rank of each row; empty if no sample was requested.
    package var ranks: [UInt64] = []
    /// The number of the first record of the block that was not read, because the rows before are large; nil at the end.
    package var rest: Int?

    package init() {}
}

/// Filters result lines and writes the requested columns: a pure function from a block to text.
package struct RowSelection: Sendable {
    package var filter: LineFilter
    package let columns: [SelectedColumn]
    package let style: RowStyle
    /// The seed of the ranks; nil if no sample is requested.
    package let sampleSeed: UInt64?

    package init(filter: LineFilter, columns: [SelectedColumn], style: RowStyle, sampleSeed: UInt64? = nil) {
        self.filter = filter
        self.columns = columns
        self.style = style
        self.sampleSeed = sampleSeed
    }

    /// The size of the rows in bytes after which ``SelectedRows/rest`` begins: rows of a join source may be much larger
    /// than results.
    package static let partSize = 16_777_216

    /// Returns the rows of a block that pass, in line order, from the record with the number `first`.
    ///
    /// `pricing` computes the costs, and `joined` finds the values of join sources.
    package func rows(
        of block: LineBlock,
        in batch: MessageBatch,
        pricing: RequestPricing,
        joined: (any JoinedRows)? = nil,
        from first: Int = 0,
        partSize: Int = RowSelection.partSize
    ) -> SelectedRows {
        var output = SelectedRows()
        if style == .raw, filter.isEmpty, sampleSeed == nil {
            // Without conditions nothing is decoded; empty lines are included.
            (output.bytes, output.rowEnds) = (block.bytes, block.lineEnds)
            return output
        }
        var decoded = ResultDecoder.decode(block)
        decoded.price(by: pricing, of: batch)
        let source = FlatRowSource(decoded, of: batch)
        let writer = style.writer(columns.map(\.name))
        var cells = RowCells()
        let rest = filter.forEach(in: decoded, source, joined, from: first) { record, cursor in
            if style == .raw {
                output.bytes += source.bytes[record.line.lowerBound..<source.endOfLine(from: record.line.upperBound)]
            } else {
                cells.clear()
                for column in columns {
                    cells.add { column.append(record, source, &cursor, joined, to: &$0) }
                }
                cells.write(writer, to: &output.bytes)
                if output.hasValue.isEmpty { output.hasValue = Array(repeating: false, count: columns.count) }
                for index in columns.indices where !output.hasValue[index] {
                    output.hasValue[index] = !cells[index].isMissing
                }
            }
            output.rowEnds.append(output.bytes.count)
            if let sampleSeed { output.ranks.append(Self.rank(record, of: batch, seed: sampleSeed)) }
            return output.bytes.count < partSize
        }
        output.rest = rest
        return output
    }

    /// A pseudorandom number that depends only on the seed and the line, so that the sample does not depend on how
    /// blocks were processed.
    private static func rank(_ record: ResultRecord, of batch: MessageBatch, seed: UInt64) -> UInt64 {
        var hash = StableHash()
        hash.combine(seed)
        hash.combine(batch.id.utf8)
        hash.combine(UInt64(record.lineNumber))
        return hash.value
    }
}

extension FlatRowSource {
    /// The offset after the line feed of a line, which can be preceded by a carriage return.
    func endOfLine(from offset: Int) -> Int {
        var end = offset
        while bytes[end] != 0x0A { end += 1 }
        return end + 1
    }
}

/// An invalid column or condition, with the text that the user wrote.
package enum SelectionFailure: Error, Sendable, Hashable {
    /// No column has this name, and it is not a path.
    case unknownColumn(String)
    /// An incomplete path or a path with an empty key; the text is the whole path.
    case badPath(String)
    case repeatedColumn(String)
    /// There is no operator after the column.
    case badCondition(String)
    /// The regular expression of a condition is invalid.
    case badPattern(String)
    /// The value of a condition on a column of numbers is not a number.
    case notANumber(column: String, value: String)
    /// The column to sum does not contain numbers.
    case noSum(String)
    /// Several join sources have the column; the second value lists it as `source.column`.
    case ambiguousColumn(String, [String])
    /// The join source before the dot has no column with the name after it.
    case unknownSourceColumn(String, source: String, columns: [String])
    /// No column of the results or of a join source has this name.
    case unknownJoinedColumn(String, joined: [String])
    /// No column of a join source is used; the value lists them as `source.column`.
    case unusedSources([String])
    /// The column contains text, or is a path, which redaction leaves out.
    case redactedColumn(String)
    /// A value of this column of a join source is an object or a list, which redaction leaves out.
    case redactedValue(String)
}
