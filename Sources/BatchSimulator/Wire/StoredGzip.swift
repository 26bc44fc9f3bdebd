/// Writes a gzip member of any length whose deflate blocks are stored without compression (RFC 1951, 3.2.4; RFC 1952).
///
/// It is used for generated bodies. Clients can decompress it like any other gzip data, and it is ten times as fast as
/// zlib.
struct StoredGzip: Sendable {
    private static let maxBlock = 65_535

    private var checksum = Checksum()
    private var count = 0
    private var hasHeader = false

    /// Appends content as stored blocks, after the header if it is the first content.
    mutating func append(_ content: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + content.count + 64)
        appendHeader(to: &output)
        for start in stride(from: 0, to: content.count, by: Self.maxBlock) {
            let block = content[start..<min(content.count, start + Self.maxBlock)]
            Self.appendBlockHeader(size: block.count, isLast: false, to: &output)
            output += block
        }
        checksum.update(content)
        count += content.count
    }

    /// Appends the empty last block and the trailer.
    mutating func finish(to output: inout [UInt8]) {
        appendHeader(to: &output)
        Self.appendBlockHeader(size: 0, isLast: true, to: &output)
        output.appendWord(checksum.value)
        output.appendWord(UInt32(truncatingIfNeeded: count))
    }

    private mutating func appendHeader(to output: inout [UInt8]) {
        guard !hasHeader else { return }
        hasHeader = true
        output += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    }

    private static func appendBlockHeader(size: Int, isLast: Bool, to output: inout [UInt8]) {
        let size = UInt16(size)
        output.append(isLast ? 1 : 0)
        for word in [size, ~size] {
            output += [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
        }
    }
}

/// The CRC-32 of gzip (RFC 1952, 8), computed eight bytes at a time with eight tables.
private struct Checksum: Sendable {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            tables[index] = (0..<8)
                .reduce(UInt32(index)) { value, _ in
                    value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
                }
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = (previous >> 8) ^ tables[Int(previous & 255)]
        }
        return tables
    }()

    private var state: UInt32 = .max

    var value: UInt32 { ~state }

    mutating func update(_ bytes: [UInt8]) {
        let tables = Self.tables
        var state = self.state
        var offset = 0
        while offset + 8 <= bytes.count {
            state ^= UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
            state ^= UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24
            let low =
                tables[1_792 + Int(state & 255)] ^ tables[1_536 + Int(state >> 8 & 255)]
                ^ tables[1_280 + Int(state >> 16 & 255)] ^ tables[1_024 + Int(state >> 24)]
            let high =
                tables[768 + Int(bytes[offset + 4])] ^ tables[512 + Int(bytes[offset + 5])]
                ^ tables[256 + Int(bytes[offset + 6])] ^ tables[Int(bytes[offset + 7])]
            state = low ^ high
            offset += 8
        }
        while offset < bytes.count {
            state = (state >> 8) ^ tables[Int((state ^ UInt32(bytes[offset])) & 255)]
            offset += 1
        }
        self.state = state
    }
}

extension [UInt8] {
    fileprivate mutating func appendWord(_ word: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }
}
