import Foundation
import MessageBatches
@testable import Tables
import Testing

/// JSON, NDJSON, CSV and TSV: a program reads the values that were written.
@Suite struct DataFormatTests {
    @Test func `JSON is an array of rows, and money is a number with all its digits`() throws {
        let text = TableFormat.json.render(.everyKind)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(rows.count == 3 && text.split(separator: "\n").count == 3)
        #expect(text.contains("\"cost\":1234.500000000001}"))
        #expect(!text.contains("Every kind") && !text.contains("1234566") && !text.contains("Prices"))
        #expect(rows[0]["share"] as? Double == 0.25)
        #expect(rows[0]["at"] as? String == "2024-08-20T17:23:24.000000Z")
        #expect(rows[1]["name"] as? String == "a|b,\"c\"\t<d>\n\u{1B}[31m*")
        #expect(rows[1]["ratio"] is NSNull)
        #expect(rows[2].count == 9 && rows[2].values.allSatisfy { $0 is NSNull })
    }

    @Test func `JSON without rows is an empty array, and each row has its line`() {
        var table = Table(columns: [Column("day", "Day")])
        #expect(TableFormat.json.render(table) == "[]\n")
        table.rows = [[.text("a")], [.text("b")]]
        #expect(TableFormat.json.render(table) == "[{\"day\":\"a\"},\n{\"day\":\"b\"}]\n")
        #expect(TableFormat.json.render(Table(columns: [], rows: [[]])) == "[{}]\n")
    }

    @Test func `NDJSON has one object per line with keys in column order`() {
        let lines = TableFormat.ndjson.render(.everyKind).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines[0] == """
                {"name":"plain","count":1234567,"ratio":0.5,"size":1440000000,"speed":48100000.0,"took":3.42,\
                "at":"2024-08-20T17:23:24.000000Z","share":0.25,"cost":1234.500000000001}
                """
        )
    }

    @Test(arguments: [
        ("plain", "plain"), ("", "\"\""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("a\nb", "\"a\nb\""),
        ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), (" a", "\" a\""), ("a ", "\"a \""), ("=1+1", "=1+1"),
        ("日本", "日本"),
        ("\"\u{301}", "\"\"\"\u{301}\""), (",\u{301}", "\",\u{301}\""),
    ])
    func `CSV quotes text that readers would otherwise misread`(text: String, field: String) {
        var output: [UInt8] = []
        RowWriter.appendCSV(text.utf8, to: &output)
        #expect(output == Array(field.utf8))
    }

    @Test func `CSV distinguishes missing from empty and keeps a row of one missing cell`() {
        let two = Table(columns: [Column("a", "A"), Column("b", "B")], rows: [[.text(""), .missing], []])
        #expect(TableFormat.csv.render(two) == "a,b\n\"\",\n,\n")
        let one = Table(columns: [Column("a", "A")], rows: [[.missing], [.text("x")]])
        #expect(TableFormat.csv.render(one) == "a\n\"\"\nx\n")
    }

    @Test func `TSV has one line per row for any text`() {
        let lines = TableFormat.tsv.render(.everyKind).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5 && lines[4].isEmpty)
        #expect(lines.prefix(4).allSatisfy { $0.split(separator: "\t", omittingEmptySubsequences: false).count == 9 })
        var output: [UInt8] = []
        RowWriter.appendTSV("a\tb\r\n\\".utf8, to: &output)
        #expect(output == Array(#"a\tb\r\n\\"#.utf8))
    }

    @Test func `Markdown shows data unchanged`() {
        let lines = TableFormat.markdown.render(.everyKind).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "**Every kind**")
        #expect(lines[2] == "| Name | Count | Ratio | Size | Speed | Took | At | Share | Cost |")
        #expect(lines[3] == "| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |")
        #expect(
            lines[4]
                == "| plain | 1,234,567 | 0.50 | 1.4 GB | 48.1 MB/s | 3.4 s | 2024-08-20 17:23:24Z | 25.0% | \\$1,234.50 |"
        )
        #expect(lines[5].hasPrefix(#"| a\|b,"c"␉\<d\> ␛\[31m\* | -1 | – | 0 B |"#))
        #expect(lines[7].hasPrefix("| **Total** | **1,234,566** |  |"))
        #expect(MarkdownTable.escaped("custom_id _x_") == #"custom_id \_x\_"#)
    }
}
