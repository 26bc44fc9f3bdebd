import JSONLines
import Testing

struct LineBlockTests {
    private func block(_ text: String) -> LineBlock {
        LineBlock(wholeLines: Array(text.utf8), sequence: 3, firstLine: 7, byteOffset: 11)
    }

    @Test func `whole lines are cut where a splitter cuts them`() throws {
        let text = "a\n\nbb\r\n\u{2028}c\n"
        var splitter = LineSplitter(sequence: 3, firstLine: 7, byteOffset: 11)
        let blocks = try splitter.append(Array(text.utf8))
        let expected = try #require(blocks.first ?? splitter.finish())
        let found = block(text)
        #expect(found.bytes == expected.bytes && found.lineEnds == expected.lineEnds)
        #expect(found.sequence == 3 && found.firstLine == 7 && found.byteOffset == 11)
        #expect(!found.endsUnterminated)
    }

    @Test func `a missing last line end is added and noted`() {
        let found = block("a\nb")
        #expect(found.bytes == Array("a\nb\n".utf8) && found.lineEnds == [2, 4] && found.endsUnterminated)
    }

    @Test func `no bytes are no lines`() {
        #expect(block("").lineEnds.isEmpty && !block("").endsUnterminated)
    }

    @Test(arguments: [
        (#""plain""#, false), (#""a\n\\b""#, false), (#""\u0041""#, true), (#""\\u0041""#, false),
        (#""x\\\u0041""#, true),
        (#""""#, false),
    ])
    func `a unicode escape is told from an escaped backslash before a u`(json: String, holds: Bool) throws {
        let found = try JSONCursor.read(Array(json.utf8)) { cursor throws(JSONSyntaxError) in
            try cursor.string().map { cursor.containsUnicodeEscape($0) }
        }
        #expect(found == holds)
    }

    @Test(arguments: [("", 0), ("a", 0), ("\n", 1), ("a\r\nb", 1), ("\n\na\n", 3)])
    func `line ends are counted`(text: String, count: Int) {
        #expect(Array(text.utf8).lineEndCount == count)
    }

    @Test func `a part of the buffer is appended as it stands`() {
        let output = JSONCursor.read(Array("[1,2]".utf8)) { cursor in
            var output: [UInt8] = [0]
            cursor.append(1..<4, to: &output)
            return output
        }
        #expect(output == [0] + Array("1,2".utf8))
    }
}
