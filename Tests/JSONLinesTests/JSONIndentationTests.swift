import JSONLines
import Testing

struct JSONIndentationTests {
    private func indented(_ text: String) -> String {
        String(decoding: JSONIndentation.indented(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("1", "1"), ("{ }", "{}"), ("[ ]", "[]"), ("{\"a\":1}", "{\n  \"a\": 1\n}"),
        ("[1,{\"a\":[]},\"x\"]", "[\n  1,\n  {\n    \"a\": []\n  },\n  \"x\"\n]"),
    ])
    func `members stand on lines of their own`(text: String, expected: String) {
        #expect(indented(text) == expected)
    }

    @Test(arguments: [#""{a:[1,2]}""#, #""\\" "#, #""a\"{,}\"b""#, #""\\\"[""#])
    func `strings stay as they are`(text: String) {
        #expect(indented(text) == text.filter { $0 != " " })
    }

    @Test func `nothing but white space is added`() {
        let text = #"{"b":1.0,"a":[1E2,{"n":12345678901234567890}],"e":"\u00e9\/ x"}"#
        #expect(JSONCompaction.compacted(Array(indented(text).utf8)) == Array(text.utf8))
    }
}
