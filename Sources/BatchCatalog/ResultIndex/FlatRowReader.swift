import BatchPipeline
import JSONLines

/// Reads flat rows, one after the other, for what the index keeps of them.
struct FlatRowReader {
    private(set) var line: Int64 = 0
    private(set) var kind: Int64 = 0
    /// The values of ``ResultIndexSchema/numberColumns``.
    private(set) var numbers = [Int64](repeating: 0, count: ResultIndexSchema.numberColumns.count)
    /// The values of ``ResultIndexSchema/textColumns``; nil for null.
    private(set) var texts = [JSONToken?](repeating: nil, count: ResultIndexSchema.textColumns.count)

    private let batch: Int64
    private let kinds: RowKinds
    private var kindValues = [Range<Int>](repeating: 0..<0, count: ResultIndexSchema.kindColumns.count)
    private var known: KnownKinds
    private var key: [UInt8] = []
    private var stretches: RowStretches
    private let learns: Bool

    /// So few rows are read sooner than their stretches are remembered.
    private static let fewRows = 64

    /// What is done with the value behind a key.
    private enum Target {
        /// It is the same in all rows of a batch, and stands there.
        case batch
        case line
        case number(Int)
        case text(Int)
        case kind(Int)
        /// The key is of another version.
        case unknown
    }

    private let keys = Self.keys
    private let targets = Self.targets
    private static let keys = JSONKeyTable(FlatSchema.columns.map(\.name))
    /// By column, and behind the last one for every unknown key.
    private static let targets: [Target] =
        FlatSchema.columns.map { column in
            if column.name == ResultIndexSchema.lineColumn { return .line }
            if let index = ResultIndexSchema.kindColumns.firstIndex(of: column.name) { return .kind(index) }
            if let index = ResultIndexSchema.numberColumns.firstIndex(of: column.name) { return .number(index) }
            return ResultIndexSchema.textColumns.firstIndex(of: column.name).map { .text($0) } ?? .batch
        } + [.unknown]

    /// A reader of about so many rows of the batch with this number.
    init(rows: Int, batch: Int64, kinds: RowKinds) {
        self.batch = batch
        self.kinds = kinds
        known = kinds.known
        stretches = kinds.stretches(ofBatch: batch) ?? RowStretches(columns: Self.targets.count)
        learns = rows > Self.fewRows
    }

    /// Reads the row at the cursor, whose line has this range.
    mutating func read(_ range: Range<Int>, _ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        clear()
        if try readKnown(&cursor) { return }
        clear()
        cursor.move(to: range)
        try readAll(&cursor)
    }

    /// Spares other readers what this one has learnt.
    func share() {
        known.share(with: kinds)
        if learns { kinds.remember(stretches, ofBatch: batch) }
    }

    private mutating func clear() {
        (line, kind) = (0, 0)
        for index in numbers.indices { numbers[index] = 0 }
        for index in texts.indices { texts[index] = nil }
    }

    /// Reads a row that is made up of stretches of the rows before it; false if it is not.
    private mutating func readKnown(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Bool {
        guard learns else { return false }
        var place = RowStretches.Place()
        while stretches.step(&place, &cursor) {
            guard let column = place.column else {
                kind = stretches.kind(at: place) ?? 0
                return kind > 0
            }
            try take(column, &cursor)
        }
        return false
    }

    /// Reads a row key by key and remembers its stretches.
    private mutating func readAll(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        for index in kindValues.indices { kindValues[index] = 0..<0 }
        var place = learns ? RowStretches.Place() : nil
        var start = cursor.position
        key.removeAll(keepingCapacity: true)
        try cursor.beginObject()
        var index = -1
        // The columns come in the order of the schema, from every version that has the same.
        while try cursor.nextKey(in: keys, &index) {
            let column = index < 0 ? targets.count - 1 : index
            let end = cursor.position
            guard try take(column, &cursor) else {
                if case .kind(let index) = targets[column] {
                    // No byte of JSON, for less than nine columns.
                    key.append(UInt8(index))
                    cursor.append(kindValues[index], to: &key)
                }
                continue
            }
            place = place.flatMap { stretches.add(start..<end, before: column, kindValues: key, at: $0, cursor) }
            start = cursor.position
            key.removeAll(keepingCapacity: true)
        }
        place = place.flatMap { stretches.add(start..<cursor.position, before: nil, kindValues: key, at: $0, cursor) }
        try takeKind(&cursor)
        if let place { stretches.remember(kind, at: place) }
    }

    /// Reads the value of a column; whether it is one to be read in each row, and not the same in many.
    @discardableResult
    private mutating func take(_ column: Int, _ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Bool {
        switch targets[column] {
        case .batch:
            try cursor.skipValue()
            return false
        case .kind(let index):
            kindValues[index] = try cursor.skipValue()
            return false
        case .number(let index):
            numbers[index] = try cursor.wholeNumber(upTo: .max) ?? 0
            return numbers[index] != 0
        case .text(let index):
            texts[index] = try cursor.string()
            return texts[index] != nil
        case .line:
            line = try cursor.wholeNumber(upTo: Int64(UInt32.max)) ?? 0
            return true
        case .unknown:
            try cursor.skipValue()
            return true
        }
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
