import BatchAnalytics
import Tables
import Testing

struct RowGroupingTests {
    private func grouped(_ keys: String, _ sums: String, _ blocks: [[String]]) throws -> [String] {
        let grouping = try RowGrouping(
            filter: LineFilter(),
            keys: SelectedColumn.list(keys),
            sums: sums.isEmpty ? [] : SelectedColumn.list(sums)
        )
        var groups = GroupedRows()
        for lines in blocks.map({ SelectionLines($0) }) {
            groups.merge(grouping.groups(of: lines.block, in: lines.batch, pricing: .builtIn))
        }
        let rows = grouping.rows(groups, style: .format(.csv))
        return String(decoding: rows.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private let first = [SelectionLines.succeeded("a", output: 5), SelectionLines.errored("b")]
    private let second = [
        SelectionLines.succeeded("c", output: 7), SelectionLines.succeeded("d", output: 9, model: "claude-nobody"),
    ]

    @Test func `lines are counted and numbers summed, in the order of the keys`() throws {
        #expect(
            try grouped("model,result_type", "output_tokens", [first, second]) == [
                "claude-haiku-4-5-20251001,succeeded,2,12", "claude-nobody,succeeded,1,9", ",errored,1,0",
            ]
        )
    }

    @Test func `the order of the blocks does not matter`() throws {
        #expect(
            try grouped("stop_reason", "cost", [first, second]) == grouped("stop_reason", "cost", [second, first])
        )
    }

    @Test func `a group with a line without a price has no cost`() throws {
        #expect(try grouped("result_type", "cost", [first]) == ["errored,1,0", "succeeded,1,0.0000625"])
        #expect(try grouped("result_type", "cost", [first, second]) == ["errored,1,0", "succeeded,3,"])
    }

    @Test func `requests without a price are counted by model if costs are summed`() throws {
        func sentences(_ sums: String) throws -> [String] {
            let grouping = try RowGrouping(
                filter: LineFilter(),
                keys: SelectedColumn.list("result_type"),
                sums: SelectedColumn.list(sums)
            )
            var groups = GroupedRows()
            for lines in [first, second, second].map({ SelectionLines($0) }) {
                groups.merge(grouping.groups(of: lines.block, in: lines.batch, pricing: .builtIn))
            }
            return groups.cost.sentences
        }
        #expect(try sentences("output_tokens,cost") == ["2 requests have no price: claude-nobody (2)."])
        #expect(try sentences("output_tokens").isEmpty)
    }

    @Test func `a key without a value in any row is known, and so is a column`() throws {
        let lines = SelectionLines(first)
        let columns = try SelectedColumn.list("usage.outptu_tokens,usage.output_tokens,error_type,$.custom_id")
        #expect(columns.map(\.isPath) == [true, true, false, true])
        let grouping = try RowGrouping(filter: LineFilter(), keys: columns, sums: [])
        let groups = grouping.groups(of: lines.block, in: lines.batch, pricing: .builtIn)
        #expect(columns.indices.map { groups.hasValue(inKey: $0) } == [false, true, true, true])
        let rows = RowSelection(filter: LineFilter(), columns: columns, style: .values)
            .rows(of: lines.block, in: lines.batch, pricing: .builtIn)
        #expect(rows.hasValue == [false, true, true, true])
    }

    @Test func `a column without numbers cannot be summed`() {
        #expect(throws: SelectionFailure.noSum("text")) { try grouped("model", "text", []) }
    }
}
