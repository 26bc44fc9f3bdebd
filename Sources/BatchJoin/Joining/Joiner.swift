import BatchArchive
import BatchPipeline
import JSONLines
import MessageBatches

/// Joins the results of one batch with the rows of the sources.
///
/// The bytes of results and rows are copied, not parsed and encoded again. The only I/O is the lookup of rows in
/// ``JoinSource``.
struct Joiner: Sendable {
    let kind: JoinKind
    let form: JoinForm
    let relations: [JoinRelation]
    private let batch: MessageBatch
    private let pricing: RequestPricing
    private let batchText: [UInt8]
    private let batchBytes: [UInt8]

    /// Creates a joiner for the results that a manifest describes.
    init(kind: JoinKind, form: JoinForm, relations: [JoinRelation], manifest: Manifest) {
        let batch = manifest.batch
        pricing = manifest.pricing
        self.kind = kind
        self.form = form
        self.relations = relations
        self.batch = batch
        batchBytes = Array(batch.id.utf8)
        batchText = JSONNode.text(batch.id).text
    }

    /// The size of joined rows in bytes at which a joined block ends: rows of a source may be much larger than results.
    static let blockSize = 16_777_216

    /// Joins the results of one block, in order, from the result with the number `first`.
    ///
    /// If the rows get too large for one joined block, its ``JoinedBlock/rest`` says where to continue.
    func join(_ block: LineBlock, from first: Int = 0, blockSize: Int = Joiner.blockSize) throws -> JoinedBlock {
        var joined = JoinedBlock(relations: relations)
        if kind == .left || kind == .inner { joined.rows.reserveCapacity(block.bytes.count * 3 / 2) }
        let (lines, flatRows) = lines(of: block)
        // The ends of the flat rows. Rows contain no other line ends.
        var flatEnds = flatRows.indices.lazy.filter { flatRows[$0] == 0x0A }.makeIterator()
        var flatStart = 0
        for (number, line) in lines.enumerated() {
            let flatRow = flatStart..<(flatEnds.next() ?? flatStart)
            flatStart = flatRow.upperBound + 1
            guard number >= first else { continue }
            guard joined.rows.count < blockSize else {
                joined.rest = number
                break
            }
            let token = block.bytes[line.id]
            let id = JSONString.keyBytes(token, isEscaped: line.idIsEscaped)
            let contents = try contents(of: id, spelled: token, &joined)
            guard isWanted(isMatched: !contents.contains(nil)) else { continue }
            if form == .flat {
                // The row without its closing brace.
                joined.rows += flatRows[flatRow.dropLast()]
                appendColumns(contents, to: &joined.rows)
            } else {
                appendHead(token, contents, to: &joined.rows)
                joined.rows += block.bytes[line.result]
            }
            joined.rows += Self.rowEnd
            joined.rowCount += 1
        }
        return joined
    }

    /// The results of a block and, if the form needs them, their flat rows.
    private func lines(of block: LineBlock) -> (lines: [ResultLine], flatRows: [UInt8]) {
        guard form == .flat, kind != .missing else { return (ResultLine.lines(of: block), []) }
        var decoded = ResultDecoder.decode(block)
        decoded.price(by: pricing, of: batch)
        return (decoded.records.map { ResultLine($0) }, FlatRowWriter(batch: batch).rows(of: decoded))
    }

