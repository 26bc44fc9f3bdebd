import BatchCatalog
import JSONLines
import TestSupport
import Testing

/// Flat rows of all forms, read and put together again.
struct IndexedRowsTests {
    @Test(arguments: 0..<8)
    func `rows of all forms are read as one of them alone would be`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = (1...400).map { row(line: $0, &random) }
        let all = "SELECT * FROM results ORDER BY line_number"
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let together = try answer(all, at: path)
            #expect(together.count == rows.count)
            try fill(path, batch: 1, rows: rows, rowsPerBlock: 1)
            #expect(try answer(all, at: path) == together)
        }
    }

    @Test func `a 0 and a null are distinguished from values after the same keys`() throws {
        let rows = (1...300)
            .map { line in
                """
                {"custom_id":"a","line_number":\(line),"result_type":"succeeded","input_tokens":\(line % 2 * 7),\
                "cache_read_tokens":\(line % 3 * 10),"output_tokens":\(line % 5),\
                "error_message":\(line % 7 == 0 ? "\"0\"" : "null"),"usable":\(line % 2 == 0)}
                """
            }
        let expected = (1...300)
            .map { (line: Int64) -> [IndexValue] in
                let message: IndexValue = line % 7 == 0 ? .text("0") : .null
                let counts: [Int64] = [line % 2 * 7, line % 3 * 10, line % 5]
                return counts.map { .integer($0) } + [message, .integer(line % 2 == 0 ? 1 : 0)]
            }
        let sql = """
            SELECT input_tokens, cache_read_tokens, output_tokens, error_message, usable FROM results ORDER BY line_number
            """
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            #expect(try answer(sql, at: path) == expected)
        }
    }

    @Test func `IDs and messages with U+0000 stay apart, whole, and are found`() throws {
        let ids = ["a", "a\0b", "a\0c", "\0", "", "'", "a\nb", String(repeating: "é", count: 32_768)]
        let rows = ids.enumerated()
            .map { line, id in
                let json = String(decoding: JSONNode.text(id).text, as: UTF8.self)
                return #"{"custom_id":\#(json),"line_number":\#(line + 1),"error_message":\#(json)}"#
            }
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let all = "SELECT custom_id, error_message FROM results ORDER BY line_number"
            #expect(try answer(all, at: path) == ids.map { [.text($0), .text($0)] })
            let groups = "SELECT count(DISTINCT custom_id) FROM results"
            #expect(try answer(groups, at: path) == [[.integer(Int64(ids.count))]])
            for (line, id) in ids.enumerated() {
                #expect(try IndexQuery(at: path).places(ofCustomID: id).map(\.line) == [line + 1], "\(id.prefix(9))")
            }
        }
    }

    @Test func `a query returns numbers, texts, nulls and the size of a blob`() throws {
        try withIndexPath { path in
            try fill(path, batch: 1, rows: [])
            let values = try answer("SELECT 7, 0.5, 'a' || char(0) || 'b', NULL, x'0001', ''", at: path)
            #expect(values == [[.integer(7), .real(0.5), .text("a\0b"), .null, .text("2 bytes"), .text("")]])
        }
    }

    @Test func `many models stay apart`() throws {
        let rows = (1...300)
            .map { #"{"custom_id":"a","line_number":\#($0),"model":"claude-\#($0 % 40)","stop_reason":"s\#($0 % 7)"}"# }
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let models = "SELECT count(DISTINCT model), count(DISTINCT model || stop_reason) FROM results"
            #expect(try answer(models, at: path) == [[.integer(40), .integer(280)]])
        }
    }

    @Test func `keys of another version, each with another value, are skipped`() throws {
        let rows = (1...300)
            .map {
                #"{"new":{"a":[\#($0)]},"custom_id":"a","line_number":\#($0),"other":\#($0),"model":"m","last":"\#($0)"}"#
            }
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let sql = "SELECT custom_id, line_number, model FROM results ORDER BY line_number"
            #expect(try answer(sql, at: path) == (1...300).map { [.text("a"), .integer($0), .text("m")] })
        }
    }

    @Test func `of a value of another type a count is 0 and a text is null, and the last of equal keys counts`() throws
    {
        let rows = [
            #"{"custom_id":"a","line_number":1,"input_tokens":-5,"raw_bytes":1.5,"message_id":7,"usable":null}"#,
            #"{"custom_id":"\u00e9","line_number":2,"input_tokens":"7","message_id":{"a":["}"]},"usable":"true"}"#,
            #"{"custom_id":"b","line_number":3,"model":"first","model":"\u0063laude","usable":true}"#,
        ]
        let sql =
            "SELECT custom_id, input_tokens, raw_bytes, message_id, model, usable FROM results ORDER BY line_number"
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            #expect(
                try answer(sql, at: path) == [
                    [.text("a"), .integer(0), .integer(0), .null, .null, .null],
                    [.text("é"), .integer(0), .integer(0), .null, .null, .null],
                    [.text("b"), .integer(0), .integer(0), .null, .text("claude"), .integer(1)],
                ]
            )
        }
    }

    @Test func `a damaged row is found among rows that begin like it`() throws {
        let good = (1...100).map { #"{"custom_id":"a","line_number":\#($0),"model":"m","text_bytes":\#($0)}"# }
        for bad in [
            #"{"custom_id":"a","line_number":101,"model":"m","text_bytes":"#,
            #"{"custom_id":"a,"line_number":101,"model":"m","text_bytes":1}"#,
            #"{"custom_id":"a","line_number":101,"model":"m","text_bytes":1"#,
            #"{"custom_id":"a","line_number":1 01,"model":"m","text_bytes":1}"#,
        ] {
            try withIndexPath { path in
                #expect(throws: ResultIndexFailure.badRow(batchID: "msgbatch_1")) {
                    try fill(path, batch: 1, rows: good + [bad] + good)
                }
            }
        }
    }

    /// A row of some columns with values of all forms, mostly in the order of the schema.
    private func row(line: Int, _ random: inout SeededGenerator) -> String {
        func pick(_ values: [String]) -> String { values.randomElement(using: &random) ?? "" }
        let count = ["0", "0", "0", "17", "1", "null", "-5", "1.5", "1e3", "\"7\"", "0.0", "12345678901234567890123"]
        let text = ["null", "null", #""plain""#, #""é""#, #""\u00e9\n\"""#, #""""#, "7", "{\"a\":[1,\"}\"]}"]
        var members = [
            #""batch_id":"msgbatch_1""#, #""custom_id":\#(pick(text))"#, #""line_number":\#(line)"#,
            #""result_type":\#(pick([#""succeeded""#, #""errored""#, "null"]))"#,
            #""model":\#(pick([#""claude-a""#, #""claude-b""#, "null", #""\u0063laude-a""#]))"#,
            #""message_id":\#(pick(text))"#, #""stop_reason":\#(pick([#""end_turn""#, "null"]))"#,
            #""input_tokens":\#(pick(count))"#, #""cache_read_tokens":\#(pick(count))"#,
            #""output_tokens":\#(pick(count))"#, #""error_message":\#(pick(text))"#,
            #""usable":\#(pick(["true", "false"]))"#, #""raw_bytes":\#(pick(count))"#,
        ]
        switch Int.random(in: 0..<12, using: &random) {
        case 0: members.remove(at: Int.random(in: 3..<members.count, using: &random))
        case 1: members.swapAt(5, Int.random(in: 6..<members.count, using: &random))
        case 2: members.append(#""unheard_of":\#(pick(text))"#)
        case 3: members.append(#""model":\#(pick([#""claude-c""#, "null"]))"#)
        case 4: members[6] = " " + members[6].replacing(":", with: " : ")
        default: break
        }
        return "{\(members.joined(separator: ","))}"
    }
}
