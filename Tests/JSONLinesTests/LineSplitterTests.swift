import JSONLines
import Testing

struct LineSplitterTests {
    /// Splits `bytes` arriving in pieces of the given sizes, repeated.
    private func split(
        _ bytes: [UInt8],
        pieces: [Int],
        blockSize: Int = 16,
        maxLineBytes: Int = 1_000
    ) throws -> [LineBlock] {
        var splitter = LineSplitter(blockSize: blockSize, maxLineBytes: maxLineBytes)
        var blocks: [LineBlock] = []
        var offset = 0
        var turn = 0
        while offset < bytes.count {
            let next = min(offset + pieces[turn % pieces.count], bytes.count)
            blocks += try splitter.append(Array(bytes[offset..<next]))
            offset = next
            turn += 1
        }
        if let last = splitter.finish() { blocks.append(last) }
        return blocks
    }

    private func lines(_ blocks: [LineBlock]) -> [String] {
        blocks.flatMap { block in
            block.lineEnds.indices.map { String(decoding: block.bytes[block.range(ofLine: $0)], as: UTF8.self) }
        }
    }

    private let text = Array(
        "{\"a\":1}\n\n{\"b\":\"x\u{2028}y\u{85}z\"}\r\nlonger than one block of sixteen bytes\nend\n".utf8
    )

    @Test func `a stream cut at any two places gives the same blocks`() throws {
        let whole = try split(text, pieces: [text.count])
        for first in 1..<text.count {
            for second in 1..<text.count {
                let blocks = try split(text, pieces: [first, second])
                #expect(blocks.map(\.bytes) == whole.map(\.bytes))
                #expect(blocks.map(\.lineEnds) == whole.map(\.lineEnds))
                #expect(blocks.map(\.firstLine) == whole.map(\.firstLine))
                #expect(blocks.map(\.byteOffset) == whole.map(\.byteOffset))
            }
        }
    }

    @Test func `lines end at 0x0A only`() throws {
        let found = lines(try split(text, pieces: [7]))
        #expect(
            found == [
                "{\"a\":1}", "", "{\"b\":\"x\u{2028}y\u{85}z\"}\r", "longer than one block of sixteen bytes", "end",
            ]
        )
    }

    @Test func `the bytes of all blocks are the bytes that came in`() throws {
        for size in [1, 3, 16, 64, 1_000] {
            let blocks = try split(text, pieces: [5], blockSize: size)
            #expect(blocks.flatMap(\.bytes) == text)
            #expect(blocks.map(\.sequence) == Array(0..<blocks.count))
        }
    }

    @Test func `a block ends at the first line end at or behind its size`() throws {
        let blocks = try split(Array("1234567\n1234567\n1\n".utf8), pieces: [100])
        #expect(blocks.map(\.bytes.count) == [16, 2])
        let longer = try split(Array("1234567\n12345678\n1\n".utf8), pieces: [100])
        #expect(longer.map(\.bytes.count) == [17, 2])
    }

    @Test func `a missing last line end is added and noted`() throws {
        let blocks = try split(Array("a\nb".utf8), pieces: [1])
        #expect(blocks.count == 1)
        #expect(blocks[0].bytes == Array("a\nb\n".utf8))
        #expect(blocks[0].endsUnterminated)
        let complete = try split(Array("a\nb\n".utf8), pieces: [1])
        #expect(complete.map(\.endsUnterminated) == [false])
    }

    @Test func `an empty stream has no block`() throws {
        #expect(try split([], pieces: [1]).isEmpty)
    }

    @Test(arguments: [1, 4, 100]) func `a line longer than the limit stops with its place`(piece: Int) {
        let bytes = Array("ok\n".utf8) + [UInt8](repeating: 0x61, count: 11) + Array("\nok\n".utf8)
        #expect(throws: LineTooLong(line: 2, byteOffset: 3, limit: 10)) {
            _ = try split(bytes, pieces: [piece], maxLineBytes: 10)
        }
        #expect(throws: Never.self) { _ = try split(bytes, pieces: [piece], maxLineBytes: 11) }
    }

    @Test func `a splitter can go on behind blocks cut before`() throws {
        var splitter = LineSplitter(blockSize: 4, sequence: 3, firstLine: 10, byteOffset: 500)
        let blocks = try splitter.append(Array("abcd\nef\n".utf8))
        let rest = splitter.finish()
        let last = try #require(rest)
        #expect(blocks.map(\.sequence) == [3])
        #expect((last.sequence, last.firstLine, last.byteOffset) == (4, 11, 505))
    }
}
