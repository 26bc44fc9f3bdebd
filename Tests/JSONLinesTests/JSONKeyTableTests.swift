import JSONLines
import Testing

struct JSONKeyTableTests {
    /// Looks `key` up as a cursor does; `escaped` writes its first byte as an escape.
    private func index(of key: String, in table: JSONKeyTable, escaped: Bool = false) throws -> Int? {
        var text = key
        if escaped, let first = key.unicodeScalars.first {
            let digits = String(first.value, radix: 16)
            text = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            text.unicodeScalars.append(contentsOf: key.unicodeScalars.dropFirst())
        }
        return try JSONCursor.read(Array("\"\(text)\"".utf8)) { cursor throws(JSONSyntaxError) in
            let token = try cursor.string()
            return token.flatMap { cursor.index(of: $0, in: table) }
        }
    }

    /// Keys of every length up to 20 that differ from "aaaa…" in one byte.
    private var similarKeys: [String] {
        (0...20)
            .flatMap { length in
                [String(repeating: "a", count: length)]
                    + (0..<length)
                    .map { place in
                        String((0..<length).map { $0 == place ? "b" : "a" })
                    }
            }
    }

    @Test func `keys that differ in any one byte or in their length are told apart`() throws {
        let keys = similarKeys
        let table = JSONKeyTable(keys)
        for (position, key) in keys.enumerated() {
            #expect(try index(of: key, in: table) == position)
            #expect(try index(of: key, in: table, escaped: true) == position)
        }
    }

    @Test func `a key that is not in the table is not found, however near`() throws {
        let keys = similarKeys
        for (position, key) in keys.enumerated() where !key.isEmpty {
            let others = JSONKeyTable(Array(keys[..<position] + keys[(position + 1)...]))
            #expect(try index(of: key, in: others) == nil)
        }
        #expect(try index(of: String(repeating: "a", count: 21), in: JSONKeyTable(keys)) == nil)
        #expect(try index(of: "a", in: JSONKeyTable([])) == nil)
        #expect(try index(of: "", in: JSONKeyTable([])) == nil)
    }

    @Test func `of equal keys the first is found`() throws {
        #expect(try index(of: "twice", in: JSONKeyTable(["once", "twice", "twice"])) == 1)
    }

    @Test func `a lone surrogate equals no key of a table`() throws {
        let table = JSONKeyTable(["\u{FFFD}", "\\ud800"])
        #expect(try index(of: "\\ud800", in: table) == nil)
    }
}
