/// Finds a key in the chunks of a body, also across the border of two chunks.
///
/// The search reads about two bytes per key length (Boyer-Moore-Horspool with pairs of bytes), so that an export is not
/// slower with it.
struct KeySearch: Sendable {
    /// The shortest key to search for; a shorter text, such as a placeholder, may be ordinary content.
    static let minimumLength = 12

    private let key: [UInt8]
    /// How far the search may move on if this pair of bytes is at the place of the key's last two bytes; 0 if the key
    /// may end there.
    private let shifts: [UInt16]
    /// The end of the bytes so far, which may contain the beginning of the key.
    private var tail: [UInt8] = []

    /// Creates a search; nil if the key is shorter than ``minimumLength``.
    init?(_ key: String) {
        self.key = Array(key.utf8)
        let length = self.key.count
        guard (Self.minimumLength...Int(UInt16.max)).contains(length) else { return nil }
        var shifts = [UInt16](repeating: UInt16(length - 1), count: Self.pairs)
        for index in 1..<length {
            shifts[Self.pair(self.key[index - 1], self.key[index])] = UInt16(length - 1 - index)
        }
        self.shifts = shifts
    }

    private static let pairs = 4_096

    /// The place of a pair of bytes in the table; different pairs may share one.
    private static func pair(_ first: UInt8, _ second: UInt8) -> Int {
        (Int(first) << 5 ^ Int(second)) & (pairs - 1)
    }

    /// Returns whether the key is in these bytes, or begins in the bytes before and ends in these.
    mutating func finds(in chunk: [UInt8]) -> Bool {
        let border = tail + chunk.prefix(key.count - 1)
        tail = Array((chunk.count < key.count ? border : chunk).suffix(key.count - 1))
        return contains(border) || contains(chunk)
    }

    /// Returns whether the key is in these bytes.
    func contains(_ bytes: [UInt8]) -> Bool {
        let (key, shifts, last) = (key.span, shifts.span, key.count - 1)
        let bytes = bytes.span
        var end = last
        while end < bytes.count {
            let shift = Int(shifts[Self.pair(bytes[end - 1], bytes[end])])
            if shift == 0 {
                var index = 0
                while index <= last, bytes[end - last + index] == key[index] { index += 1 }
                if index > last { return true }
            }
            end += max(shift, 1)
        }
        return false
    }
}

extension KeySearch: Redacted {}
