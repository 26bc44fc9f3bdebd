import BatchAnalytics
import Tables
import Testing

struct RowSampleTests {
    private func rows(_ range: Range<Int>, seed: UInt64) throws -> SelectedRows {
        let lines = SelectionLines(range.map { SelectionLines.errored("r\($0)") }, id: "msgbatch_\(range.lowerBound)")
        let columns = try SelectedColumn.list("custom_id")
        return RowSelection(filter: LineFilter(), columns: columns, style: .format(.ndjson), sampleSeed: seed)
            .rows(of: lines.block, in: lines.batch, pricing: .builtIn)
    }

    private func sample(_ count: Int, of blocks: [Range<Int>], seed: UInt64 = 1) throws -> [String] {
        var sample = RowSample(count: count)
        for block in blocks { sample.add(try rows(block, seed: seed)) }
        return String(decoding: sample.selected.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `a sample has the requested size, or contains all rows if there are fewer`() throws {
        #expect(try sample(7, of: [0..<50, 50..<90]).count == 7)
        #expect(try sample(200, of: [0..<50, 50..<90]).count == 90)
    }

    @Test func `the same seed chooses the same lines in any order of the blocks`() throws {
        let first = try sample(10, of: [0..<50, 50..<90])
        #expect(try sample(10, of: [0..<50, 50..<90]) == first)
        #expect(try Set(sample(10, of: [50..<90, 0..<50])) == Set(first))
        #expect(try sample(10, of: [0..<50, 50..<90], seed: 2) != first)
    }

    @Test func `every line has about the same chance`() throws {
        var hits: [String: Int] = [:]
        for seed in 1...200 {
            for row in try sample(10, of: [0..<20, 20..<40], seed: UInt64(seed)) { hits[row, default: 0] += 1 }
        }
        // 200 samples of a quarter: 50 of each expected, standard deviation about 6.
        #expect(hits.count == 40)
        #expect(hits.values.allSatisfy { (20...80).contains($0) })
    }
}
