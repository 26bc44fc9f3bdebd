import Tables
import Testing

@testable import BatchReports

@Suite struct AxisTests {
    @Test(arguments: [0, 1, 2, 3, 7, 10, 11, 99, 100, 101, 12_345, 1e9, 7.7e15])
    func `steps are round, few, and reach the largest value`(maximum: Double) {
        let axis = ValueAxis(maximum: maximum, wholeSteps: true)
        #expect(axis.limit >= maximum)
        #expect((2...7).contains(axis.ticks.count))
        #expect(axis.step >= 1 && axis.step == axis.step.rounded())
        #expect(axis.limit < max(2 * maximum, 2))
        #expect(axis.y(0) == ValueAxis.base && axis.y(axis.limit) == ValueAxis.top)
    }

    @Test(arguments: [0, 0.000_000_1, 0.0123, 0.5, 0.99, 1.01, 1_234.5])
    func `steps of money may be fractions`(maximum: Double) {
        let axis = ValueAxis(maximum: maximum, wholeSteps: false)
        #expect(axis.limit >= maximum * (1 - 1e-9))
        #expect((2...7).contains(axis.ticks.count))
    }

    @Test(arguments: [
        (1.0, 1.0), (1.1, 2), (2.1, 5), (5.1, 10), (0.03, 0.05), (0.05, 0.05), (51, 100), (0, 1), (-3, 1),
        (.infinity, 1),
    ])
    func `round steps are 1, 2 and 5 times powers of ten`(least: Double, step: Double) {
        #expect((ValueAxis.roundStep(least) - step).magnitude < 1e-12)
    }

    @Test(arguments: [
        (0.0, 0.005, "$0.000"), (0.015, 0.005, "$0.015"), (0.5, 0.5, "$0.50"), (1.5, 0.5, "$1.50"),
        (0.6000000000000001, 0.2, "$0.60"),
        (20, 20, "$20"), (1_500, 500, "$1,500"), (12_000, 2_000, "$12k"),
    ])
    func `labels of money have the decimal places of their step`(value: Double, step: Double, text: String) {
        #expect(AxisText.dollars(value, step: step) == text)
    }

    @Test(arguments: [
        (0.0, "0 s"), (30, "30 s"), (60, "1 min"), (1_800, "30 min"), (3_600, "1 h"), (86_400, "24 h"),
        (172_800, "2 d"),
    ])
    func `labels of time name one unit`(seconds: Double, text: String) {
        #expect(AxisText.duration(seconds) == text)
    }

    @Test func `labels are few, include both ends, and do not overlap`() {
        for count in 1...500 {
            let middles = (0..<count).map { (Double($0) + 0.5) / Double(count) }
            let edges = (0..<count).map { Double($0) / Double(max(1, count - 1)) }
            for shares in [middles, edges] {
                let places = HorizontalAxis.places(count, at: { shares[$0] }).map(\.place)
                #expect(places.first == 0 && places.last == count - 1)
                #expect(places.count <= 5 && places.count >= min(count, 3))
                let centres = places.map { HorizontalAxis.center(shares[$0]) }
                let isClear = zip(centres, centres.dropFirst()).allSatisfy { left, right in right - left > 0.155 }
                #expect(isClear, "\(count)")
            }
        }
    }
}
