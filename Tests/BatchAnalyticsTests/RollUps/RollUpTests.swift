import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables
import TestSupport
import Testing

struct RollUpTests {
    private func table(_ grouping: String, _ entries: [SummarizedBatch]) throws -> Table {
        var rollUp = RollUp(by: try Grouping(grouping))
        for entry in entries { rollUp.add(entry) }
        return rollUp.table(notes: [])
    }

    private let entries: [SummarizedBatch] = [
        .folded(
            [
                .succeeded("a-1", model: "claude-opus-4-8", input: 1_000_000, output: 100),
                .succeeded("a-2", model: "claude-haiku-5-5", input: 1_000, output: 300),
                .errored("b-1", message: "no 1"),
            ],
            id: "msgbatch_1",
            created: "2026-11-01T23:59:59Z",
            ended: "2026-11-02T01:59:59Z",
            workspace: "wrkspc_a"
        ),
        .folded(
            [
                .succeeded("a-3", model: "claude-opus-4-8", input: 1_000_000), .errored("b-2", message: "no 2"),
                .other(.expired),
            ],
            id: "msgbatch_2",
            created: "2026-11-02T00:00:00Z",
            ended: "2026-11-02T01:00:00Z",
            workspace: "wrkspc_b"
        ),
        .folded(
            [.succeeded("a-4", model: "claude-9", input: 7)],
            id: "msgbatch_3",
            created: "2026-12-31T12:00:00Z",
            ended: nil
        ),
    ]

    @Test func `without a grouping there is one row, and it equals the totals`() throws {
        let table = try table("", entries)
        #expect(table.rows == [table.totals ?? []])
        #expect(RollUp(by: Grouping()).keyColumns.isEmpty)
        #expect(table.total("batches") == .integer(3))
        #expect(table.total("requests") == .integer(7))
        #expect(table.total("succeeded") == .integer(4))
        #expect(table.total("error_rate") == .decimal(2.0 / 7.0))
        #expect(table.total("input_tokens") == .integer(2_001_007))
        #expect(table.total("queue_seconds_p95") == .integer(7_200))
        #expect(table.total("unpriced_requests") == .integer(1))
        #expect(table.notes == ["1 request has no price: claude-9 (1)."])
        // Twice a million input tokens at 2.50, 100 output tokens at 12.50, then the small model.
        #expect(table.total("cost_usd") == .money(Money(picoDollars: 5_001_250_000_000 + 50_000_000 + 75_000_000)))
    }

    @Test(arguments: [
        ("day", ["2026-11-01", "2026-11-02", "2026-12-31"]), ("month", ["2026-11", "2026-12"]),
        ("week", ["2026-W44", "2026-W45", "2026-W53"]), ("batch", ["msgbatch_1", "msgbatch_2", "msgbatch_3"]),
        ("workspace", ["(none)", "wrkspc_a", "wrkspc_b"]), ("hour", ["00", "12", "23"]),
    ])
    func `batches are grouped by batch keys`(grouping: String, keys: [String]) throws {
        let table = try table(grouping, entries)
        #expect(table.rows.map(\.first) == keys.map { .text($0) })
        #expect(table.columns.first?.key == (grouping == "batch" ? "batch_id" : grouping))
        let counts = table.column("requests").compactMap(\.number)
        #expect(counts.reduce(0, +) == 7)
        #expect(table.totals?.first == .text("Total"))
    }

    @Test func `the row of a batch contains its creation time`() throws {
        let table = try table("batch", entries)
        #expect(table.column("created_at").first == .timestamp("2026-11-01T23:59:59Z".moment))
        #expect(table.column("queue_seconds_max") == [.integer(7_200), .integer(3_600), .missing])
    }

    @Test func `service tiers and geos are priced`() throws {
        for name in ["service-tier", "geo"] {
            let table = try table(name, entries)
            #expect(table.rows.count == 1)
            #expect(table.column("cost_usd") == [table.total("cost_usd")])
            #expect(table.column("requests") == [.integer(4)])
        }
    }

    @Test func `long waits are a share of the batches that ended`() throws {
        let slow = SummarizedBatch.folded(
            [.succeeded()],
            created: "2026-11-02T00:00:00Z",
            ended: "2026-11-02T20:00:01Z"
        )
        let table = try table("", entries + [slow])
        #expect(table.total("queue_over_20h_share") == .decimal(1.0 / 3.0))
    }

