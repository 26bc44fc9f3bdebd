#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A fixed set of object keys that a cursor finds by their bytes.
///
/// Keys compare as decoded UTF-8 bytes. As `String` values, é and e + U+0301 would be equal.
package struct JSONKeyTable: Sendable {
    private struct Entry {
        /// The first bytes of the key; see ``JSONKeyTable/head(of:)``.
        var head: UInt64
        /// The range of the remaining bytes in `tails`.
        var tail: Range<Int>
        var index: Int
    }

    /// The bytes of all keys after their first eight.
    private var tails: [UInt8] = []
    /// The keys, sorted by length.
    private var entries: [Entry] = []
    /// The index of the first entry of each length.
    private var firstByLength: [Int] = []

    /// The text `,"key":` of each key, in the order of the list.
    private var labels: [UInt8] = []
    private var labelEnds: [Int] = []

    /// Creates a table; `index` returns positions in this list.
    package init(_ keys: [String]) {
        let sorted = keys.enumerated()
            .sorted { ($0.element.utf8.count, $0.offset) < ($1.element.utf8.count, $1.offset) }
        for (index, key) in sorted {
            let tail = key.utf8.dropFirst(8)
            let head = unsafe Array(key.utf8).withUnsafeBufferPointer { unsafe Self.head(of: $0) }
            entries.append(Entry(head: head, tail: tails.count..<tails.count + tail.count, index: index))
            tails += tail
        }
        for key in keys {
            labels.append(UInt8(ascii: ","))
            JSONString.append(key, to: &labels)
            labels.append(UInt8(ascii: ":"))
            labelEnds.append(labels.count)
        }
        let lengths = sorted.map(\.element.utf8.count)
        firstByLength = (0...(lengths.last ?? 0) + 1)
            .map { length in
                lengths.firstIndex { $0 >= length } ?? lengths.count
            }
    }

    /// Returns the length of the label `,"key":` of the key at a position, if the bytes start with it; otherwise 0.
    ///
    /// The first `skipped` bytes of the label are not compared and not counted.
    @inline(__always)
    func label(of index: Int, from skipped: Int, startsAt bytes: UnsafePointer<UInt8>, count: Int) -> Int {
        guard labelEnds.indices.contains(index) else { return 0 }
        let start = (index == 0 ? 0 : labelEnds[index - 1]) + skipped
        let length = labelEnds[index] - start
        guard length <= count else { return 0 }
        let isEqual = unsafe labels.withUnsafeBytes { labels in
            unsafe Self.areEqual(labels.baseAddress! + start, bytes, count: length)
        }
        return isEqual ? length : 0
    }

    /// Compares bytes, 8 to 64 of them one word at a time, which is faster than `memcmp`.
    ///
    /// The last word overlaps the one before it.
    @inline(__always)
    static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
        let right = unsafe UnsafeRawPointer(right)
        guard (8...64).contains(count) else { return unsafe memcmp(left, right, count) == 0 }
        var offset = 0
        while offset < count {
            let place = min(offset, count &- 8)
            let word = unsafe left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            guard unsafe word == right.loadUnaligned(fromByteOffset: place, as: UInt64.self) else { return false }
            offset &+= 8
        }
        return true
    }

    /// Returns the position of a key in the list, or nil.
    func index(of key: UnsafeBufferPointer<UInt8>) -> Int? {
        guard key.count &+ 1 < firstByLength.count else { return nil }
        let slots = firstByLength[key.count]..<firstByLength[key.count &+ 1]
        guard !slots.isEmpty else { return nil }
        let head = unsafe Self.head(of: key)
        for slot in slots where entries[slot].head == head {
            if unsafe entries[slot].tail.isEmpty || hasTail(entries[slot].tail, key) { return entries[slot].index }
        }
        return nil
    }

    private func hasTail(_ tail: Range<Int>, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe tails.withUnsafeBytes { tails in
            unsafe memcmp(tails.baseAddress! + tail.lowerBound, key.baseAddress! + 8, tail.count) == 0
        }
    }

    /// Returns up to eight bytes of a key as one word.
    ///
    /// Keys of the same length up to eight bytes have equal words only if they are equal.
    private static func head(of key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(key)
        switch key.count {
        case 8...: return unsafe bytes.loadUnaligned(as: UInt64.self)
        case 4...:
            let first = unsafe bytes.loadUnaligned(as: UInt32.self)
            let last = unsafe bytes.loadUnaligned(fromByteOffset: key.count &- 4, as: UInt32.self)
            return UInt64(first) | UInt64(last) << 32
        case 1...:
            let middle = unsafe bytes[key.count / 2]
            return unsafe UInt64(bytes[0]) | UInt64(middle) << 8 | UInt64(bytes[key.count &- 1]) << 16
        default: return 0
        }
    }
}
