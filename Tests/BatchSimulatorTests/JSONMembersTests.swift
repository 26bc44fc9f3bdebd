import BatchSimulator
import JSONLines
import Testing

struct JSONMembersTests {
    private let object = bytes(#"{ "id" : "x\u00e9" ,"n":1.50,"o":{"id":"inner"},"s":"a,b}" }"#)

    @Test func `a replaced value leaves every other byte alone`() throws {
        let changed = try JSONMembers(object).setting("n", to: bytes("null"))
        #expect(changed == bytes(#"{ "id" : "x\u00e9" ,"n":null,"o":{"id":"inner"},"s":"a,b}" }"#))
    }

    @Test func `a new member goes to the end`() throws {
        #expect(try JSONMembers(bytes(#"{"a":1 }"#)).setting("b\"", to: bytes("2")) == bytes(#"{"a":1,"b\"":2 }"#))
        #expect(try JSONMembers(bytes(" {}")).setting("b", to: bytes("2")) == bytes(#" {"b":2}"#))
    }

    @Test(arguments: [
        ("a", #"{ "b":2, "c":3}"#), ("b", #"{"a":1, "c":3}"#), ("c", #"{"a":1, "b":2}"#),
        ("d", #"{"a":1, "b":2, "c":3}"#),
    ])
    func `a removed member takes its comma with it`(key: String, rest: String) throws {
        let removed = try JSONMembers(bytes(#"{"a":1, "b":2, "c":3}"#)).removing(key)
        #expect(try jsonObject(removed).keys.sorted() == ["a", "b", "c"].filter { $0 != key })
        #expect(String(decoding: removed, as: UTF8.self).filter { $0 != " " } == rest.filter { $0 != " " })
    }

    @Test func `the only member can be removed`() throws {
        #expect(try JSONMembers(bytes(#"{"a":1}"#)).removing("a") == bytes("{}"))
    }

    @Test func `texts are decoded and keys are found by what they say`() throws {
        let members = try JSONMembers(bytes(#"{"i\u0064":"x\u00e9\n","n":1}"#))
        #expect(members.string("id") == "xé\n")
        #expect(members.string("n") == nil)
        #expect(members.string("absent") == nil)
    }

    @Test func `of two members with one key the last counts`() throws {
        let members = try JSONMembers(bytes(#"{"a":"1","a":"2"}"#))
        #expect(members.string("a") == "2")
        #expect(members.setting("a", to: bytes("3")) == bytes(#"{"a":"1","a":3}"#))
    }

    @Test(arguments: ["", "[]", "{", #"{"a":}"#, #"{"a":1} x"#, #"{"a" 1}"#])
    func `anything but one object is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONMembers(bytes(text)) }
    }

    @Test func `an edit leaves bytes that are no object alone`() {
        #expect(JSONEdit("a", "1").applied(to: bytes("[]")) == bytes("[]"))
        #expect(JSONEdit.text("a", "q\"").applied(to: bytes("{}")) == bytes(#"{"a":"q\""}"#))
        #expect(JSONEdit.text("a", nil).applied(to: bytes("{}")) == bytes(#"{"a":null}"#))
        #expect(JSONEdit("a", nil).applied(to: bytes(#"{"a":1}"#)) == bytes("{}"))
    }
}
