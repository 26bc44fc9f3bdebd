/// A 128-bit hash of a key's decoded bytes.
///
/// Two lanes of multiply-and-fold over eight bytes at a time, similar to wyhash
/// (https://github.com/wangyi-fudan/wyhash). The hash is not cryptographic: collisions can be constructed on purpose.
/// So callers must confirm equal hashes by comparing the keys.
package struct KeyHash: Sendable, Hashable, Comparable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    // Inlined, because sorting the IDs of a batch compares them millions of times.
    @inlinable
    package static func == (left: KeyHash, right: KeyHash) -> Bool {
        left.high == right.high && left.low == right.low
    }

    @inlinable
    package static func < (left: KeyHash, right: KeyHash) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension KeyHash {
    /// Hashes the bytes of a decoded key.
    package init(_ bytes: [UInt8]) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe KeyHash($0) }
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var high: UInt64 = 0xA076_1D64_78BD_642F
        var low: UInt64 = 0xE703_7ED1_A0B4_28DB
        var offset = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while offset + 8 <= raw.count {
            let word = unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
            Self.mix(&high, &low, word)
            offset += 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < raw.count {
            tail |= UInt64(unsafe raw[offset]) << shift
            shift += 8
            offset += 1
        }
        Self.mix(&high, &low, tail)
        Self.mix(&high, &low, UInt64(raw.count))
        self.init(high: high, low: low)
    }

    private static func mix(_ high: inout UInt64, _ low: inout UInt64, _ word: UInt64) {
        high = fold(high ^ word, 0x8EBC_6AF0_9C88_C6E3)
        low = fold(low ^ word.byteSwapped, 0x5899_65CC_7537_4CC3) ^ high.byteSwapped
    }

    private static func fold(_ value: UInt64, _ multiplier: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: multiplier)
        // The value itself is mixed in, so that a product of zero does not erase the earlier input.
        return product.high ^ product.low ^ (value << 1 | value >> 63)
    }
}

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
