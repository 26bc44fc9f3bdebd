import Tables
import Testing

@testable import BatchReports

@Suite struct MarkupEscapingTests {
    @Test(arguments: [
        ("<b>&\"'`", "&lt;b&gt;&amp;&quot;&#39;&#96;"), ("plain é 日本 👨‍👩‍👧", "plain é 日本 👨‍👩‍👧"), ("", ""),
        ("\"\u{301}x", "&quot;\u{301}x"), ("<\u{338}", "&lt;\u{338}"), ("&amp;", "&amp;amp;"), ("\u{0}\n", "␀␊"),
    ])
    func `characters with a meaning in markup are written as references`(text: String, escaped: String) {
        #expect(Array(text.escapedForMarkup.unicodeScalars) == Array(escaped.unicodeScalars))
    }

    @Test func `no combining mark hides a character from escaping`() {
        for mark in (UInt32(0x300)...0x36F).compactMap(Unicode.Scalar.init) + ["\u{200D}", "\u{FE0F}", "\u{E0061}"] {
            let escaped = "<\(mark)\"\(mark)'\(mark)".escapedForMarkup.unicodeScalars
            #expect(!escaped.contains { $0 == "<" || $0 == "\"" || $0 == "'" }, "U+\(String(mark.value, radix: 16))")
        }
    }

    @Test(arguments: [
        ("run `a <b>`: or `c`.", "run <code>a &lt;b&gt;</code>: or <code>c</code>."), ("`x`", "<code>x</code>"),
        ("one ` alone", "one &#96; alone"), ("``", "<code></code>"), ("<i>", "&lt;i&gt;"),
        ("a `b` c ` d", "a &#96;b&#96; c &#96; d"),
    ])
    func `the parts between two backticks are code`(text: String, markup: String) {
        #expect(text.codeMarkup == markup)
    }

    @Test func `templates escape their values`() {
        #expect(ScalarEscaping().escapeText("\"\u{301}") == "&quot;\u{301}")
    }
}