    /// The joined row for a row of a relation that has no result, for ``JoinKind/missing``.
    ///
    /// Nil if an earlier relation has the same key and already produced the row.
    func rowWithoutResult(_ row: JoinRow, content: JoinContent, ofRelation number: Int) throws -> [UInt8]? {
        var contents = [JoinContent?](repeating: nil, count: relations.count)
        contents[number] = content
        for other in relations.indices where other != number {
            contents[other] = try match(of: row.key.id, in: relations[other])?.content
            if other < number, contents[other] != nil { return nil }
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

    /// The line in the unmatched file for a row without a result.
    func unmatchedLine(_ row: JoinRow, of relation: JoinRelation) -> [UInt8] {
        unmatchedLine(row.idText, relation, missing: "result")
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

// MARK: Matches

extension Joiner {
    /// Looks up the data of each relation for an ID, counts matches, and marks rows that have a result.
    private func contents(
        of id: [UInt8],
        spelled token: ArraySlice<UInt8>,
        _ joined: inout JoinedBlock
    ) throws -> [JoinContent?] {
        var contents: [JoinContent?] = []
        contents.reserveCapacity(relations.count)
        for (index, relation) in relations.enumerated() {
            var content: JoinContent?
            for (number, source) in relation.sources.enumerated() {
                // Rows in later sources with the same key are also marked: they have a result.
                guard let match = try match(of: id, in: source) else { continue }
                joined.matches[index][number].append(match.position)
                content = content ?? match.content
            }
            if content == nil {
                joined.tallies[index].resultsWithoutRow += 1
                joined.unmatched += unmatchedLine(
                    [UInt8(ascii: "\"")] + token + [UInt8(ascii: "\"")],
                    relation,
                    missing: "row"
                )
                joined.unmatchedCount += 1
            } else {
                joined.tallies[index].matched += 1
            }
            contents.append(content)
        }
        return contents
    }

    /// The first row with an ID in the sources of a relation; nil if none has it.
    func match(of id: [UInt8], in relation: JoinRelation) throws -> JoinMatch? {
        for source in relation.sources {
            if let match = try match(of: id, in: source) { return match }
        }
        return nil
    }

    private func match(of id: [UInt8], in source: JoinSource) throws -> JoinMatch? {
        try source.match(of: JoinKey(id: id, batch: source.hasBatch ? batchBytes : nil))
    }
}

// MARK: Text

extension Joiner {
    /// Appends a joined row up to the value of `result`.
    ///
    /// `id` is written as in its source, without quotes.
    private func appendHead(_ id: ArraySlice<UInt8>, _ contents: [JoinContent?], to output: inout [UInt8]) {
        output += "{\"batch_id\":".utf8
        output += batchText
        output += ",\"custom_id\":\"".utf8
        output += id
        output += "\",".utf8
        for (relation, content) in zip(relations, contents) {
            output += relation.label
            relation.appendValue(content, to: &output)
            output.append(UInt8(ascii: ","))
        }
        output += "\"result\":".utf8
    }

    private func appendColumns(_ contents: [JoinContent?], to output: inout [UInt8]) {
        for (relation, content) in zip(relations, contents) { relation.appendColumns(content, to: &output) }
    }

    /// A flat row without a result and without the closing brace: all columns are null except the IDs.
    private static func flatHead(batch: [UInt8], id: [UInt8]) -> ArraySlice<UInt8> {
        let members: [(String, JSONNode)] = FlatSchema.columns.map { column in
            switch column.name {
            case "batch_id": (column.name, .verbatim(batch))
            case "custom_id": (column.name, .verbatim(id))
            default: (column.name, .null)
            }
        }
        return JSONNode.object(members).text.dropLast()
    }

    /// A line in the unmatched file: the ID, its relation, and whether the row or the result is missing.
    private func unmatchedLine(_ id: [UInt8], _ relation: JoinRelation, missing: String) -> [UInt8] {
        JSONNode.object([
            ("batch_id", .verbatim(batchText)), ("custom_id", .verbatim(id)), ("source", .text(relation.name)),
            ("missing", .text(missing)),
        ])
        .line
    }
}

/// The joined rows of one block.
struct JoinedBlock: Sendable {
    /// Joined rows, each with its line end.
    var rows: [UInt8] = []
    var rowCount = 0
    /// Lines in the unmatched file for results without a row.
    var unmatched: [UInt8] = []
    var unmatchedCount = 0
    /// The counts per relation.
    var tallies: [JoinTally]
    /// The number of the first result that is not joined yet; nil if all are.
    var rest: Int?
    /// The positions of rows that have a result, per relation and source.
    var matches: [[[Int]]]

    init(relations: [JoinRelation]) {
        tallies = [JoinTally](repeating: JoinTally(), count: relations.count)
        matches = relations.map { [[Int]](repeating: [], count: $0.sources.count) }
    }
}
