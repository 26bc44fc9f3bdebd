import BatchPipeline

/// Numbers the different texts of one block from 0, by comparing bytes: a text that came before costs no allocation.
///
/// Meant for one field of one block, such as the model: nearly every record has the value of a record before. Two
/// spellings of one text, one with escapes, get two numbers; what is made of them later is equal again.
struct SliceInterner {
    /// So many texts are searched one by one, which beats a hash table for them.
    private static let listLength = 8

    /// The first slice of every number; nil stands for a field that is missing.
    private(set) var slices: [TextSlice?] = []
    private var latest = 0
    /// Numbers by hash of the bytes, of the texts behind the first ``listLength``.
    private var numbers: [UInt64: [Int]] = [:]

    /// The number of a text of the block whose bytes are given.
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

    /// Compares from the end, where names of one family differ.
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
    /// The labels of the texts an interner has numbered, in the order of the numbers.
    func labels(of interner: SliceInterner) -> [Label] {
        interner.slices.map { Label(text($0) ?? "") }
    }
}

/// Numbers the different keys of one block from 0.
struct KeyInterner<Key: Hashable> {
    /// The keys by number.
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

/// The numbers of two texts, as a key.
struct NumberPair: Hashable {
    var first: Int
    var second: Int
}
