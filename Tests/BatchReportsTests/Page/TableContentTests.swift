import MessageBatches
import Tables
import Testing

@testable import BatchReports

@Suite struct TableContentTests {
    private func html(_ table: Table, filter: String? = nil, hiddenRows: Int = 0) throws -> String {
        var document = ReportFixture.base(Completeness(listed: 1, archived: 1))
        document.batches = table
        document.hiddenBatches = hiddenRows
        return try PageTemplates.html(document)
    }

    @Test func `columns of numbers without a value other than zero are hidden`() throws {
        let table = Table(
            columns: [
                Column("name", "Name"), Column("zero", "Zero", kind: .integer), Column("gap", "Gap", kind: .money),
                Column("some", "Some", kind: .integer), Column("word", "Word"), Column("free", "Free", kind: .money),
            ],
            rows: [
                [.text("a"), .integer(Int64(0)), .missing, .integer(Int64(0)), .missing, .money(Money("0"))],
                [.text("b"), .integer(Int64(0)), .missing, .integer(Int64(4)), .missing, .money(Money("0"))],
            ],
            totals: [.text("Total"), .integer(Int64(0)), .missing, .integer(Int64(4)), .missing, .money(Money("0"))]
        )
        let tags = HTMLTags(try html(table)).tags.filter { !$0.isEnd }
        #expect(tags.filter { $0["scope"] == "col" }.map(\.textAfter) == ["Name", "Some", "Word"])
        // Two rows and the totals have as many cells as there are headings.
        #expect(tags.count { $0.name == "td" } == 6)
    }

    @Test func `the first column stays, even if it is all zero`() throws {
        let table = Table(columns: [Column("n", "Count", kind: .integer)], rows: [[.integer(Int64(0))]])
        #expect(try html(table).contains(">Count</th>"))
    }

    @Test func `a long ID is cut in the window, but whole in the text`() throws {
        let id = "msgbatch_01HkcZ9m8jQ2vX4jaV5uDCqq"
        let table = Table(
            columns: [Column("batch_id", "Batch", canShrink: false), Column("note", "Note")],
            rows: [[.text(id), .text(id)], [.text("msgbatch_short"), .text("x")]]
        )
        let page = try html(table)
        #expect(page.contains(" title=\"\(id)\">msgbatch_01<span class=\"cut\">HkcZ9m8jQ2vX4jaV</span>5uDCqq</th>"))
        // Only IDs are cut, and only long ones.
        #expect(page.contains("<td class=\"text\">\(id)</td>") && page.contains(">msgbatch_short</th>"))
    }

    @Test func `a command is code below the first cell, without a column`() throws {
        let table = Table(
            columns: [
                Column("message", "Message"), Column("command", "Command"), Column("n", "Count", kind: .integer),
            ],
            rows: [[.text("Overloaded"), .text("batchkeep retry 'a<b'"), .integer(Int64(2))]]
        )
        let page = try html(table)
        #expect(page.contains("Overloaded<code class=\"command\">batchkeep retry &#39;a&lt;b&#39;</code></th>"))
        #expect(!page.contains(">Command</th>") && page.contains(">Count</th>"))
    }

    @Test func `the filter says what it searches, and a short table has none`() throws {
        let column = Column("batch_id", "Batch")
        let rows = (0..<13).map { [Cell.text("b\($0)")] }
        let all = try html(Table(columns: [column], rows: rows))
        #expect(all.contains(">Filter batches</label>"))
        #expect(all.contains("Searches all columns of all 13 rows. A row must contain every word"))
        #expect(
            try html(Table(columns: [column], rows: rows), hiddenRows: 5)
                .contains("Searches all columns of the 13 rows on this page.")
        )
        #expect(try !html(Table(columns: [column], rows: Array(rows.prefix(12)))).contains("<input"))
    }

    @Test func `times have no seconds, and amounts of a column equal decimal places`() throws {
        let moment = Timestamp("2026-11-22T12:34:56Z")
        let table = Table(
            columns: [Column("created_at", "Created", kind: .timestamp), Column("cost", "Cost", kind: .money)],
            rows: [[.timestamp(moment), .money(Money("2"))], [.timestamp(moment), .money(Money("0.0312"))]]
        )
        let page = try html(table)
        #expect(page.contains(">Created (UTC)</th>") && page.contains(">2026-11-22 12:34</th>"))
        #expect(page.contains(">$2.0000</td>") && page.contains(">$0.0312</td>"))
    }

    @Test func `notes show code without backticks`() throws {
        let table = Table(
            columns: [Column("a", "A")],
            rows: [[.text("x")]],
            notes: ["No proof (`import <b>`).", "a ` b"]
        )
        let page = try html(table)
        #expect(page.contains("No proof (<code>import &lt;b&gt;</code>)."))
        #expect(page.contains("a &#96; b"))
    }

    @Test func `ten thousand batches and sixty models are a page below two megabytes`() throws {
        var document = ReportFixture.large.document
        var random = Random(state: 1)
        document.models = ReportFixture.modelTable(60)
        document.batches = ReportFixture.batchTable(10_000, &random)
        document.daily = (0..<400)
            .flatMap { day in
                (0..<60)
                    .map { model in
                        let date = CalendarDay(daysSinceEpoch: ReportFixture.today.daysSinceEpoch - day)
                        return DailyUsage(day: date, model: "family\(model)-1", requests: 7, cost: Money("0.5"))
                    }
            }
        let page = try PageTemplates.html(document)
        #expect(page.utf8.count < 2_000_000, "\(page.utf8.count)")
        #expect(page.contains("2,000 rows are shown. 8,000 more are in the archive"))
        #expect(page.contains("54 other models"))
    }
}
