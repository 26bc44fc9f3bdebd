import Foundation
import JSONLines
import Testing

struct JSONNodeTests {
    private func text(_ node: JSONNode) -> String {
        String(decoding: node.text, as: UTF8.self)
    }

    @Test func `every kind of value is written without a blank`() {
        let node = JSONNode.object([
            ("b", .array([.null, .number(-7), .text("a\"b\n/é")])), ("a", .verbatim(Array("1.50".utf8))),
            ("", .object([])), ("c", .array([])), ("d", .optional(nil)), ("e", .optional("")),
        ])
        #expect(text(node) == #"{"b":[null,-7,"a\"b\n/é"],"a":1.50,"":{},"c":[],"d":null,"e":""}"#)
        #expect(node.line == node.text + [0x0A])
    }

    @Test func `equal contents have equal text, whatever order they are given in`() {
        let one = JSONNode.sorted([("b", .number(2)), ("é", .number(3)), ("a", .number(1)), ("x", nil)])
        let other = JSONNode.sorted([("a", .number(1)), ("b", .number(2)), ("é", .number(3))])
        #expect(text(one) == #"{"a":1,"b":2,"é":3}"# && text(other) == text(one))
        #expect(text(.counts(["z": 1, "ab": 2, "a": 3])) == #"{"a":3,"ab":2,"z":1}"#)
    }

    @Test func `any text reads back as it was`() throws {
        let all = String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar($0) })) + "\u{2028}😀"
        let read = try JSONSerialization.jsonObject(with: Data(JSONNode.array([.text(all)]).text)) as? [String]
        #expect(read == [all])
    }

    @Test func `a document has one member a line`() {
        let document = JSONNode.document([("a", .number(1)), ("b", .object([("c", .null)]))])
        #expect(String(decoding: document, as: UTF8.self) == "{\n\"a\":1,\n\"b\":{\"c\":null}\n}\n")
    }

    @Test(arguments: [
        (#"{"a":{"b":1,"c":[2]},"d":"x"}"#, nil), (#"{ "d":"x", "a":{"c":[2],"b":1}, "e":0 }"#, nil),
        (#"{"a":{"b":2,"c":[2]},"d":"x"}"#, "a.b"), (#"{"a":{"b":1,"c":[2,3]},"d":"x"}"#, "a.c"),
        (#"{"a":{"b":1},"d":"x"}"#, "a.c"), (#"{"a":{"b":1,"c":[2],"z":0},"d":"x"}"#, "a.z"),
        (#"{"a":7,"d":"x"}"#, "a"),
        (#"{"a":{"b":1,"c":[2]}}"#, "d"), ("[]", ""), ("{", ""),
    ])
    func `the first difference from a text is named by its keys`(text: String, path: String?) {
        let node = JSONNode.object([
            ("a", .object([("b", .number(1)), ("c", .array([.number(2)]))])), ("d", .text("x")),
        ])
        #expect(node.difference(from: Array(text.utf8), ignoringOtherKeys: true) == path)
    }
}
