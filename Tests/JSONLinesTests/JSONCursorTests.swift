import JSONLines
import Testing

struct JSONCursorTests {
    /// The reason why `bytes` is no JSON text, or nil.
    private func fault(_ bytes: [UInt8]) -> JSONSyntaxError.Reason? {
        do {
            try JSONCursor.read(bytes) { cursor throws(JSONSyntaxError) in
                try cursor.skipValue()
                try cursor.expectEnd()
            }
            return nil
        } catch {
            return error.reason
        }
    }

    private func fault(_ text: String) -> JSONSyntaxError.Reason? {
        fault(Array(text.utf8))
    }

    @Test(arguments: [
        "{}", "[]", " { } ", "[ ]", "0", "-0", "1", "-12.5e+10", "1E5", "1e-5", "true", "false", "null", "\"\"",
        "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"\\udc00x\"",
        "\"\\ud800\\ud800\"",
        "{\"a\":[1,2,{\"b\":null}],\"a\":{}}", "[[[[]]],{}]", "\t\r\n{\"a\" : 1 ,\n\"b\" : [ 1 , 2 ] }\r",
        "123456789012345678901234567890", "1e999", "\"\u{2028}\u{85}\u{7F}é漢😀\"",
    ])
    func `text that the grammar allows passes`(text: String) {
        #expect(fault(text) == nil)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd), (" ", .unexpectedEnd), ("{", .unexpectedEnd), ("[", .unexpectedEnd),
            ("[1", .unexpectedEnd),
            ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd), ("{\"a\":1", .unexpectedEnd),
            ("\"abc", .unexpectedEnd),
            ("\"ab\\", .unexpectedEnd), ("\"\\u12", .unexpectedEnd), ("-", .unexpectedEnd), ("1.", .unexpectedEnd),
            ("1e", .unexpectedEnd), ("tru", .unexpectedEnd), ("{a:1}", .expectedKey), ("{1:1}", .expectedKey),
            ("{\"a\":1,}", .expectedKey), ("[1,]", .expectedValue), ("[,1]", .expectedValue), ("{,}", .expectedKey),
            ("{\"a\" 1}", .expectedColon), ("{\"a\":1 \"b\":2}", .expectedCommaOrBrace),
            ("[1 2]", .expectedCommaOrBracket),
            ("[1}", .expectedCommaOrBracket), ("{\"a\":1]", .expectedCommaOrBrace), ("01", .trailingBytes),
            ("1 2", .trailingBytes), ("{}}", .trailingBytes), ("+1", .expectedValue), (".5", .expectedValue),
            ("1.x", .badNumber), ("1e+", .unexpectedEnd), ("-x", .badNumber), ("nul1", .badLiteral),
            ("True", .expectedValue),
            ("NaN", .expectedValue), ("'a'", .expectedValue), ("\"a\\x\"", .badEscape), ("\"\\u12g4\"", .badEscape),
            ("\"a\tb\"", .controlCharacter), ("\"a\nb\"", .controlCharacter), ("\"\u{0}\"", .controlCharacter),
            ("{\"a\":1}//", .trailingBytes), ("\u{FEFF}{}", .expectedValue),
        ] as [(String, JSONSyntaxError.Reason)]
    )
    func `text that the grammar forbids is refused with its reason`(text: String, reason: JSONSyntaxError.Reason) {
        #expect(fault(text) == reason)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused wherever they stand`(bytes: [UInt8]) {
        for padding in 0..<17 {
            let text = Array("\"".utf8) + [UInt8](repeating: 0x61, count: padding) + bytes + Array("b\"".utf8)
            #expect(fault(text) == .badUTF8)
        }
    }

    @Test func `every scalar value passes as UTF-8 and keeps its length`() throws {
        for value in stride(from: 0x20 as UInt32, through: 0x10_FFFF, by: 37) {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            let text = "\"" + String(Character(scalar)) + "\""
            let length = try JSONCursor.read(Array(text.utf8)) { cursor throws(JSONSyntaxError) in
                try cursor.string()?.decodedLength
            }
            #expect(length == text.utf8.count - 2)
        }
    }

    @Test func `a text cut anywhere is refused and never read beyond its end`() {
        let text = Array("{\"k\\u00e9\":[1.5e3,true,null,\"x\\ud83d\\ude00é漢😀\",{\"z\":[]}],\"q\":-0}".utf8)
        #expect(fault(text) == nil)
        for end in 0..<text.count {
            #expect(fault(Array(text[..<end])) != nil)
        }
    }

    @Test func `nesting is allowed up to 1024 levels`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(fault(nested(1_024)) == nil)
        #expect(fault(nested(1_025)) == .tooDeep)
        let objects = String(repeating: "{\"a\":", count: 1_024) + "1" + String(repeating: "}", count: 1_024)
        #expect(fault(objects) == nil)
        #expect(fault("[" + objects + "]") == .tooDeep)
    }

    @Test func `depth counts what the caller has opened`() {
        let deep = "[" + String(repeating: "[", count: 1_024) + String(repeating: "]", count: 1_024) + "]"
        #expect(throws: JSONSyntaxError(.tooDeep, at: 1_024)) {
            try JSONCursor.read(Array(deep.utf8)) { cursor throws(JSONSyntaxError) in
                try cursor.beginArray()
                _ = try cursor.nextElement()
                try cursor.skipValue()
            }
        }
    }

    @Test func `members come in order, with decoded keys, whatever the spacing`() throws {
        let text = Array(" { \"a\" : 1,\"\\u0062\":[ 10 , 20 ] , \"c\":{} , \"é\":\"v\" } ".utf8)
        let table = JSONKeyTable(["b", "a", "é", "missing"])
        let found = try JSONCursor.read(text) { cursor throws(JSONSyntaxError) in
            var found: [String] = []
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                found.append("\(cursor.text(key))=\(cursor.index(of: key, in: table) ?? -1)")
                if try cursor.kind() == .array {
                    try cursor.beginArray()
                    while try cursor.nextElement() {
                        found.append("\(try cursor.wholeNumber(upTo: 100) ?? -1)")
                    }
                } else {
                    try cursor.skipValue()
                }
            }
            try cursor.expectEnd()
            return found
        }
        #expect(found == ["a=1", "b=0", "10", "20", "c=-1", "é=2"])
    }

    @Test(arguments: [
        #"{"id":1,"a\"b":2,"n":3}"#, #"{"n":3,"a\"b":2,"id":1}"#, #" { "id" : 1 ,"a\u0022b":2, "n":3 } "#,
        #"{"id":0,"id":1,"a\"b":2,"n":3}"#, #"{"ido":[{}],"id":1,"a\"b":2,"n" :3,"":null}"#,
        #"{"i":0,"id":1,"x":",\"n\":","a\"b":2,"n":3}"#,
    ])
    func `keys are found in whatever order and spacing they stand`(text: String) throws {
        let keys = JSONKeyTable(["id", "a\"b", "n"])
        let found = try JSONCursor.read(Array(text.utf8)) { cursor throws(JSONSyntaxError) in
            var found: [Int: Int64] = [:]
            #expect(try cursor.enterObject())
            var place = -1
            while try cursor.nextKey(in: keys, &place) {
                if place < 0 {
                    try cursor.skipValue()
                } else {
                    found[place] = try cursor.wholeNumber(upTo: 9)
                }
            }
            try cursor.expectEnd()
            return found
        }
        #expect(found == [0: 1, 1: 2, 2: 3])
    }

    @Test func `an object cut anywhere is no object, whatever key is expected`() throws {
        let keys = JSONKeyTable(["id", "n"])
        let text = #"{"id":12,"n":3}"#
        for end in 1..<text.utf8.count {
            #expect(throws: JSONSyntaxError.self) {
                try JSONCursor.read(Array(text.utf8.prefix(end))) { cursor throws(JSONSyntaxError) in
                    var place = -1
                    guard try cursor.enterObject() else { return }
                    while try cursor.nextKey(in: keys, &place) { _ = try cursor.wholeNumber(upTo: 99) }
                }
            }
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("12", 12), ("999999999999999999", nil), ("99", 99), ("100", nil), ("00", nil),
            ("01", nil),
            ("1.0", nil), ("1e1", nil), ("-1", nil), ("1 ", 1), ("123456789012345678901", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func `a whole number is read the same with and without something behind it`(number: String, value: Int64?) {
        for (start, end) in [("", ""), ("[", "]"), ("[", ",1]"), ("[", " ]")] {
            let read = try? JSONCursor.read(Array("\(start)\(number)\(end)".utf8)) { cursor throws(JSONSyntaxError) in
                if start != "", try cursor.enterArray() { _ = try cursor.nextElement() }
                let value = try cursor.wholeNumber(upTo: 99)
                if start != "" {
                    while try cursor.nextElement() { try cursor.skipValue() }
                }
                try cursor.expectEnd()
                return value
            }
            #expect(read == value, "\(start)\(number)\(end)")
        }
    }

    @Test func `keys compare by bytes, not by canonical equivalence`() throws {
        let table = JSONKeyTable(["caf\u{E9}"])
        let found = try JSONCursor.read(Array("{\"cafe\u{301}\":1}".utf8)) { cursor throws(JSONSyntaxError) in
            try cursor.beginObject()
            let key = try cursor.nextKey()
            return key.flatMap { cursor.index(of: $0, in: table) }
        }
        #expect(found == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("12", 12), ("1000", 1_000), ("1001", nil), ("-1", nil), ("1.0", nil), ("1e2", nil),
            ("\"5\"", nil),
            ("null", nil), ("99999999999999999999999", nil), ("{}", nil),
        ] as [(String, Int64?)]
    )
    func `a whole number is read only where it is one`(text: String, value: Int64?) throws {
        let found = try JSONCursor.read(Array(text.utf8)) { cursor throws(JSONSyntaxError) in
            let number = try cursor.wholeNumber(upTo: 1_000)
            try cursor.expectEnd()
            return number
        }
        #expect(found == value)
    }

    @Test(
        arguments: [
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("9999999999999999999", nil),
            ("10000000000000000000", nil), ("0", 0),
        ] as [(String, Int?)]
    )
    func `a number that has to be there may be the largest there is`(text: String, value: Int?) throws {
        let found = try? JSONCursor.read(Array(text.utf8)) { cursor throws(JSONSyntaxError) in
            try cursor.requiredNumber()
        }
        #expect(found == value)
    }

    @Test(arguments: ["null", "\"1\"", "[]", "-1", "1.5"])
    func `a value of another kind is no number that has to be there`(text: String) {
        #expect(throws: JSONSyntaxError.self) {
            try JSONCursor.read(Array(text.utf8)) { cursor throws(JSONSyntaxError) in try cursor.requiredNumber() }
        }
    }

    @Test func `the bytes of a token are decoded only where it has escapes`() throws {
        let texts = try JSONCursor.read(Array(#"["a b","a\/\u00e9"]"#.utf8)) { cursor throws(JSONSyntaxError) in
            var texts: [String] = []
            try cursor.requiredElements { cursor throws(JSONSyntaxError) in
                let token = try cursor.requiredString()
                texts.append(
                    cursor.withBytes(of: token) { bytes in
                        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
                    }
                )
            }
            return texts
        }
        #expect(texts == ["a b", "a/é"])
    }

    @Test func `skipping gives the place of the value`() throws {
        let text = Array("[ {\"a\": 1} , \"x\"]".utf8)
        let places = try JSONCursor.read(text) { cursor throws(JSONSyntaxError) in
            var places: [Range<Int>] = []
            try cursor.beginArray()
            while try cursor.nextElement() { places.append(try cursor.skipValue()) }
            return places
        }
        #expect(places == [2..<10, 13..<16])
    }

    @Test(arguments: [
        ("", true), (" ", true), ("\\n\\t ", true), ("\\u0020", true), ("\u{A0}\u{3000}", true), ("a", false),
        ("  a", false), ("\\na", false), ("\u{200B}", false), ("é", false),
    ])
    func `blank means nothing but white space`(text: String, blank: Bool) throws {
        let found = try JSONCursor.read(Array("\"\(text)\"".utf8)) { cursor throws(JSONSyntaxError) in
            let token = try cursor.string()
            return token.map { cursor.isBlank($0) }
        }
        #expect(found == blank)
    }
}
