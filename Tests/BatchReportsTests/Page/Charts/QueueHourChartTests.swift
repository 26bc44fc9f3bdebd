import MessageBatches
import Testing

@testable import BatchReports

@Suite struct QueueHourChartTests {
    private func rectangles(_ chart: Chart) throws -> [HTMLTags.Tag] {
        HTMLTags(try #require(chart.picture).markup).tags.filter { $0.name == "rect" && !$0.isEnd }
    }

    @Test func `each hour has a bar for p95 and a lower one for p50 at its place`() throws {
        let chart = QueueHourChart.chart(
            [
                QueueHour(hour: 18, batches: 3, p50: 7_200, p95: 36_000),
                QueueHour(hour: 6, batches: 1, p50: 3_600, p95: 18_000),
            ],
            in: .utc
        )
        let bars = try rectangles(chart).filter { $0["class"] != "target" }
        #expect(bars.map { $0["class"] } == ["s4", "s0", "s4", "s0"])
        // The axis ends at ten hours and is 176 pixels high.
        #expect(bars.map { $0["height"] } == ["88", "17.6", "176", "35.2"])
        #expect(bars.map { $0["x"] } == ["25.58%", "25.58%", "75.58%", "75.58%"])
        #expect(chart.summary == "Batches created from 18:00 to 19:00 (UTC) waited longest: p50 2h00m, p95 10h00m.")
        #expect(chart.picture?.markup.contains(">hours</text>") == true)
    }

    @Test func `one hour, and an hour before midnight`() {
        let chart = QueueHourChart.chart([QueueHour(hour: 23, batches: 1, p50: 5, p95: 5)], in: .utc)
        #expect(chart.summary == "All batches were created from 23:00 to 00:00 (UTC): p50 5.0 s, p95 5.0 s.")
    }

    @Test func `hours without batches have no bar, and none at all no picture`() throws {
        let hours = [
            QueueHour(hour: 3, batches: 0, p50: 1, p95: 1), QueueHour(hour: 24, batches: 1, p50: 1, p95: 1),
        ]
        #expect(QueueHourChart.chart(hours, in: .utc).picture == nil)
        #expect(QueueHourChart.chart([], in: .utc).summary == "No batches have ended in this window.")
    }
}
