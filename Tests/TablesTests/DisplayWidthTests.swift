@testable import Tables
import Testing

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}\u{302}\u{303}", 1), ("日本語", 6), ("ｆｕｌｌ", 8), ("ﾊﾝｶｸ", 4), ("한국어", 6),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("😀", 2), ("👨‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2),
        ("עברית", 5), ("ไทย", 3), ("ก\u{E33}", 2), ("नमस्ते", 4), ("a\u{200D}b", 2), ("\u{AD}", 0), ("𠮷", 2), ("…", 1),
        ("─", 1),
    ])
    func `a text has the width that a terminal gives it`(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func `cutting never exceeds the width and never splits a character`() {
        let text = "ab日本e\u{301}👨‍👩‍👧‍👦語xyz"
        for width in 0...text.displayWidth + 1 {
            let cut = text.truncated(toWidth: width)
            #expect(cut.displayWidth <= width)
            let kept = cut.hasSuffix("…") ? String(cut.dropLast()) : cut
            #expect(text.hasPrefix(kept))
            #expect(cut.isEmpty == (width == 0))
        }
        #expect(text.truncated(toWidth: text.displayWidth) == text)
        #expect("日本".truncated(toWidth: 3) == "日…")
        #expect("日本".truncated(toWidth: 2) == "…")
    }

    @Test func `padding counts columns, not characters`() {
        #expect("日本".padded(toWidth: 6, .left) == "日本  ")
        #expect("日本".padded(toWidth: 6, .right) == "  日本")
        #expect("longer".padded(toWidth: 3, .right) == "longer")
    }
}
