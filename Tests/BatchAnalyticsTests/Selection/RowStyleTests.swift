import BatchAnalytics
import Tables
import Testing

struct RowStyleTests {
    private let lines = SelectionLines([
        SelectionLines.succeeded("a,b", content: #"{"type":"text","text":"He said \"no\",\n\tthen\\left"}"#),
        SelectionLines.succeeded(" x", content: #"{"type":"text","text":""}"#), SelectionLines.errored("plain"),
    ])

    @Test func `CSV quotes fields if needed and distinguishes empty from missing values`() throws {
        #expect(
            try lines.rows("custom_id,text").joined(separator: "\n") == """
                "a,b","He said ""no"",
                \tthen\\left"
                " x",""
                plain,
                """
        )
        #expect(try lines.rows("text", where: ["custom_id=plain"]) == ["\"\""])
    }

    @Test func `TSV writes each row on one line`() throws {
        #expect(
            try lines.rows("custom_id,text", style: .format(.tsv)) == [
                "a,b\tHe said \"no\",\\n\\tthen\\\\left", " x\t", "plain\t",
            ]
        )
    }

    @Test func `raw lines are written as archived, with their own line ends`() throws {
        let text = [
            " {\"custom_id\":\"a\", \"result\":{\"type\":\"expired\"}}\r", "", "no json", SelectionLines.errored("b"),
        ]
        let lines = SelectionLines(text)
        #expect(try lines.rows(style: .raw) == text)
        #expect(try lines.rows(results: ["expired"], style: .raw) == [text[0]])
    }

    @Test func `headers use the format of the rows`() {
        #expect(
            RowWriter(.csv, keys: ["custom_id", "content[0],x"]).header == Array("custom_id,\"content[0],x\"\n".utf8)
        )
        #expect(RowWriter(.tsv, keys: ["a", "b"]).header == Array("a\tb\n".utf8))
        #expect(RowWriter(.ndjson, keys: ["a"]).header.isEmpty)
    }
}
