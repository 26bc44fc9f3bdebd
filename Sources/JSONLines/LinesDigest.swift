/// A digest of lines that does not depend on their order, on their line ends, or on how they are cut into blocks.
///
/// Two bodies with equal digests have the same lines, each the same number of times. Blocks are digested in parallel
/// and merged in any order:
///
///     var digest = LinesDigest()
///     digest.add(block)
///     digest.merge(LinesDigest(otherBlock))
///
/// Each line is hashed to 128 bits, and the hashes are added modulo 2¹²⁸. A sum counts every copy of a line; with an
/// exclusive or, two copies would cancel each other out. Lines without content are ignored, as are a carriage return
/// before the line end and a byte order mark at the start of the stream.
///
/// The hash recognizes content and detects accidents: other lines have an equal digest with a probability of about
/// 2⁻¹²⁸. It is not cryptographic, so such lines can be constructed on purpose. It reads 16 bytes per step, about five
/// times as fast as SHA-256; see `Decisions/0016-DigestOfLines.md`.
package struct LinesDigest: Sendable, Hashable {
    private var sum: UInt128 = 0

    /// Creates the digest of no lines.
    package init() {}

    /// Creates the digest of the lines of a block.
    package init(_ block: LineBlock) {
        add(block)
    }

    /// Reads a digest as ``hex`` writes it; nil for any other text.
    package init?(hex: String) {
        let digits = hex.utf8
        guard digits.count == 32, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let sum = UInt128(hex, radix: 16)
        else { return nil }
        self.sum = sum
    }

    /// The digest as 32 lowercase hexadecimal digits.
    package var hex: String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// Adds the lines of a block.
    package mutating func add(_ block: LineBlock) {
        for index in block.lineEnds.indices {
            let line = block.content(ofLine: index)
            guard block.bytes[line].contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            sum &+= unsafe block.bytes.withUnsafeBytes { unsafe Self.hash(UnsafeRawBufferPointer(rebasing: $0[line])) }
        }
    }

    /// Adds the lines of another digest.
    package mutating func merge(_ other: LinesDigest) {
        sum &+= other.sum
    }
}

// The hash of one line: two hashes of the same words with different constants, each a chain of multiplications like
// wyhash (https://github.com/wangyi-fudan/wyhash). It is part of the format of the archive and never changes.
extension LinesDigest {
    private static let firstKey: UInt64 = 0xA409_3822_299F_31D0
    private static let secondKey: UInt64 = 0x082E_FA98_EC4E_6C89

    private static func hash(_ line: UnsafeRawBufferPointer) -> UInt128 {
        // Like the keys, the first digits of pi.
        var (first, second): (UInt64, UInt64) = (0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)
        var offset = 0
        while offset + 16 <= line.count {
            let left = unsafe line.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
            let right = unsafe line.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self).littleEndian
            mix(&first, &second, left, right)
            offset += 16
        }
        // The rest of the line, padded with zeros. The length distinguishes them from zeros in the line.
        var (left, right): (UInt64, UInt64) = (0, 0)
        for index in offset..<line.count {
            let byte = UInt64(unsafe line[index])
            let shift = UInt64(8 * (index - offset))
            if shift < 64 { left |= byte << shift } else { right |= byte << (shift - 64) }
        }
        mix(&first, &second, left, right)
        let length = UInt64(line.count)
        let high = fold(first ^ secondKey, second ^ length)
        let low = fold(second ^ firstKey, first ^ length)
        return UInt128(high) << 64 | UInt128(low)
    }

    @inline(__always)
    private static func mix(_ first: inout UInt64, _ second: inout UInt64, _ left: UInt64, _ right: UInt64) {
        first = fold(left ^ firstKey, right ^ first)
        second = fold(right ^ secondKey, left ^ second)
    }

    /// Multiplies two words and folds the product to one word.
    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
