import BatchPipeline
import JSONLines
import Testing

struct BlockReaderTests {
    private struct Broken: Error {}

    private func reader(_ body: ScriptedBody, blockSize: Int = 8, maxLineBytes: Int = 100) -> BlockReader {
        BlockReader(body, splitter: LineSplitter(blockSize: blockSize, maxLineBytes: maxLineBytes))
    }

    private func blocks(_ body: ScriptedBody) async throws -> [LineBlock] {
        var reader = reader(body)
        var blocks: [LineBlock] = []
        while let block = try await reader.next() { blocks.append(block) }
        return blocks
    }

    private let text = Array("first\n\nsecond line\r\nthird\nthe end".utf8)

    @Test func `a body cut at any byte gives the same blocks`() async throws {
        let whole = try await blocks(ScriptedBody(text))
        #expect(whole.map(\.bytes.count) == [20, 14])
        for first in 1...text.count {
            for second in 1..<8 {
                let cut = try await blocks(ScriptedBody(text, sizes: [first, second]))
                #expect(cut.map(\.bytes) == whole.map(\.bytes))
                #expect(cut.map(\.lineEnds) == whole.map(\.lineEnds))
                #expect(cut.map(\.sequence) == whole.map(\.sequence))
                #expect(cut.map(\.endsUnterminated) == whole.map(\.endsUnterminated))
            }
        }
    }

    @Test func `empty chunks have no effect`() async throws {
        let body = ScriptedBody(chunks: [[], Array("abc".utf8), [], [], Array("\n".utf8), []])
        #expect(try await blocks(body).map(\.bytes) == [Array("abc\n".utf8)])
    }

    @Test func `a body without bytes has no block`() async throws {
        #expect(try await blocks(ScriptedBody(chunks: [])).isEmpty)
        #expect(try await blocks(ScriptedBody(chunks: [[], []])).isEmpty)
    }

    @Test func `after the last block the reader returns nil every time`() async throws {
        var reader = reader(ScriptedBody(Array("a\n".utf8)))
        _ = try await reader.next()
        #expect(try await reader.next() == nil)
        #expect(try await reader.next() == nil)
    }

    @Test func `no chunk is requested before a block is wanted`() async throws {
        let counter = Counter()
        var body = ScriptedBody(chunks: (0..<6).map { _ in Array("12345678\n".utf8) })
        body.willGive = { _ in counter.add() }
        var reader = reader(body)
        #expect(counter.value == 0)
        _ = try await reader.next()
        #expect(counter.value == 1)
        _ = try await reader.next()
        #expect(counter.value == 2)
    }

    @Test func `blocks of one chunk are returned before the next chunk is requested`() async throws {
        let counter = Counter()
        var body = ScriptedBody(chunks: [Array("12345678\n12345678\n12345678\n".utf8), Array("x\n".utf8)])
        body.willGive = { _ in counter.add() }
        var reader = reader(body)
        for sequence in 0..<3 { #expect(try await reader.next()?.sequence == sequence) }
        #expect(counter.value == 1)
        #expect(try await reader.next()?.bytes == Array("x\n".utf8))
    }

    @Test func `an error of the body is thrown after the blocks before it`() async throws {
        var reader = reader(ScriptedBody(Array("12345678\nrest".utf8), failure: Broken()))
        #expect(try await reader.next()?.bytes == Array("12345678\n".utf8))
        await #expect(throws: Broken.self) { _ = try await reader.next() }
    }

    @Test func `bytes after the last line end of an interrupted body are not a block`() async throws {
        var reader = reader(ScriptedBody(Array("rest".utf8), failure: Broken()))
        await #expect(throws: Broken.self) { _ = try await reader.next() }
    }

    @Test func `a line over the limit is reported with its position, for any chunks`() async throws {
        let bytes = Array("ok\n".utf8) + [UInt8](repeating: 0x61, count: 101) + Array("\n".utf8)
        for size in [1, 7, 1_000] {
            var reader = reader(ScriptedBody(bytes, sizes: [size]))
            await #expect(throws: LineTooLong(line: 2, byteOffset: 3, limit: 100)) {
                while try await reader.next() != nil {}
            }
        }
    }
}
