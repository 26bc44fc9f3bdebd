import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables
import TestSupport
import Testing

/// Sorted and limited rows of every grouping.
struct RowRankingTests {
    private static let entries: [SummarizedBatch] = {
        var random = SeededGenerator(seed: 9)
        return (0..<8)
            .map { number in
                .folded(
                    (0..<60).map { _ in Request.random(using: &random, strangeness: 3) },
                    id: "msgbatch_\(number)",
                    created: "2026-1\(number % 2)-1\(number)T0\(number):00:00Z",
                    ended: "2026-1\(number % 2)-1\(number)T09:00:00Z",
                    workspace: "wrkspc_\(number % 2)"
                )
            }
    }()

    private func table(_ grouping: String, _ ranking: RowRanking?) throws -> Table {
        let empty = RollUp(by: try Grouping(grouping), ranking: ranking)
        var (first, second) = (empty, empty)
        for (number, entry) in Self.entries.enumerated() {
            if number.isMultiple(of: 2) { first.add(entry) } else { second.add(entry) }
        }
        first.merge(second)
        return first.table(notes: [])
    }

    // All requests have the same stop category.
    @Test(
        arguments: Grouping.names.filter { $0 != "stop-category" } + ["day,model", "batch,result", "workspace,error"]
    )
    func `the others are one last row, and nothing is lost`(grouping: String) throws {
        let all = try table(grouping, nil)
        let top = try table(grouping, RowRanking(by: nil, limit: 1))
        #expect(top.rows.count == 2 && top.totals == all.totals)
        #expect(top.rows[1][0] == .text("(other)"))
        let counts = top.column("requests").compactMap(\.number)
        #expect(counts.reduce(0, +) == all.column("requests").compactMap(\.number).reduce(0, +))
        #expect(counts[0] == all.column("requests").compactMap(\.number).max())
        let money = grouping.contains("error") ? "cost_at_stake_usd" : "cost_usd"
        #expect(top.amounts(money).reduce(.zero, +) == all.amounts(money).reduce(.zero, +))
        // A limit that all rows meet changes only their order.
        let whole = try table(grouping, RowRanking(by: nil, limit: 10_000))
        #expect(Set(whole.rows) == Set(all.rows))
    }

    @Test func `the row of the others has the percentiles of their requests together`() throws {
        let top = try table("day", RowRanking(by: "day", limit: 7))
        let last = try table("day", nil).rows.last
        #expect(top.rows.last?.dropFirst() == last?.dropFirst())
        #expect(top.column("day").last == .text("(other)"))
    }

    @Test func `numbers are sorted in descending order, text in ascending order, missing values last`() throws {
        let costs = try table("model", RowRanking(by: "cost_usd", limit: nil))
        let amounts = costs.column("cost_usd")
        let known = amounts.filter { $0 != .missing }.compactMap(\.number)
        #expect(known == known.sorted(by: >) && known.count > 1)
        #expect(amounts.prefix(known.count).allSatisfy { $0 != .missing } && amounts.count > known.count)
        let names = try table("day,result", RowRanking(by: "result_type", limit: nil)).column("result_type")
        let texts = names.map { "\($0)" }
        #expect(texts == texts.sorted())
        let times = try table("error", RowRanking(by: "last_seen", limit: nil)).column("last_seen")
        #expect(times.first == times.compactMap(\.timestamp).max().map { .timestamp($0) })
    }

    @Test func `the rows of many batches are limited while they are added, in any order`() throws {
        let requests = [Request.succeeded("a-1", model: "claude-opus-4-8", input: 1_000)]
        let entries = (0..<2_500)
            .map { number in
                SummarizedBatch.folded(
                    requests + (0..<number % 50).map { .succeeded("b-\($0)", input: 10) },
                    id: "msgbatch_\(10_000 + number)"
                )
            }
        func table(_ entries: [SummarizedBatch], _ ranking: RowRanking?) -> Table {
            var rollUp = RollUp(by: Grouping(by: [.batch]), columns: ["requests", "cost_usd"], ranking: ranking)
            for entry in entries { rollUp.add(entry) }
            return rollUp.table(notes: [])
        }
        let ranking = RowRanking(by: "requests", limit: 60)
        let top = table(entries, ranking)
        #expect(top.rows.count == 61)
        let counts = top.column("requests").prefix(60).compactMap(\.number)
        #expect(counts == (0..<60).map { $0 < 50 ? 50 : 49 })
        #expect(top.column("batch_id").first == .text("msgbatch_10049"))
        #expect(top == table(entries.reversed(), ranking))
        #expect(top.totals == table(entries, nil).totals)
        #expect(top.amounts("cost_usd").reduce(.zero, +) == top.total("cost_usd").flatMap(\.amount))
    }

    @Test func `a note says that a ranking can miss groups if there are too many to keep`() {
        func notes(batches: Int) -> [String] {
            var rollUp = RollUp(by: Grouping(by: [], .prefix), ranking: RowRanking(by: nil, limit: 3))
            for batch in 0..<batches {
                rollUp.add(.folded((0..<60).map { .succeeded("b\(batch)p\($0)x-1") }, id: "msgbatch_\(batch)"))
            }
            return rollUp.table(notes: []).notes
        }
        let sentence = "There are too many groups to keep all, so the row (other) can contain large ones."
        #expect(!notes(batches: 60).contains(sentence))
        #expect(notes(batches: 70).contains(sentence))
    }

    @Test func `the columns to sort by are those of the table`() throws {
        for name in Grouping.names {
            let grouping = try Grouping(name)
            let columns = RollUp.sortColumns(of: grouping, isScan: false)
            #expect(columns == RollUp(by: grouping).table().columns.map(\.key))
            #expect(columns.contains("requests"))
        }
    }

    @Test func `people see the column they sort by`() throws {
        let ranking = RowRanking(by: "output_tokens_p99", limit: nil)
        var rollUp = RollUp(by: Grouping(by: [.day]), columns: RollUp.mainColumns, ranking: ranking)
        for entry in Self.entries { rollUp.add(entry) }
        let table = rollUp.table(forPeople: true)
        #expect(table.columns.last?.key == "output_tokens_p99")
        let values = table.column("output_tokens_p99").compactMap(\.number)
        #expect(values == values.sorted(by: >) && values.count == 8)
    }
}

extension Cell {
    fileprivate var timestamp: Timestamp? {
        if case .timestamp(let moment) = self { moment } else { nil }
    }

    fileprivate var amount: Money? {
        if case .money(let amount) = self { amount } else { nil }
    }
}
