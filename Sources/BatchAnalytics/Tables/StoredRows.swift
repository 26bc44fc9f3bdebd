import JSONLines

/// A table as stored in a manifest: a list of names, and one short text per row.
///
///     {"names":["claude-haiku-4-5","us","batch"],"rows":["0 1 2 0 3 500 0 71204 9310"],"other":"12"}
///
/// A row contains the indices of its names in `names`, then its codes, then its numbers, without zeros at the end. One
/// text per row keeps the manifest small and quick to read.
struct StoredRows: Sendable, Equatable {
    var names: [String] = []
    var rows: [String] = []
    /// The sum of everything without a row.
    var other: String?

    var isEmpty: Bool {
        rows.isEmpty && other == nil
    }

    var node: JSONNode {
        .sorted([
            ("names", .array(names.map { .text($0) })),
            ("rows", .array(rows.map { .text($0) })),
            ("other", other.map { .text($0) }),
        ])
    }
}

/// A key that ``StoredRows`` can hold.
protocol StoredKey: BoundedKey {
    static var nameCount: Int { get }
    static var codeCount: Int { get }

    var names: [Label] { get }
    /// Small numbers that are part of the key.
    var codes: [Int] { get }

    /// Reads the names and codes that begin at an index of the row; nil if the codes are invalid.
    init?(_ row: StoredRow, from place: Int)
}

/// A value that ``StoredRows`` can hold.
protocol StoredValue: Mergeable {
    /// The numbers to store, with those that are most often 0 at the end.
    var numbers: [Int] { get }

    /// Reads the ``numbers`` that begin at an index of the row; a missing one is 0.
    init(_ row: StoredRow, from place: Int)

    /// The rank of the row if not all rows can be stored; the largest are kept.
    var weight: Int { get }
}

extension Label: StoredKey {
    static var nameCount: Int { 1 }
    static var codeCount: Int { 0 }

    var names: [Label] { [self] }
    var codes: [Int] { [] }

    init?(_ row: StoredRow, from place: Int) {
        self = row.name(place)
    }
}

// MARK: - Writing

extension BoundedTable where Key: StoredKey, Value: StoredValue {
    /// The rows with the largest weights, in at most `budget` bytes; nil for an empty table.
    func node(budget: Int) -> JSONNode? {
        let stored = stored(budget: budget)
        return stored.isEmpty ? nil : stored.node
    }

    /// The rows with the largest weights that fit into `budget` bytes of JSON.
    ///
    /// The others are added to `other`.
    func stored(budget: Int) -> StoredRows {
        var stored = StoredRows()
        var places: [Label: Int] = [:]
        var rest = other
        var room = budget
        var isFull = false
        for row in ranked(by: \.weight) {
            let newNames = Set(row.key.names.filter { places[$0] == nil })
            let namesSize = newNames.reduce(0) { $0 + $1.text.storedJSONLength + 1 }
            var text = ""
            if !isFull {
                for name in row.key.names where places[name] == nil {
                    places[name] = stored.names.count
                    stored.names.append(name.text)
                }
                let numbers = row.key.names.map { places[$0, default: 0] } + row.key.codes + row.value.numbers
                text = RowText.text(numbers)
                isFull = namesSize + text.utf8.count + 3 > room
                if isFull { stored.names.removeLast(newNames.count) }
            }
            if isFull {
                rest.merge(row.value)
            } else {
                room -= namesSize + text.utf8.count + 3
                stored.rows.append(text)
            }
        }
        if rest != Value() { stored.other = RowText.text(rest.numbers) }
        return stored
    }
}

// MARK: - Reading

extension BoundedTable where Key: StoredKey, Value: StoredValue {
    /// Reads a table stored as ``StoredRows``.
    ///
    /// - Throws: ``JSONSyntaxError``, also if the rows are damaged.
    init(from json: inout JSONCursor, capacity: Int) throws(JSONSyntaxError) {
        self.init(capacity: capacity)
        let texts = try StoredRows.texts(&json)
        var row = StoredRow(names: texts.names)
        for text in texts.rows {
            try row.read(text, from: json)
            guard row.hasNames(Key.nameCount), row.numbers.count >= Key.nameCount + Key.codeCount,
                let key = Key(row, from: 0)
            else { throw JSONSyntaxError(.unexpectedContent, at: text.range.lowerBound) }
            add(Value(row, from: Key.nameCount + Key.codeCount), to: key)
        }
        if let other = texts.other {
            try row.read(other, from: json)
            addToOther(Value(row, from: 0))
        }
    }
}

