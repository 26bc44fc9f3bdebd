import BatchPipeline
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

    /// What is done with the value behind a key.
    private enum Target {
        /// It is that of the batch.
        case none
        case line
        case number(Int)
        case text(Int)
        case kind(Int)
    }

    private static let keys = JSONKeyTable(FlatSchema.columns.map(\.name))
    /// `custom_id` among the texts.
    private static let idColumn = ResultIndexSchema.textColumns.firstIndex(of: "custom_id") ?? 0
    private static let targets: [Target] = FlatSchema.columns.map { column in
        if column.name == ResultIndexSchema.lineColumn { return .line }
        if let index = ResultIndexSchema.kindColumns.firstIndex(of: column.name) { return .kind(index) }
        if let index = ResultIndexSchema.numberColumns.firstIndex(of: column.name) { return .number(index) }
        return ResultIndexSchema.textColumns.firstIndex(of: column.name).map { .text($0) } ?? .none
    }

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
        numbers.reserveCapacity(capacity * (2 + ResultIndexSchema.numberColumns.count))
        ids.reserveCapacity(capacity)
        textEnds.reserveCapacity(capacity * ResultIndexSchema.textColumns.count)
        texts.reserveCapacity(capacity * 64)
        var row = Row(kinds: kinds)
        do throws(JSONSyntaxError) {
            try JSONCursor.read(lines.bytes) { cursor throws(JSONSyntaxError) in
                for line in lines.lineEnds.indices {
                    cursor.move(to: lines.range(ofLine: line))
                    if cursor.isAtEnd() { continue }
                    try row.read(&cursor)
                    append(row, number: number, &cursor)
                }
            }
        } catch {
            throw .badRow(batchID: id)
        }
        row.known.share(with: kinds)
    }

    private mutating func append(_ row: Row, number: Int64, _ cursor: inout JSONCursor) {
        let place = number << 32 | row.line
        numbers.append(place)
        numbers.append(row.kind)
        numbers.append(contentsOf: row.numbers)
        if let id = row.texts[row.idColumn] { ids.append(RowID(hash: cursor.hash(id), place: place)) }
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

    /// One row as it is read; used again for the next one.
    private struct Row {
        let kinds: RowKinds
        var line: Int64 = 0
        var kind: Int64 = 0
        var numbers = [Int64](repeating: 0, count: ResultIndexSchema.numberColumns.count)
        var texts = [JSONToken?](repeating: nil, count: ResultIndexSchema.textColumns.count)
        let idColumn = IndexedRows.idColumn
        private var kindValues = [Range<Int>](repeating: 0..<0, count: ResultIndexSchema.kindColumns.count)
        private(set) var known: KnownKinds
        private var key: [UInt8] = []
        private let keys = IndexedRows.keys
        private let targets = IndexedRows.targets

        init(kinds: RowKinds) {
            self.kinds = kinds
            known = kinds.known
        }

        mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
            (line, kind) = (0, 0)
            for index in numbers.indices { numbers[index] = 0 }
            for index in texts.indices { texts[index] = nil }
            for index in kindValues.indices { kindValues[index] = 0..<0 }
            try cursor.beginObject()
            var place = -1
            // The columns come in the order of the schema, from every version that has the same.
            while try cursor.nextKey(in: keys, &place) {
                switch place < 0 ? .none : targets[place] {
                case .none: try cursor.skipValue()
                case .line: line = try cursor.wholeNumber(upTo: Int64(UInt32.max)) ?? 0
                case .number(let index): numbers[index] = try cursor.wholeNumber(upTo: .max) ?? 0
                case .text(let index): texts[index] = try cursor.string()
                case .kind(let index): kindValues[index] = try cursor.skipValue()
                }
            }
            try takeKind(&cursor)
        }

        /// A kind is told by the bytes of its values; they are decoded once only.
        private mutating func takeKind(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
            key.removeAll(keepingCapacity: true)
            for range in kindValues {
                cursor.append(range, to: &key)
                // No byte of JSON.
                key.append(0)
            }
            let hash = KeyHash(key)
            if let number = known.number(of: key, hash) {
                kind = number
                return
            }
            var values: [[UInt8]?] = []
            for range in kindValues { values.append(try Self.value(range, &cursor)) }
            kind = kinds.number(of: RowKind(texts: values))
            known.add(key, hash, number: kind)
        }

        private static func value(_ range: Range<Int>, _ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [UInt8]? {
            guard !range.isEmpty else { return nil }
            cursor.move(to: range)
            if try cursor.kind() == .string { return try cursor.string().map { Array(cursor.text($0).utf8) } }
            return try cursor.takeNull() ? nil : cursor.bytes(range)
        }
    }
}
