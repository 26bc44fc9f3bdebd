/// A fixed set of object keys that a cursor tells apart by their bytes in one step.
///
/// Keys compare as decoded UTF-8 bytes, never as `String`, which holds é and e + U+0301 for equal.
package struct JSONKeyTable: Sendable {
    private struct Entry {
        var length: Int
        var offset: Int
        var index: Int
    }

    private var storage: [UInt8] = []
    /// Sorted by length.
    private var entries: [Entry] = []
    /// For each length the first entry of that length.
    private var firstByLength: [Int] = []

    /// A table of keys; `index` gives the position in this list.
    package init(_ keys: [String]) {
        for (index, key) in keys.enumerated() {
            let bytes = Array(key.utf8)
            entries.append(Entry(length: bytes.count, offset: storage.count, index: index))
            storage += bytes
        }
        entries.sort { ($0.length, $0.index) < ($1.length, $1.index) }
        let longest = entries.last?.length ?? 0
        firstByLength = (0...longest + 1).map { length in
            entries.firstIndex { $0.length >= length } ?? entries.count
        }
    }

    /// The position of a key in the list, or nil.
    func index(of key: UnsafeBufferPointer<UInt8>) -> Int? {
        guard key.count + 1 < firstByLength.count else { return nil }
        return unsafe storage.withUnsafeBufferPointer { storage in
            for slot in firstByLength[key.count]..<firstByLength[key.count + 1] {
                let entry = entries[slot]
                var position = 0
                while position < key.count, unsafe key[position] == storage[entry.offset + position] {
                    position += 1
                }
                if position == key.count { return entry.index }
            }
            return nil
        }
    }
}
