// Little-endian numbers, for files that only this program reads.

extension [UInt8] {
    /// Appends the lowest `bytes` bytes of a number in little-endian order.
    package mutating func append(word: UInt64, bytes: Int = 8) {
        for index in 0..<bytes { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
    }

    /// Returns the little-endian number of `bytes` bytes at an offset, which must be inside the array.
    package func word(at offset: Int, bytes: Int = 8) -> UInt64 {
        var word: UInt64 = 0
        for index in (0..<bytes).reversed() { word = word << 8 | UInt64(self[offset + index]) }
        return word
    }
}
