package import JSONLines
package import MessageBatches

/// Puts the results of one batch beside the rows of the sources.
///
/// Bytes of results and rows are copied, never parsed and printed again. Pure but for the ports behind ``JoinSource``.
package struct Joiner: Sendable {
    package let kind: JoinKind
    package let form: JoinForm
    package let sides: [JoinSide]
    private let batch: MessageBatch
    private let batchText: [UInt8]
    private let batchBytes: [UInt8]

    package init(kind: JoinKind, form: JoinForm, sides: [JoinSide], batch: MessageBatch) {
        self.kind = kind
        self.form = form
        self.sides = sides
        self.batch = batch
        batchBytes = Array(batch.id.utf8)
        var text: [UInt8] = []
        JSONString.append(batch.id, to: &text)
        batchText = text
    }

    /// Joins the results of one block, in their order.
    package func join(_ block: LineBlock) throws -> JoinedBlock {
        var joined = JoinedBlock(sides: sides)
        if kind == .left || kind == .inner { joined.rows.reserveCapacity(block.bytes.count * 3 / 2) }
        let (lines, flatRows) = lines(of: block)
        // Where the flat row of the next line ends; rows hold no other line ends than their own.
        var flatEnds = flatRows.indices.lazy.filter { flatRows[$0] == 0x0A }.makeIterator()
        var flatStart = 0
        for line in lines {
            let token = block.bytes[line.id]
            let id = JSONString.keyBytes(token, isEscaped: line.idIsEscaped)
            let partners = try partners(of: id, spelled: token, &joined)
            let flatRow = flatStart..<(flatEnds.next() ?? flatStart)
            flatStart = flatRow.upperBound + 1
            guard isWanted(isMatched: !partners.contains(nil)) else { continue }
            if form == .flat {
                // The row without its closing brace.
                joined.rows += flatRows[flatRow.dropLast()]
                appendColumns(partners, to: &joined.rows)
            } else {
                appendHead(token, partners, to: &joined.rows)
                joined.rows += block.bytes[line.result]
            }
            joined.rows += Self.rowEnd
            joined.rowCount += 1
        }
        return joined
    }

    /// What a block without results gives.
    package var nothing: JoinedBlock { JoinedBlock(sides: sides) }

    /// The results of a block, and a flat row for each where those are wanted.
    private func lines(of block: LineBlock) -> (lines: [ResultLine], flatRows: [UInt8]) {
        guard form == .flat, kind != .missing else { return (ResultLine.lines(of: block), []) }
        let decoded = ResultDecoder.decode(block)
        return (decoded.records.map { ResultLine($0) }, FlatRowWriter(batch: batch).rows(of: decoded))
    }

    /// The row that ``JoinKind/missing`` gives for a row of a side that has no result, or nil where an earlier side has the
    /// key and gave it already.
    package func rowWithoutResult(_ row: JoinRow, content: JoinContent, ofSide side: Int) throws -> [UInt8]? {
        var contents = [JoinContent?](repeating: nil, count: sides.count)
        contents[side] = content
        for other in sides.indices where other != side {
            contents[other] = try partner(of: row.key.id, in: sides[other])?.content
            if other < side, contents[other] != nil { return nil }
        }
        var output: [UInt8] = []
        if form == .flat {
            output += Self.flatHead(batch: batchText, id: row.idText)
            appendColumns(contents, to: &output)
        } else {
            appendHead(row.idText[1..<row.idText.count - 1], contents, to: &output)
            output += Array("null".utf8)
        }
        return output + Self.rowEnd
    }

    /// The line of the unmatched file for a row without a result.
    package func orphanLine(_ row: JoinRow, of side: JoinSide) -> [UInt8] {
        orphanLine(row.idText, side, missing: "result")
    }

    private static let rowEnd: [UInt8] = [UInt8(ascii: "}"), 0x0A]

    private func isWanted(isMatched: Bool) -> Bool {
        switch kind {
        case .left: true
        case .inner: isMatched
        case .anti: !isMatched
        case .missing: false
        }
    }
}

