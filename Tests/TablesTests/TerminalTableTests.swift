@testable import Tables
import Testing

@Suite struct TerminalTableTests {
    private let table = Table(
        caption: "Batches",
        columns: [
            Column("id", "Batch", canShrink: false), Column("name", "Name"), Column("lines", "Lines", kind: .integer),
            Column("bytes", "Size", kind: .bytes),
        ],
        rows: [
            [.text("msgbatch_1"), .text("日本語のバッチ"), .integer(1_234), .integer(1_440_000_000)],
            [.text("msgbatch_2"), .text("a name that goes on and on and on"), .integer(7), .missing],
        ],
        totals: [.text("Total"), .missing, .integer(1_241)],
        notes: ["A note."]
    )

    private func render(_ style: TerminalStyle = .plain) -> String {
        TableFormat.table.render(table, style: style)
    }

    @Test func `columns are aligned and totals follow a rule`() {
        #expect(
            render() == """
                Batches

                Batch       Name                               Lines    Size
                ──────────  ─────────────────────────────────  ─────  ──────
                msgbatch_1  日本語のバッチ                     1,234  1.4 GB
                msgbatch_2  a name that goes on and on and on      7       –
                ──────────  ─────────────────────────────────  ─────  ──────
                Total                                          1,241

                A note.

                """
        )
    }

    @Test func `a narrow terminal cuts text and never numbers or ids`() {
        #expect(
            render(TerminalStyle(width: 39)) == """
                Batches

                Batch       Name          Lines    Size
                ──────────  ────────────  ─────  ──────
                msgbatch_1  日本語のバ…   1,234  1.4 GB
                msgbatch_2  a name that…      7       –
                ──────────  ────────────  ─────  ──────
                Total                     1,241

                A note.

                """
        )
    }

    @Test func `columns without room are hidden and named`() {
        let text = render(TerminalStyle(width: 31))
        #expect(text.contains("Batch       Name          Lines\n"))
        #expect(text.contains("msgbatch_2  a name that…      7\n"))
        #expect(text.contains("Hidden columns: Size."))
    }

    @Test func `no line of cells is wider than the terminal`() {
        for width in 1...100 {
            let lines = render(TerminalStyle(width: width)).split(separator: "\n").dropFirst()
                .prefix { !$0.hasPrefix("A note") && $0 != "A" }
            #expect(lines.allSatisfy { $0.displayWidth <= width }, "at \(width)")
        }
    }

    @Test func `colors appear only on request and do not change the text`() {
        let coloured = render(TerminalStyle(colors: true))
        #expect(coloured.contains("\u{1B}[1m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9]*m/, with: "").replacing(/[ ]+\n/, with: "\n") == render())
        #expect(!render().contains("\u{1B}"))
    }

    @Test func `data cannot control the terminal`() {
        let hostile = "\u{1B}]0;title\u{7}\u{9B}2J\r\n"
        let table = Table(
            caption: hostile,
            columns: [Column("a", hostile)],
            rows: [[.text(hostile)]],
            totals: [.text(hostile)],
            notes: [hostile]
        )
        for style in [TerminalStyle.plain, TerminalStyle(width: 5)] {
            let text = TableFormat.table.render(table, style: style)
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value) })
        }
    }
}
