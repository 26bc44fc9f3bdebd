import MessageBatches
import Tables
import Testing

@testable import BatchReports

/// Properties of every chart, and the sizes of its shapes.
@Suite struct ChartTests {
    static func charts(_ document: ReportDocument) -> [Chart] {
        Timeline.Measure.allCases.map { TimelineChart.chart(Timeline(document.daily, $0), $0) } + [
            ResultChart.chart(document.results, usable: document.usable), TokenChart.chart(document.tokens),
            HistogramChart.outputTokens(document.outputTokens), HistogramChart.queueTime(document.queueSeconds),
            QueueHourChart.chart(document.queueHours, in: document.zone),
        ]
    }

    @Test(arguments: [ReportFixture.month, .large, .single, .hostile])
    func `every picture has a label, tooltips and stays inside`(fixture: ReportFixture) throws {
        for chart in Self.charts(fixture.document) {
            let tags = try marks(chart)
            #expect(tags[0].name == "svg" && tags[0]["role"] == "img" && !(tags[0]["aria-label"] ?? "").isEmpty)
            #expect(tags.count { $0.name == "g" } == tags.count { $0.name == "title" && !$0.textAfter.isEmpty })
            let height = try #require(tags[0]["height"].flatMap(Double.init))
            for rectangle in tags where rectangle.name == "rect" {
                let (left, width) = (try share(rectangle["x"]), try share(rectangle["width"]))
                let (top, tall) = (try pixels(rectangle["y"]), try pixels(rectangle["height"]))
                #expect(left >= 0 && width >= 0 && left + width <= 100.05, "\(chart.title)")
                #expect(top >= 0 && tall >= 0 && top + tall <= height, "\(chart.title)")
            }
        }
    }

    @Test func `every chart without data says so`() {
        for chart in Self.charts(ReportFixture.empty.document) {
            #expect(chart.picture == nil && chart.summary.hasSuffix("in this window.") && chart.legend.isEmpty)
        }
    }

    @Test func `timeline bars are as high as their values`() throws {
        let daily = [10, 20, 40].enumerated()
            .map { offset, requests in
                DailyUsage(day: CalendarDay(daysSinceEpoch: offset), model: "m", requests: Int64(requests), cost: nil)
            }
        let chart = TimelineChart.chart(Timeline(daily), .requests)
        let bars = try marks(chart).filter { $0["class"] == "s0" }
        let heights = try bars.map { try pixels($0["height"]) }
        #expect(heights == [44, 88, 176])
        #expect(
            chart.summary == "70 requests from 1970-01-01 to 1970-01-03, with a maximum of 40 requests on 1970-01-03."
        )
    }

    @Test func `only series with costs are shown, and a window without costs says so`() {
        func usage(_ model: String, _ cost: String?) -> DailyUsage {
            DailyUsage(day: CalendarDay(daysSinceEpoch: 0), model: model, requests: 5, cost: cost.flatMap { Money($0) })
        }
        let daily = [usage("a", "2"), usage("unpriced", nil), usage("b", "1")]
        let chart = TimelineChart.chart(Timeline(daily, .cost), .cost)
        #expect(chart.legend.map(\.name) == ["a", "b"])
        let without = TimelineChart.chart(Timeline([usage("unpriced", nil)], .cost), .cost)
        #expect(without.picture == nil && without.legend.isEmpty && without.summary == "No cost in this window.")
    }

    @Test func `a single day is a narrow bar`() throws {
        let chart = TimelineChart.chart(Timeline(ReportFixture.single.document.daily, .cost), .cost)
        let bars = try marks(chart).filter { $0["class"] == "s0" }
        #expect(try bars.map { try share($0["width"]) } == [9])
        #expect(chart.summary == "$0.0123 on one day, 2026-11-22.")
    }

    @Test func `the parts of the results add up to the whole`() throws {
        let chart = ResultChart.chart(["succeeded": 60, "errored": 30, "brand_new": 10], usable: 50)
        let parts = try marks(chart).filter { $0.name == "rect" }
        #expect(try parts.map { try share($0["width"]) } == [50, 10, 30, 10])
        #expect(chart.legend.map(\.name) == ["succeeded, usable", "succeeded, not usable", "errored", "brand_new"])
        #expect(chart.legend.map(\.value) == ["50 · 50.0%", "10 · 10.0%", "30 · 30.0%", "10 · 10.0%"])
    }

    @Test func `thinking is not counted twice`() {
        var usage = TokenUsage()
        usage.input = 60
        usage.output = 40
        usage.thinking = 30
        #expect(TokenChart.chart(usage).summary == "100 tokens: 60 of prompts, 40 of answers.")
    }

    @Test func `the percentiles are named and marked`() throws {
        let document = ReportFixture.month.document
        let chart = HistogramChart.queueTime(document.queueSeconds)
        #expect(chart.summary == "64 batches: p50 2h02m · p95 7h13m · max 10h48m")
        let markers = try marks(chart).filter { $0["class"] == "marker" }
        #expect(markers.count == 2)
        #expect(try share(markers[0]["x1"]) < share(markers[1]["x1"]))
    }

    @Test func `the label of p95 is right of its line, but left of it at the right end`() throws {
        func anchor(_ p95: Double) throws -> String? {
            let waits = Distribution(
                points: [.init(value: 60, count: 90), .init(value: 86_000, count: 10)],
                percentiles: [.init("p50", 60), .init("p95", p95)]
            )
            let name = try marks(HistogramChart.queueTime(waits)).first { $0.textAfter.contains("p95") }
            return name?["text-anchor"]
        }
        #expect(try anchor(600) == "start")
        #expect(try anchor(86_000) == "end")
    }

    /// The start tags of a chart's picture.
    private func marks(_ chart: Chart) throws -> [HTMLTags.Tag] {
        let picture = try #require(chart.picture)
        return HTMLTags(picture.markup).tags.filter { !$0.isEnd }
    }

    private func share(_ text: String?) throws -> Double {
        let text = try #require(text)
        return try #require(text.hasSuffix("%") ? Double(text.dropLast()) : text == "0" ? 0 : nil)
    }

    private func pixels(_ text: String?) throws -> Double {
        try #require(text.flatMap(Double.init))
    }
}
