import BatchAnalytics
import TestSupport
import Testing

struct BoundedTableTests {
    @Test func `counts add up by key`() {
        var table = BoundedTable<Label, Tally>(capacity: 10)
        for name in ["a", "b", "a", "a"] { table.add(Tally(count: 2), to: Label(name)) }
        #expect(table[Label("a")]?.count == 6)
        #expect(table[Label("b")]?.count == 2)
        #expect(table[Label("c")] == nil)
        #expect(table.other.count == 0)
    }

    @Test func `beyond the capacity no count is lost and kept counts are exact`() {
        var random = SeededGenerator(seed: 4)
        var table = BoundedTable<Label, Tally>(capacity: 20)
        var truth: [String: Int] = [:]
        for _ in 0..<5_000 {
            let name = "key\(random.int(0...300))"
            truth[name, default: 0] += 1
            table.add(Tally(count: 1), to: Label(name))
        }
        #expect(table.rows.count == 20)
        for row in table.rows { #expect(row.value.count == truth[row.key.text]) }
        #expect(table.rows.reduce(table.other.count) { $0 + $1.value.count } == 5_000)
    }

    @Test(arguments: [1, 3, 50])
    func `the table does not depend on how the data is split and ordered`(capacity: Int) {
        var random = SeededGenerator(seed: UInt64(capacity))
        let names = (0..<600).map { _ in "key\(random.int(0...80))" }
        func table(_ names: some Sequence<String>) -> BoundedTable<Label, Tally> {
            names.reduce(into: BoundedTable(capacity: capacity)) { $0.add(Tally(count: 1), to: Label($1)) }
        }
        let whole = table(names)
        #expect(table(names.shuffled(using: &random)) == whole)
        for parts in [2, 7, 600] {
            let merged = (0..<parts)
                .map { part in
                    table(names.indices.filter { $0 % parts == part }.map { names[$0] })
                }
                .shuffled(using: &random)
                .reduce(into: BoundedTable<Label, Tally>(capacity: capacity)) { $0.merge($1) }
            #expect(merged == whole)
        }
    }

    @Test func `rows are ranked by weight and then by key`() {
        var table = BoundedTable<Label, Tally>(capacity: 10)
        for (name, count) in [("b", 2), ("a", 2), ("c", 9), ("d", 1)] {
            table.add(Tally(count: count), to: Label(name))
        }
        #expect(table.ranked(by: \.count).map(\.key.text) == ["c", "a", "b", "d"])
    }

    @Test func `a sum that would overflow stays at the largest number`() {
        var table = BoundedTable<Label, Tally>(capacity: 1)
        table.add(Tally(count: .max), to: Label("a"))
        table.add(Tally(count: .max), to: Label("a"))
        #expect(table[Label("a")]?.count == .max)
    }
}