    @Test func `groups of requests are listed within groups of batches, the largest first`() throws {
        let table = try table("day,model", entries)
        #expect(RollUp(by: try Grouping("day,model")).keyColumns.count == 2)
        #expect(
            table.rows.map { Array($0.prefix(2)) } == [
                [.text("2026-11-01"), .text("claude-haiku-5-5")], [.text("2026-11-01"), .text("claude-opus-4-8")],
                [.text("2026-11-02"), .text("claude-opus-4-8")], [.text("2026-12-31"), .text("claude-9")],
            ]
        )
        #expect(table.column("requests") == [.integer(1), .integer(1), .integer(1), .integer(1)])
        #expect(table.column("share") == [.decimal(0.25), .decimal(0.25), .decimal(0.25), .decimal(0.25)])
        #expect(table.column("unpriced_requests") == [.integer(0), .integer(0), .integer(0), .integer(1)])
        #expect(table.total("requests") == .integer(4))
    }

    @Test func `results are shown with their share, and only succeeded requests have a cost`() throws {
        let table = try table("result", entries)
        #expect(table.column("result_type") == [.text("succeeded"), .text("errored"), .text("expired")])
        #expect(table.column("requests") == [.integer(4), .integer(2), .integer(1)])
        #expect(table.column("cost_usd").first == table.total("cost_usd"))
        #expect(table.column("cost_usd").last == .money(.zero))
    }

    @Test func `stop reasons and prefixes are priced`() throws {
        let reasons = try table("stop-reason", entries)
        #expect(reasons.column("stop_reason") == [.text("end_turn")])
        #expect(reasons.column("cost_usd") == [reasons.total("cost_usd")])
        let prefixes = try table("prefix", entries)
        #expect(prefixes.column("prefix") == [.text("a"), .text("b"), .text("req")])
        #expect(prefixes.column("requests") == [.integer(4), .integer(2), .integer(1)])
        #expect(prefixes.column("cost_usd").first == prefixes.total("cost_usd"))
        #expect(prefixes.column("unpriced_requests") == [.integer(1), .integer(0), .integer(0)])
    }

    @Test func `errors are shown with class, time, sample and cost at stake`() throws {
        let table = try table("error", entries)
        #expect(table.rows.count == 1)
        #expect(table.column("error_message") == [.text("no <n>")])
        #expect(table.column("error_class") == [.text("fix_input")])
        #expect(table.column("requests") == [.integer(2)])
        #expect(table.column("first_seen") == [.timestamp("2026-11-01T23:59:59Z".moment)])
        #expect(table.column("last_seen") == [.timestamp("2026-11-02T00:00:00Z".moment)])
        // The first batch has two priced requests, the second one.
        let stake: Int128 = (2_501_250_000_000 + 50_000_000 + 75_000_000) / 2 + 2_500_000_000_000
        #expect(table.column("cost_at_stake_usd") == [.money(Money(picoDollars: stake))])
        #expect(table.total("requests") == .integer(2))
        #expect(table.total("error_class") == .missing)
    }

    @Test func `only requested columns are returned, with unchanged values`() throws {
        let grouping = Grouping(by: [.batch])
        func table(_ columns: [String]?) -> Table {
            var rollUp = RollUp(by: grouping, columns: columns)
            for entry in entries { rollUp.add(entry) }
            return rollUp.table()
        }
        let (all, some) = (table(nil), table(["cost_usd", "requests", "queue_seconds_p50"]))
        #expect(some.columns.map(\.key) == ["batch_id", "created_at", "requests", "queue_seconds_p50", "cost_usd"])
        for column in some.columns.map(\.key) {
            #expect(some.column(column) == all.column(column) && some.total(column) == all.total(column))
        }
    }

    @Test func `the cost at stake is unknown if no request of the same batches has a price`() throws {
        let failed = SummarizedBatch.folded([.errored("a-1", message: "no", requestID: "req_1")])
        let table = try table("error", [failed])
        #expect(table.column("cost_at_stake_usd") == [.missing] && table.total("cost_at_stake_usd") == .missing)
    }

    @Test func `costs use the prices of the day on which each batch was created`() throws {
        let before = SummarizedBatch.folded(
            [.succeeded(model: "claude-sonnet-5-5", read: 1_000_000)],
            created: "2026-10-06T23:59:59Z"
        )
        let after = SummarizedBatch.folded(
            [.succeeded(model: "claude-sonnet-5-5", read: 1_000_000)],
            created: "2026-10-07T00:00:00Z"
        )
        let table = try table("", [before, after])
        #expect(table.total("cost_usd") == .money(Money(picoDollars: 150_000_000_000)))
    }

    @Test(arguments: [
        "", "day", "week,model", "month,result", "workspace,stop-reason", "batch,error", "day,prefix", "batch",
        "batch,model", "workspace,batch,prefix",
    ])
    func `the table does not depend on how batches are split and ordered`(grouping: String) throws {
        var random = SeededGenerator(seed: 31)
        let entries = (0..<12)
            .map { number in
                SummarizedBatch.folded(
                    (0..<40).map { _ in Request.random(using: &random, strangeness: 30) },
                    id: "msgbatch_\(number)",
                    created: "2026-11-\(10 + number)T00:00:00Z",
                    ended: "2026-11-\(10 + number)T03:00:00Z",
                    workspace: number % 2 == 0 ? "a" : nil
                )
            }
        let expected = try table(grouping, entries)
        #expect(try table(grouping, entries.shuffled(using: &random)) == expected)
        var left = RollUp(by: try Grouping(grouping))
        var right = left
        for (index, entry) in entries.enumerated() { if index % 3 == 0 { left.add(entry) } else { right.add(entry) } }
        right.merge(left)
        #expect(right.table(notes: []) == expected)
        let costs = expected.amounts("cost_usd")
        if let total = expected.total("cost_usd") { #expect(total == .money(costs.reduce(.zero, +))) }
    }

    @Test(arguments: ["model", "result", "stop-reason", "stop-category", "prefix", "service-tier", "geo", "error"])
    func `the rows of a batch equal those of its own table, except for shares`(key: String) throws {
        let whole = try table("day,batch,\(key)", entries.reversed())
        let requests = whole.total("requests")?.number ?? 0
        let expected = try entries.flatMap { entry in
            let own = try table(key, [entry])
            let names: [Cell] = [
                .text(entry.batch.createdAt.day.text), .text(entry.batch.id), .timestamp(entry.batch.createdAt),
            ]
            return own.rows.map { row in
                names
                    + zip(own.columns, row)
                    .map { column, value in
                        let count = row[own.columns.firstIndex { $0.key == "requests" } ?? 0].number ?? 0
                        return column.key == "share" ? .decimal(count / requests) : value
                    }
            }
        }
        #expect(whole.rows == expected && !expected.isEmpty)
    }

    @Test func `a group without a row of its own is counted under other, and no cost is lost`() throws {
        let entry = SummarizedBatch.folded(
            (0..<1_500).map { .succeeded("job\($0)-1", model: "claude-opus-4-8", input: 10) }
        )
        let table = try table("prefix", [entry])
        let requests = table.column("requests").compactMap(\.number)
        #expect(requests.reduce(0, +) == 1_500)
        #expect(table.column("prefix").last == .text("(other)"))
        #expect(table.amounts("cost_usd").reduce(.zero, +) == Money(picoDollars: 1_500 * 25_000_000))
        #expect(table.total("cost_usd") == .money(Money(picoDollars: 1_500 * 25_000_000)))
    }

    @Test func `without batches the table has no rows and empty totals`() throws {
        for name in Grouping.names {
            let table = try table(name, [])
            #expect(table.rows.isEmpty)
            #expect(table.totals?.count == table.columns.count)
        }
        #expect(try table("", []).totals?.contains(.integer(0)) == true)
        #expect(try table("", []).total("error_rate") == .missing)
    }

    @Test func `a batch whose manifest lacks a summary counts with its other summaries`() throws {
        var entry = entries[0]
        entry.summaries = SummarySet([OutcomeSummary.self])
        entry.summaries.replace(OutcomeSummary([.succeeded(), .errored(message: "x")]))
        for name in Grouping.names {
            let table = try table(name, [entry])
            #expect(table.rows.allSatisfy { $0.count == table.columns.count })
        }
        #expect(try table("", [entry]).total("requests") == .integer(2))
    }

    @Test func `a grouping reads only the kinds of summaries that it needs`() throws {
        for name in Grouping.names {
            let grouping = try Grouping(name)
            let kinds = RollUp.kinds(for: grouping)
            let lean = entries.map { entry in
                var lean = entry
                lean.summaries = SummarySet(kinds)
                for kind in kinds { copy(kind, from: entry.summaries, to: &lean.summaries) }
                return lean
            }
            #expect(try table(name, lean) == table(name, entries), "\(name)")
        }
    }

    private func copy<S: Summary>(_ kind: S.Type, from: SummarySet, to: inout SummarySet) {
        if let summary = from.summary(kind) { to.replace(summary) }
    }
}

extension String {
    fileprivate var moment: Timestamp {
        Timestamp(self) ?? Timestamp(seconds: 0)
    }
}
