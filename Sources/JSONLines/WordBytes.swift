// Whole numbers in the files that only this program reads: least significant byte first.

extension [UInt8] {
    /// Appends so many bytes of a number, least significant byte first.
    package mutating func append(word: UInt64, bytes: Int = 8) {
        for index in 0..<bytes { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }

    /// The number that was appended at an offset, which so many bytes must follow.
    package func word(at offset: Int, bytes: Int = 8) -> UInt64 {
        var word: UInt64 = 0
        for index in (0..<bytes).reversed() { word = word << 8 | UInt64(self[offset + index]) }
        return word
    }
}
