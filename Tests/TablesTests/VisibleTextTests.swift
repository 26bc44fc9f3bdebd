import Foundation
import JSONLines
@testable import Tables
import Testing

@Suite struct VisibleTextTests {
    @Test func `no control character is left`() {
        for value in Array(UInt32(0)...0x9F) + [0x2028, 0x2029, 0x202E, 0x2066, 0x200B, 0xFEFF, 0xE0041] {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = "a\(scalar)b".visible
            let isPlain = (0x20...0x7E).contains(value)
            #expect((shown == "a\(scalar)b") == isPlain, "U+\(String(value, radix: 16))")
            #expect(shown.unicodeScalars.contains(scalar) == isPlain)
        }
    }

    @Test(arguments: [
        ("\u{1B}[2J\u{7}", "␛[2J␇"), ("\r\n", "␍␊"), ("\u{9B}31m", "<U+009B>31m"), ("\u{202E}abc", "<U+202E>abc"),
        ("\u{7F}", "␡"),
    ])
    func `control characters are made visible`(text: String, shown: String) {
        #expect(text.visible == shown)
    }

    @Test func `JSON with escapes has no character that a terminal obeys, and reads back equal`() throws {
        let scalars =
            (UInt32(0)...0x3200).compactMap(Unicode.Scalar.init)
            + (UInt32(0xFE00)...0xFFFF).compactMap(Unicode.Scalar.init)
        let tags = (UInt32(0xDFFF0)...0xE0090).compactMap(Unicode.Scalar.init)
        let all = scalars + tags + Array("😀\u{10FFFF}".unicodeScalars)
        let text = String(String.UnicodeScalarView(all))
        let json = JSONNode.object([(text, .text(text))]).text
        let escaped = json.visibleJSON
        #expect(String(decoding: escaped, as: UTF8.self).visible.utf8.elementsEqual(escaped))
        let read = try #require(try JSONSerialization.jsonObject(with: Data(escaped)) as? [String: String])
        #expect(read.first.map { Array($0.key.unicodeScalars) } == all)
        #expect(read.first.map { Array($0.value.unicodeScalars) } == all)
    }

    @Test(arguments: [
        ("[\"\u{9B}31m\"]\n", "[\"\\u009b31m\"]\n"), ("\"\u{202E}é\"", "\"\\u202eé\""), ("\"漢\"\n\t1", "\"漢\"\n\t1"),
        ("\"\u{E0041}\"", "\"\\udb40\\udc41\""), ("\"\u{7F}\\u001b\"", "\"\\u007f\\u001b\""), ("", ""),
    ])
    func `only what terminals obey is escaped in JSON`(json: String, escaped: String) {
        #expect(String(decoding: Array(json.utf8).visibleJSON, as: UTF8.self) == escaped)
    }

    @Test func `our own colors pass, other sequences and line ends do not`() {
        let style = TerminalStyle(colors: true)
        let own = Tone.allCases.map { style.paint("a", $0) }.joined(separator: "\n")
        #expect(style.printable(own) == own)
        #expect(style.printable("\u{1B}[2Ja\u{1B}]0;t\u{7}b\r\nc\u{1B}") == "␛[2Ja␛]0;t␇b␍\nc␛")
        #expect(!TerminalStyle.plain.printable(own).contains("\u{1B}"))
    }

    @Test(arguments: ["👨‍👩‍👧‍👦", "❤️", "e\u{301}", "क्\u{200D}ष", "日本", "plain"])
    func `joiners and accents stay`(text: String) {
        #expect(Array(text.visible.unicodeScalars) == Array(text.unicodeScalars))
    }
}
