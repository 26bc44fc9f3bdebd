import JSONLines
import Testing

struct LinesDigestTests {
    private func digest(_ body: String, blockSize: Int = 1_000_000) throws -> LinesDigest {
        var splitter = LineSplitter(blockSize: blockSize)
        var digests = try splitter.append(Array(body.utf8)).map { LinesDigest($0) }
        if let last = splitter.finish() { digests.append(LinesDigest(last)) }
        // In reverse, because blocks are digested in parallel.
        return digests.reversed().reduce(into: LinesDigest()) { $0.merge($1) }
    }

    /// Computed by a program in another language; the digest is part of the format of the archive.
    @Test(arguments: [
        ("", "00000000000000000000000000000000"),
        ("0123456789abcdef", "0a1c57b4b31d541b87dc3d3c15b5a472"),
        ("{\"a\":1}\n{\"b\":\"0123456789abcdef\"}\r\n", "8b7b342568a259493c353dcfa321e6bf"),
    ])
    func `the digest of known lines never changes`(body: String, hex: String) throws {
        #expect(try digest(body).hex == hex)
    }

    @Test(arguments: [
        "b\na\nc\n", "a\r\nb\r\nc\r\n", "a\nb\nc", "\n\na\n \t\nb\n\r\nc\n", "\u{FEFF}a\nb\nc\n", "c\r\n\n\na\nb",
    ])
    func `order, line ends, empty lines and a byte order mark do not matter`(body: String) throws {
        #expect(try digest(body) == digest("a\nb\nc\n"))
    }

    @Test(arguments: [
        "a\nb\n", "a\nb\nc\nc\n", "a\na\nb\n", "a\nb\nc\nd\n", "a\nb\nC\n", "ab\nc\n", " a\nb\nc\n", "abc\n",
    ])
    func `every line counts as often as it occurs, with all its bytes`(body: String) throws {
        #expect(try digest(body) != digest("a\nb\nc\n"))
    }

    @Test func `two copies of a line do not cancel each other out`() throws {
        #expect(try digest("a\na\n") != digest("b\nb\n"))
        #expect(try digest("a\na\n") != LinesDigest())
    }

    @Test func `block boundaries do not matter`() throws {
        let body = (0..<100).map { "{\"custom_id\":\"request-\($0)\"}\n" }.joined()
        let whole = try digest(body)
        for size in [1, 50, 333] { #expect(try digest(body, blockSize: size) == whole) }
    }

    @Test func `every bit of a line of any length counts`() throws {
        for length in 1...40 {
            let line = [UInt8](repeating: 0x61, count: length)
            var seen: Set<LinesDigest> = [LinesDigest(block(line)), LinesDigest(block(line + [0]))]
            for bit in 0..<(8 * length) {
                var other = line
                other[bit / 8] ^= 1 << UInt8(bit % 8)
                seen.insert(LinesDigest(block(other)))
            }
            #expect(seen.count == 8 * length + 2)
        }
    }

    @Test func `a hundred thousand similar lines have as many digests`() throws {
        let digests = (0..<100_000).map { LinesDigest(block(Array("{\"custom_id\":\"request-\($0)\"}".utf8))) }
        #expect(Set(digests).count == digests.count)
    }

    @Test func `the text of a digest is read back, and other text is not a digest`() throws {
        let digest = try digest("a\n")
        #expect(LinesDigest(hex: digest.hex) == digest)
        #expect(LinesDigest(hex: LinesDigest().hex) == LinesDigest())
        let hex = digest.hex
        for text in [
            "", String(hex.dropLast()), hex + "0", hex.uppercased(), "+" + hex.dropFirst(), "g" + hex.dropFirst(),
        ] {
            #expect(LinesDigest(hex: text) == nil, "\(text)")
        }
    }

    /// A block with one line.
    private func block(_ line: [UInt8]) -> LineBlock {
        LineBlock(bytes: line + [0x0A], lineEnds: [line.count + 1], sequence: 0, firstLine: 1, byteOffset: 0)
    }
}
