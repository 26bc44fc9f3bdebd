@testable import Tables
import Testing

/// What a narrow terminal hides, cuts and wraps.
struct TerminalLayoutTests {
    private let table = Table(
        columns: [
            Column("id", "Batch", weight: .important, isID: true),
            Column("requests", "Requests", kind: .integer),
            Column("message", "Message", isBelow: true),
            Column("days_left", "Days left", kind: .decimal(places: 1), weight: .important),
            Column("example", "Example", canShrink: false, weight: .detail),
        ],
        rows: [
            [
                .text("msgbatch_01vci7ChoxK8pNzonZUZvjDL"), .integer(1_200),
                .text("messages: the last message must have the role user, or the request is not valid"),
                .decimal(28.9), .text("request-000001"),
            ],
            [
                .text("msgbatch_01RkEUo2aFqVYcFPFkFqWK2T"), .integer(7), .missing, .decimal(3), .text("request-000002"),
            ],
        ]
    )

    private func render(_ table: Table, _ width: Int?) -> String {
        TableFormat.table.render(table, style: TerminalStyle(width: width))
    }

    @Test func `at 80 columns everything is shown and the message is wrapped below its row`() {
        #expect(
            render(table, 80) == """
                Batch                              Requests  Days left  Example
                  Message
                ─────────────────────────────────  ────────  ─────────  ──────────────
                msgbatch_01vci7ChoxK8pNzonZUZvjDL     1,200       28.9  request-000001
                  messages: the last message must have the role user, or the request is not
                  valid
                msgbatch_01RkEUo2aFqVYcFPFkFqWK2T         7        3.0  request-000002

                """
        )
    }

    @Test func `at 60 columns a detail is hidden before an ID is cut`() {
        #expect(
            render(table, 60) == """
                Batch                              Requests  Days left
                  Message
                ─────────────────────────────────  ────────  ─────────
                msgbatch_01vci7ChoxK8pNzonZUZvjDL     1,200       28.9
                  messages: the last message must have the role user, or the
                  request is not valid
                msgbatch_01RkEUo2aFqVYcFPFkFqWK2T         7        3.0

                Hidden columns: Example. For everything, use a wider
                terminal or --format json.

                """
        )
    }

    @Test func `at 40 columns IDs are cut as far as they differ`() {
        #expect(
            render(table, 40)
                .hasPrefix(
                    """
                    Batch                Requests  Days left
                      Message
                    """
                )
        )
        #expect(render(table, 40).contains("msgbatch_01vci7Cho…     1,200       28.9"))
        #expect(render(table, 40).contains("Hidden columns: Example. Cut: Batch. For"))
        // 13 columns are enough to tell them apart; one of them is the ellipsis.
        let narrow = render(table, 34)
        #expect(narrow.contains("msgbatch_01v…") && narrow.contains("msgbatch_01R…"))
    }

    @Test func `the column of the lowest weight is hidden first, wherever it is`() {
        let narrow = render(table, 30)
        #expect(narrow.hasPrefix("Batch                Days left\n"))
        #expect(narrow.contains("Hidden columns: Requests,\nExample."))
    }

    @Test(arguments: ["requests", "example"])
    func `a column that an option names is hidden last`(key: String) throws {
        var table = table
        let place = try #require(table.columns.firstIndex { $0.key == key })
        table.columns[place].weight = .named
        let title = table.columns[place].title
        for width in [30, 40, 60] {
            let heading = try #require(render(table, width).split(separator: "\n").first)
            #expect(heading.contains(title), "at \(width): \(heading)")
        }
        // Two such columns are shown before one that is only important.
        table.columns[1].weight = .named
        table.columns[4].weight = .named
        let narrow = render(table, 26)
        #expect(narrow.contains("Requests  Example") && narrow.contains("Hidden columns: Batch"), "\(narrow)")
    }

    @Test func `IDs that differ only at their end are not cut`() {
        let ids = ["msgbatch_000000000001", "msgbatch_000000000002"]
        let table = Table(
            columns: [Column("id", "Batch", isID: true), Column("n", "Requests", kind: .integer)],
            rows: ids.map { [.text($0), .integer(1)] }
        )
        #expect(render(table, 25).contains("\nmsgbatch_000000000002\n"))
    }

    @Test(arguments: [60, 80, 120])
    func `wide characters and long words below a row are wrapped at the width`(width: Int) {
        let text = String(repeating: "日本語", count: 60) + " https://example.com/" + String(repeating: "x", count: 200)
        let table = Table(
            columns: [Column("n", "Requests", kind: .integer), Column("text", "Message", isBelow: true)],
            rows: [[.integer(1), .text(text)]]
        )
        let lines = render(table, width).split(separator: "\n").dropFirst(4)
        #expect(lines.allSatisfy { $0.displayWidth <= width && $0.hasPrefix("  ") })
        let words = lines.map { $0.dropFirst(2) }.joined()
        #expect(words.replacing(" ", with: "") == text.replacing(" ", with: ""))
    }

    @Test func `without a width a message is one line`() {
        #expect(
            render(table, nil)
                .contains("\n  messages: the last message must have the role user, or the request is not valid\n")
        )
    }

    @Test func `a column below the rows has no heading if no row has a value`() {
        var table = table
        table.rows.removeFirst()
        #expect(!render(table, 80).contains("Message"))
    }

    @Test func `no line is wider than the terminal`() {
        for width in 10...120 {
            let lines = render(table, width).split(separator: "\n").prefix { !$0.hasPrefix("Hidden") }
            #expect(lines.allSatisfy { $0.displayWidth <= width }, "at \(width)")
        }
    }
}
