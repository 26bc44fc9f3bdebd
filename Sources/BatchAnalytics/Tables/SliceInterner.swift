import BatchPipeline

/// Numbers the different texts of one block, starting at 0, by comparing bytes.
///
/// A repeated text needs no allocation.
///
/// Use one interner for one field of one block, such as the model: most records have the value of an earlier record. If
/// one text occurs with and without escapes, it gets two numbers, but the labels made from them are equal.
struct SliceInterner {
    /// The number of texts that are searched one by one, which is faster than a hash table for a few texts.
    private static let listLength = 8

    /// The first slice of every number; nil means that the field is missing.
    private(set) var slices: [TextSlice?] = []
    private var latest = 0
    /// Numbers by hash of the bytes, for the texts after the first ``listLength``.
    private var numbers: [UInt64: [Int]] = [:]

    /// The number of a text.
    ///
    /// `bytes` are the bytes of its block.
    mutating func number(of slice: TextSlice?, in bytes: [UInt8]) -> Int {
        if latest < slices.count, Self.areEqual(slices[latest], slice, in: bytes) { return latest }
        latest = search(slice, in: bytes)
        return latest
    }

    private mutating func search(_ slice: TextSlice?, in bytes: [UInt8]) -> Int {
        let new = slices.count
        for index in 0..<min(new, Self.listLength) where Self.areEqual(slices[index], slice, in: bytes) { return index }
        if new < Self.listLength {
            slices.append(slice)
            return new
        }
        var hash = StableHash()
        if let slice { hash.combine(bytes[slice.range]) }
        let candidates = numbers[hash.value] ?? []
        if let known = candidates.first(where: { Self.areEqual(slices[$0], slice, in: bytes) }) { return known }
        slices.append(slice)
        numbers[hash.value] = candidates + [new]
        return new
    }

    /// Compares from the end, because similar names differ there.
    private static func areEqual(_ left: TextSlice?, _ right: TextSlice?, in bytes: [UInt8]) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        guard left.isEscaped == right.isEscaped, left.end - left.start == right.end - right.start else { return false }
        var (place, other) = (Int(left.end), Int(right.end))
        while place > Int(left.start) {
            place -= 1
            other -= 1
            guard bytes[place] == bytes[other] else { return false }
        }
        return true
    }
}

extension DecodedBlock {
    /// The labels of the texts that an interner has numbered, in the order of their numbers.
    func labels(of interner: SliceInterner) -> [Label] {
        interner.slices.map { Label(text($0) ?? "") }
    }

    /// The labels of the names of models that an interner has numbered, in the order of their numbers.
    func modelLabels(of interner: SliceInterner) -> [Label] {
        interner.slices.map { Label(model: text($0) ?? "") }
    }
}

/// Numbers the different keys of one block, starting at 0.
struct KeyInterner<Key: Hashable> {
    /// The keys, in the order of their numbers.
    private(set) var keys: [Key] = []
    private var latest = 0
    private var numbers: [Key: Int] = [:]

    mutating func number(of key: Key) -> Int {
        if latest < keys.count, keys[latest] == key { return latest }
        latest = search(key)
        return latest
    }

    private mutating func search(_ key: Key) -> Int {
        if let number = numbers[key] { return number }
        keys.append(key)
        numbers[key] = keys.count - 1
        return keys.count - 1
    }
}

/// A key made of the numbers of two texts.
struct NumberPair: Hashable {
    var first: Int
    var second: Int
}
