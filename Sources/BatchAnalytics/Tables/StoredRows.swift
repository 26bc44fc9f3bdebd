/// A table as it stands in a manifest: names once, and one short text a row.
///
///     {"names":["claude-haiku-4-5","us","batch"],"rows":["0 1 2 0 3 500 0 71204 9310"],"other":"12"}
///
/// A row has first the places of its names in `names`, then its codes, then its numbers; numbers that are 0 at the end
/// are left out. One text a row keeps the manifest small, and `JSONDecoder` reads ten texts in the time of ten numbers.
struct StoredRows: Sendable, Equatable, Codable {
    var names: [String] = []
    var rows: [String] = []
    /// The numbers of everything that has no row.
    var other: String?

    var isEmpty: Bool {
        rows.isEmpty && other == nil
    }
}

/// A key that ``StoredRows`` can hold.
protocol StoredKey: BoundedKey {
    static var nameCount: Int { get }
    static var codeCount: Int { get }

    var names: [Label] { get }
    /// Small numbers that belong to the key.
    var codes: [Int] { get }

    /// Nil where the codes stand for nothing.
    init?(names: [Label], codes: [Int])
}

/// A value that ``StoredRows`` can hold.
protocol StoredValue: Mergeable {
    /// Those most often 0 last.
    var numbers: [Int] { get }

    /// Takes numbers as ``numbers`` gave them; a missing one is 0.
    init(numbers: [Int])

    /// By what rows are ranked when not all can be stored.
    var weight: Int { get }
}

extension Label: StoredKey {
    static var nameCount: Int { 1 }
    static var codeCount: Int { 0 }

    var names: [Label] { [self] }
    var codes: [Int] { [] }

    init?(names: [Label], codes: [Int]) {
        self = names[0]
    }
}

// MARK: - Writing

extension BoundedTable where Key: StoredKey, Value: StoredValue {
    /// The heaviest rows that fit into `budget` bytes of JSON; the rest is added up under `other`.
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
    /// The table of stored rows; nil if they are damaged.
    init?(_ stored: StoredRows, capacity: Int) {
        self.init(capacity: capacity)
        let names = stored.names.map { Label($0) }
        for text in stored.rows {
            guard
                let numbers = RowText.numbers(text), numbers.count >= Key.nameCount + Key.codeCount,
                numbers.prefix(Key.nameCount).allSatisfy({ names.indices.contains($0) }),
                let key = Key(
                    names: numbers.prefix(Key.nameCount).map { names[$0] },
                    codes: Array(numbers.dropFirst(Key.nameCount).prefix(Key.codeCount))
                )
            else { return nil }
            add(Value(numbers: Array(numbers.dropFirst(Key.nameCount + Key.codeCount))), to: key)
        }
        if let other = stored.other {
            guard let numbers = RowText.numbers(other) else { return nil }
            addToOther(Value(numbers: numbers))
        }
    }
}

extension [Int] {
    /// The number at a place, 0 behind the end.
    subscript(orZero index: Int) -> Int {
        index < count ? self[index] : 0
    }
}

/// Whole numbers from 0 on, with a space between two, without zeros at the end.
enum RowText {
    static func text(_ numbers: [Int]) -> String {
        let length = (numbers.lastIndex { $0 != 0 } ?? -1) + 1
        return numbers.prefix(length).map(String.init).joined(separator: " ")
    }

    static func numbers(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        var number: Int?
        for byte in text.utf8 {
            if byte == UInt8(ascii: " ") {
                guard let complete = number else { return nil }
                numbers.append(complete)
                number = nil
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            let (tens, tooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(Int(byte - 0x30))
            guard !tooLarge, !overflow else { return nil }
            number = sum
        }
        if let number { numbers.append(number) }
        return text.isEmpty || number != nil ? numbers : nil
    }
}

extension String {
    /// The bytes this takes as a JSON string at most, quotes included, `/` escaped as some encoders do.
    var storedJSONLength: Int {
        utf8.reduce(2) { length, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): length + 2
            case 0..<0x20: length + 6
            default: length + 1
            }
        }
    }
}