// MARK: Partners

extension Joiner {
    /// What each side says of an id; counts, and marks what has a result.
    private func partners(
        of id: [UInt8],
        spelled token: ArraySlice<UInt8>,
        _ joined: inout JoinedBlock
    ) throws -> [JoinContent?] {
        var contents: [JoinContent?] = []
        contents.reserveCapacity(sides.count)
        for (index, side) in sides.enumerated() {
            var content: JoinContent?
            for (number, source) in side.sources.enumerated() {
                // A later source that has the key too is marked: its row has a result.
                guard let partner = try partner(of: id, in: source) else { continue }
                joined.matches[index][number].append(partner.position)
                content = content ?? partner.content
            }
            if content == nil {
                joined.tallies[index].resultsWithoutRow += 1
                joined.orphans += orphanLine([UInt8(ascii: "\"")] + token + [UInt8(ascii: "\"")], side, missing: "row")
                joined.orphanCount += 1
            } else {
                joined.tallies[index].matched += 1
            }
            contents.append(content)
        }
        return contents
    }

    private func partner(of id: [UInt8], in side: JoinSide) throws -> JoinPartner? {
        for source in side.sources {
            if let partner = try partner(of: id, in: source) { return partner }
        }
        return nil
    }

    private func partner(of id: [UInt8], in source: any JoinSource) throws -> JoinPartner? {
        try source.partner(of: JoinKey(id: id, batch: source.hasBatch ? batchBytes : nil))
    }
}

// MARK: Text

extension Joiner {
    /// Everything of a joined row up to the value of `result`; `id` is spelled as in its source, without quotes.
    private func appendHead(_ id: ArraySlice<UInt8>, _ contents: [JoinContent?], to output: inout [UInt8]) {
        output += "{\"batch_id\":".utf8
        output += batchText
        output += ",\"custom_id\":\"".utf8
        output += id
        output += "\",".utf8
        for (side, content) in zip(sides, contents) {
            output += side.label
            side.appendValue(content, to: &output)
            output.append(UInt8(ascii: ","))
        }
        output += "\"result\":".utf8
    }

    private func appendColumns(_ contents: [JoinContent?], to output: inout [UInt8]) {
        for (side, content) in zip(sides, contents) { side.appendColumns(content, to: &output) }
    }

    /// A flat row without a result: all its columns, null but for the ids, without the closing brace.
    private static func flatHead(batch: [UInt8], id: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for column in FlatSchema.columns {
            output.append(output.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            output += "\"\(column.name)\":".utf8
            switch column.name {
            case "batch_id": output += batch
            case "custom_id": output += id
            default: output += "null".utf8
            }
        }
        return output
    }

    /// A line of the unmatched file: which id misses a row, or a result, and on which side.
    private func orphanLine(_ id: [UInt8], _ side: JoinSide, missing: String) -> [UInt8] {
        var line = Array("{\"batch_id\":".utf8)
        line += batchText
        line += ",\"custom_id\":".utf8
        line += id
        line += ",\"source\":".utf8
        line += side.label.dropLast()
        line += ",\"missing\":\"\(missing)\"}\n".utf8
        return line
    }
}

/// What the join of one block gives.
package struct JoinedBlock: Sendable {
    /// Joined rows, each with its line end.
    package var rows: [UInt8] = []
    package var rowCount = 0
    /// Lines of the unmatched file for results without a row.
    package var orphans: [UInt8] = []
    package var orphanCount = 0
    /// By side.
    package var tallies: [JoinTally]
    /// The positions of rows that have a result, by side and source.
    package var matches: [[[Int]]]

    init(sides: [JoinSide]) {
        tallies = [JoinTally](repeating: JoinTally(), count: sides.count)
        matches = sides.map { [[Int]](repeating: [], count: $0.sources.count) }
    }
}