extension StoredRows {
    private enum Key: String, CaseIterable {
        case names, rows, other
    }

    private static let keys = JSONKeys<Key>()

    /// The parts of the stored form, with the rows as unparsed texts.
    fileprivate static func texts(
        _ json: inout JSONCursor
    ) throws(JSONSyntaxError) -> (names: [Label], rows: [JSONToken], other: JSONToken?) {
        var names: [Label]?
        var rows: [JSONToken]?
        var other: JSONToken?
        try json.requiredMembers(keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .names: names = try json.requiredTexts().map { Label($0) }
            case .rows:
                var tokens: [JSONToken] = []
                try json.requiredElements { json throws(JSONSyntaxError) in tokens.append(try json.requiredString()) }
                rows = tokens
            case .other: other = try json.requiredString()
            }
        }
        guard let names, let rows else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
        return (names, rows, other)
    }
}

/// One row of a stored table while it is read.
///
/// It is reused for the next row, which avoids allocations.
struct StoredRow {
    /// The names of the whole table.
    let names: [Label]
    private(set) var numbers: [Int] = []

    init(names: [Label] = []) {
        self.names = names
    }

    /// Replaces the numbers with those of a row's text.
    ///
    /// - Throws: ``JSONSyntaxError`` if the text is not a valid row.
    mutating func read(_ text: JSONToken, from json: borrowing JSONCursor) throws(JSONSyntaxError) {
        numbers.removeAll(keepingCapacity: true)
        let isRow = json.withBytes(of: text) { RowText.read($0, into: &numbers) }
        guard isRow else { throw JSONSyntaxError(.unexpectedContent, at: text.range.lowerBound) }
    }

    /// Whether the first numbers are valid indices of names.
    func hasNames(_ count: Int) -> Bool {
        numbers.count >= count && numbers.prefix(count).allSatisfy { $0 < names.count }
    }

    /// The number at an index, 0 after the end.
    subscript(_ place: Int) -> Int {
        place < numbers.count ? numbers[place] : 0
    }

    /// The name whose index is stored at `place`.
    func name(_ place: Int) -> Label {
        names[numbers[place]]
    }
}

/// Non-negative whole numbers, separated by spaces, without zeros at the end.
enum RowText {
    static func text(_ numbers: [Int]) -> String {
        let length = (numbers.lastIndex { $0 != 0 } ?? -1) + 1
        var text = ""
        for number in numbers.prefix(length) {
            if !text.isEmpty { text += " " }
            text += String(number)
        }
        return text
    }

    /// Appends the numbers of a text; returns false if the text is invalid.
    static func read(_ text: Span<UInt8>, into numbers: inout [Int]) -> Bool {
        var number = 0
        var hasDigits = false
        for index in text.indices {
            let digit = text[index] &- 0x30
            if digit <= 9 {
                let (tens, tooLarge) = number.multipliedReportingOverflow(by: 10)
                let (sum, overflow) = tens.addingReportingOverflow(Int(digit))
                guard !tooLarge, !overflow else { return false }
                number = sum
                hasDigits = true
            } else {
                guard text[index] == UInt8(ascii: " "), hasDigits else { return false }
                numbers.append(number)
                (number, hasDigits) = (0, false)
            }
        }
        if hasDigits { numbers.append(number) }
        return hasDigits || text.isEmpty
    }
}

extension String {
    /// The maximum size of this text as a JSON string in bytes, including the quotes.
    var storedJSONLength: Int {
        utf8.reduce(2) { length, byte in
            switch byte {
            // The slash counts as escaped, as in earlier versions, so that the same rows fit into a manifest.
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): length + 2
            case 0..<0x20: length + 6
            default: length + 1
            }
        }
    }
}
