import Foundation
import JSONLines
import Testing

struct JSONStringTests {
    private func token(_ escaped: String) throws -> (text: String, key: [UInt8], length: Int, hash: KeyHash) {
        let parts = try JSONCursor.read(Array("\"\(escaped)\"".utf8)) { cursor throws(JSONSyntaxError) in
            let token = try cursor.string()
            return token.map { (cursor.text($0), cursor.keyBytes($0), $0.decodedLength, cursor.hash($0)) }
        }
        return try #require(parts)
    }

    @Test(arguments: [
        ("abc", "abc"), ("a\\u0062c", "abc"), ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{C}\n\r\t"),
        ("\\u00e9\\u6f22", "é漢"), ("\\ud83d\\uDE00!", "😀!"), ("\\u0000", "\0"), ("\\ud800", "\u{FFFD}"),
        ("\\udc00x", "\u{FFFD}x"), ("\\ud800\\ud83d\\ude00", "\u{FFFD}😀"), ("\\ud800\\n", "\u{FFFD}\n"),
        ("é\\u0301", "é\u{301}"), ("\\\\u0041", "\\u0041"),
    ])
    func `escapes decode to their text and its length`(escaped: String, text: String) throws {
        let found = try token(escaped)
        #expect(Array(found.text.utf8) == Array(text.utf8))
        #expect(found.length == text.utf8.count)
    }

    @Test func `decoding agrees with an independent decoder`() throws {
        for unit in stride(from: 1, to: 0xD800, by: 13) {
            let escaped = "x\\u" + String(format: "%04x", unit) + "y"
            let other = try JSONDecoder().decode(String.self, from: Data("\"\(escaped)\"".utf8))
            #expect(try token(escaped).text == other)
        }
    }

    @Test func `an escaped key equals the same key written plainly`() throws {
        #expect(try token("a\\u0062").key == token("ab").key)
        #expect(try token("a\\u0062").hash == token("ab").hash)
        #expect(try token("\\u00e9").key == token("é").key)
        #expect(try token("e\\u0301").key != token("é").key)
    }

    @Test func `lone surrogates differ from one another and from their text`() throws {
        let keys = try [token("\\ud800").key, token("\\ud801").key, token("\\\\ud800").key, token("\u{FFFD}").key]
        #expect(Set(keys).count == 4)
    }

    @Test func `what is written reads back as the same text`() throws {
        let text = "quote \" backslash \\ newline \n tab \t return \r bell \u{7} unit \u{1F} é 漢 😀 \u{2028}"
        var bytes: [UInt8] = []
        JSONString.append(text, to: &bytes)
        #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == text)
        #expect(!bytes.contains(0x0A))
    }
}
