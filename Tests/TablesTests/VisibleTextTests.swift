@testable import Tables
import Testing

@Suite struct VisibleTextTests {
    @Test func `no control character is left`() {
        for value in Array(UInt32(0)...0x9F) + [0x2028, 0x2029, 0x202E, 0x2066, 0x200B, 0xFEFF] {
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

    @Test(arguments: ["👨‍👩‍👧‍👦", "❤️", "e\u{301}", "क्\u{200D}ष", "日本", "plain"])
    func `joiners and accents stay`(text: String) {
        #expect(Array(text.visible.unicodeScalars) == Array(text.unicodeScalars))
    }
}
