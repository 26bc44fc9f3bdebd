import JSONLines
import Testing

struct JSONCompactionTests {
    private func compacted(_ text: String) -> String {
        String(decoding: JSONCompaction.compacted(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""), ("{}", "{}"), (" { } ", "{}"),
        ("{\n\t\"a\" : 1 ,\r\n \"b\" : [ 1 , 2 ]\n}\n", "{\"a\":1,\"b\":[1,2]}"),
        ("[ true , false , null , -1.50e+3 ]", "[true,false,null,-1.50e+3]"),
    ])
    func `white space between tokens goes`(text: String, expected: String) {
        #expect(compacted(text) == expected)
    }

    @Test(arguments: [
        "\"a b\"", "\"a\\\" b\"", "\"a\\\\\"", "\"a\\\\\\\" b\"", "\"\u{2028} \u{A0}\"", "{\"a \\\" b\":\" c \"}",
    ])
    func `white space inside strings stays, escaped quotes or not`(text: String) {
        #expect(compacted(text) == text)
    }

    @Test func `a quote behind an escaped backslash ends its string`() {
        #expect(compacted(#"{"a\\" : "b\\\"  " , "c" : 1}"#) == #"{"a\\":"b\\\"  ","c":1}"#)
    }

    @Test func `the form of numbers, escapes and key order stays`() {
        let text = #"{"b":1.0,"a":1E2,"n":12345678901234567890,"e":"\u00e9\/","b":0}"#
        #expect(compacted(text) == text)
    }

    @Test func `compacting twice changes nothing more`() {
        let once = JSONCompaction.compacted(Array("{ \"k\" : [ \"v 1\" , { } ] }".utf8))
        #expect(JSONCompaction.compacted(once) == once)
    }
}
