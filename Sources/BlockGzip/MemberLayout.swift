/// The fixed form of every member this program writes: a gzip member (RFC 1952) that says how long it is.
///
///     offset  bytes
///     0       1F 8B 08        gzip, deflate
///     3       04              flags: an extra field follows
///     4       00 00 00 00     no time, so that equal input gives equal files
///     8       00              no remark on the compression level
///     9       FF              operating system unknown, the same on every machine
///     10      08 00           length of the extra field
///     12      4D 5A 04 00     subfield "MZ" of four bytes
///     16      size            bytes of the deflate stream, little-endian
///     20      …               the deflate stream
///     -8      CRC-32, size of the content modulo 2³², both little-endian
///
/// The `MZ` subfield is the convention of MiGz (https://github.com/linkedin/migz): any gzip reader skips it, and a reader
/// that knows it finds the next member without inflating this one.
package enum MemberLayout {
    package static let headerSize = 20
    package static let trailerSize = 8
    /// The minimum size of a member: an empty deflate stream has two bytes.
    package static let minimumSize = headerSize + 2 + trailerSize

    static let fixedHeader: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x04, 0, 0, 0, 0, 0, 0xFF, 8, 0, 0x4D, 0x5A, 4, 0,
    ]

    /// Returns the header of a member whose deflate stream has `size` bytes.
    static func header(deflateSize size: UInt32) -> [UInt8] {
        fixedHeader + littleEndian(size)
    }

    /// Returns the trailer: CRC-32 and length of the content.
    static func trailer(checksum: UInt32, contentSize: Int) -> [UInt8] {
        littleEndian(checksum) + littleEndian(UInt32(truncatingIfNeeded: contentSize))
    }

    /// Returns the size of the whole member that starts with this header; nil if the header has another form.
    ///
    /// `header` must have ``headerSize`` bytes; for a shorter one the result is nil.
    package static func memberSize(header: Span<UInt8>) -> Int? {
        guard header.count >= headerSize else { return nil }
        for index in fixedHeader.indices where header[index] != fixedHeader[index] {
            return nil
        }
        return headerSize + Int(word(in: header, at: fixedHeader.count)) + trailerSize
    }

    /// Returns the four bytes at `offset` as a little-endian number.
    static func word(in bytes: Span<UInt8>, at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}
