import BatchCatalog
import TestSupport
import Testing

/// Rows that are stepped through, as they look like rows before, against the same rows read key by key.
struct FlatRowReaderTests {
    /// Of so few rows in a block none is stepped through.
    private static let few = 50

    @Test(arguments: 0..<8)
    func `rows of all forms are read as one of them alone would be`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = (1...400).map { row(line: $0, &random) }
        try expectSameRows(rows)
    }

    @Test func `a 0 and a null are told from values behind the same keys`() throws {
        let rows = (1...300)
            .map { line in
                """
                {"custom_id":"a","line_number":\(line),"result_type":"succeeded","input_tokens":\(line % 2 * 7),\
                "cache_read_tokens":\(line % 3 * 10),"output_tokens":\(line % 5),\
                "error_message":\(line % 7 == 0 ? "\"0\"" : "null"),"usable":\(line % 2 == 0)}
                """
            }
        try expectSameRows(rows)
    }

    @Test func `more models than are looked for stay apart`() throws {
        let rows = (1...300)
            .map { #"{"custom_id":"a","line_number":\#($0),"model":"claude-\#($0 % 40)","stop_reason":"s\#($0 % 7)"}"# }
        try expectSameRows(rows)
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let models = "SELECT count(DISTINCT model), count(DISTINCT model || stop_reason) FROM results"
            #expect(try answer(models, at: path) == [[.integer(40), .integer(280)]])
        }
    }

    @Test func `keys of another version, each with another value, are passed over`() throws {
        let rows = (1...300)
            .map {
                #"{"new":{"a":[\#($0)]},"custom_id":"a","line_number":\#($0),"other":\#($0),"model":"m","last":"\#($0)"}"#
            }
        try expectSameRows(rows)
    }

    @Test func `a damaged row is told from one that begins as others do`() throws {
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

    private func expectSameRows(_ rows: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let all = "SELECT * FROM results ORDER BY line_number, custom_id"
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows, rowsPerBlock: Self.few)
            let expected = try answer(all, at: path)
            #expect(expected.count == rows.count, sourceLocation: sourceLocation)
            // Once learning from the first row on, and once with what the block before has left.
            try fill(path, batch: 1, rows: rows)
            #expect(try answer(all, at: path) == expected, sourceLocation: sourceLocation)
            try fill(path, batch: 1, rows: rows, rowsPerBlock: 100)
            #expect(try answer(all, at: path) == expected, sourceLocation: sourceLocation)
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
