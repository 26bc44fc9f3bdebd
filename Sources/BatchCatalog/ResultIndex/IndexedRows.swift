package import JSONLines

/// The rows of one piece of a flat file as values for SQLite: the part of indexing that can be done for many pieces at once.
package struct IndexedRows: Sendable {
    package private(set) var count = 0
    /// For each row its place, its kind and ``ResultIndexSchema/numberColumns``.
    private(set) var numbers: [Int64] = []
    /// The bytes of all texts; never empty, so that it has an address.
    private(set) var texts: [UInt8] = [0]
    /// For each row and each of ``ResultIndexSchema/textColumns`` where its bytes end; where they begin and its complement, a
    /// negative number, for null.
    private(set) var textEnds: [Int] = []
    /// What the rows are found by; one without an id has none.
    private(set) var ids: [RowID] = []

    static let numbersPerRow = 2 + ResultIndexSchema.numberColumns.count
    static let textsPerRow = ResultIndexSchema.textColumns.count
    /// `custom_id` among the texts.
    private static let idColumn = ResultIndexSchema.textColumns.firstIndex(of: "custom_id") ?? 0

    /// Reads rows of the flat table; columns of other versions are left out or stay null or 0.
    ///
    /// `number` is that of the batch in the index, `id` only for failures.
    package init(
        _ lines: LineBlock,
        of id: String,
        number: Int64,
        kinds: RowKinds
    ) throws(ResultIndexFailure) {
        let capacity = lines.lineEnds.count
        numbers.reserveCapacity(capacity * Self.numbersPerRow)
        ids.reserveCapacity(capacity)
        textEnds.reserveCapacity(capacity * Self.textsPerRow)
        texts.reserveCapacity(capacity * 64)
        var row = FlatRowReader(rows: capacity, batch: number, kinds: kinds)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(lines.bytes) { cursor throws(JSONSyntaxError) in
                for line in lines.lineEnds.indices {
                    cursor.move(to: lines.range(ofLine: line))
                    if cursor.isAtEnd() { continue }
                    try row.read(lines.range(ofLine: line), &cursor)
                    append(&row, number: number, &cursor)
                }
            }
        } catch {
            throw .badRow(batchID: id)
        }
        row.share()
    }

    /// The key of a row in `stored_rows`.
    func place(of row: Int) -> Int64 { numbers[row * Self.numbersPerRow] }

    /// How many rows from one on lie one behind the other, the first of them behind a place.
    func run(from row: Int, behind place: Int64, upTo limit: Int) -> Int {
        var run = 0
        while run < limit, row + run < count, self.place(of: row + run) == place + Int64(run) + 1 { run += 1 }
        return run
    }

    /// Where the bytes of a text stand; nil for null.
    func rangeOfText(_ index: Int) -> Range<Int>? {
        let end = textEnds[index]
        guard end >= 0 else { return nil }
        let last = index == 0 ? 1 : textEnds[index - 1]
        return (last < 0 ? ~last : last)..<end
    }

    /// The row is not changed; it would be copied for each call if it were not passed in place.
    private mutating func append(_ row: inout FlatRowReader, number: Int64, _ cursor: inout JSONCursor) {
        let place = number << 32 | row.line
        numbers.append(place)
        numbers.append(row.kind)
        numbers.append(contentsOf: row.numbers)
        if let id = row.texts[Self.idColumn] { ids.append(RowID(hash: cursor.hash(id), place: place)) }
        for token in row.texts {
            guard let token else {
                textEnds.append(~texts.count)
                continue
            }
            if token.isEscaped {
                texts.append(contentsOf: cursor.text(token).utf8)
            } else {
                cursor.append(token.range, to: &texts)
            }
            textEnds.append(texts.count)
        }
        count += 1
    }
}
