import Tables
import Testing

@testable import BatchReports

@Suite struct HistogramTests {
    @Test func `an empty distribution gives no histogram`() {
        #expect(Histogram(Distribution(), .tokens) == nil)
        #expect(
            Histogram(Distribution(points: [.init(value: 3, count: 0), .init(value: .nan, count: 1)]), .seconds) == nil
        )
    }

    @Test(arguments: [Histogram.Scale.tokens, .seconds], [1, 20, 21, 1_000, 65_536, 3_000_000])
    func `every value is in the bar between its edges`(scale: Histogram.Scale, limit: Int) throws {
        var random = Random(state: UInt64(limit))
        for _ in 0..<50 {
            let points = (0...random.next(30))
                .map { _ in
                    Distribution.Point(value: Double(random.next(limit)), count: Int64(1 + random.next(9)))
                }
            let histogram = try #require(Histogram(Distribution(points: points), scale))
            #expect(histogram.edges == histogram.edges.sorted() && Set(histogram.edges).count == histogram.edges.count)
            #expect(histogram.counts.count == histogram.edges.count - 1)
            #expect((5...30).contains(histogram.counts.count))
            for bar in histogram.counts.indices {
                let range = histogram.edges[bar]..<histogram.edges[bar + 1]
                #expect(histogram.counts[bar] == points.filter { range.contains($0.value) }.reduce(0) { $0 + $1.count })
            }
            #expect(points.allSatisfy { (0...1).contains(histogram.share(of: $0.value)) })
        }
    }

    @Test func `a single value is shown in the middle`() throws {
        let histogram = try #require(Histogram(Distribution(points: [.init(value: 312, count: 7)]), .tokens))
        #expect(histogram.edges == [310, 311, 312, 313, 314, 315])
        #expect(histogram.counts == [0, 0, 7, 0, 0])
        #expect((histogram.share(of: 312) - 0.5).magnitude < 1e-9)
    }

    @Test func `a wide range has steps of 1, 2 and 5`() throws {
        let points = [1.0, 7, 90, 5_000].map { Distribution.Point(value: $0, count: 1) }
        let histogram = try #require(Histogram(Distribution(points: points), .tokens))
        #expect(histogram.edges == [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000])
    }

    @Test func `values outside the bars are at the ends`() throws {
        let histogram = try #require(Histogram(Distribution(points: [.init(value: 100, count: 1)]), .seconds))
        #expect(histogram.share(of: 0) == 0)
        #expect(histogram.share(of: 1e9) == 1)
    }
}
