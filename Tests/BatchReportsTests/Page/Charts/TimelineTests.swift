import MessageBatches
import Tables
import Testing

@testable import BatchReports

@Suite struct TimelineTests {
    private func day(_ text: String) throws -> CalendarDay {
        try #require(CalendarDay(text))
    }

    private func usage(_ day: CalendarDay, _ model: String = "a", _ requests: Int64 = 1, _ cost: String? = "0.1")
        -> DailyUsage
    {
        DailyUsage(day: day, model: model, requests: requests, cost: cost.flatMap { Money($0) })
    }

    @Test func `an empty list gives no timeline`() {
        #expect(Timeline([]) == nil)
    }

    @Test func `days without data have a bin`() throws {
        let timeline = try #require(
            Timeline([usage(try day("2024-02-27")), usage(try day("2024-03-02"))], end: try day("2024-03-03"))
        )
        #expect(timeline.step == .day)
        #expect(
            timeline.starts.map(\.text) == [
                "2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03",
            ]
        )
        #expect(timeline.starts.indices.map { timeline.total(bin: $0).requests } == [1, 0, 0, 0, 1, 0])
    }

    @Test func `an end before the last day with data hides nothing`() throws {
        let timeline = try #require(Timeline([usage(try day("2024-03-02"))], end: try day("2024-01-01")))
        #expect(timeline.starts.map(\.text) == ["2024-03-02"])
    }

    @Test(arguments: [(1, Timeline.Step.day), (92, .day), (93, .week), (731, .week), (732, .month), (5_000, .month)])
    func `long spans use weeks or months`(days: Int, step: Timeline.Step) {
        #expect(Timeline.Step.fitting(days: days) == step)
    }

    @Test func `weeks begin on Monday and months on the first, before the epoch too`() throws {
        #expect(Timeline.Step.week.start(of: try day("2026-11-22")).text == "2026-11-16")
        #expect(Timeline.Step.week.start(of: try day("2026-11-16")).text == "2026-11-16")
        #expect(Timeline.Step.week.start(of: try day("1969-12-31")).text == "1969-12-29")
        #expect(Timeline.Step.month.start(of: try day("2024-02-29")).text == "2024-02-01")
        #expect(Timeline.Step.month.next(after: try day("2024-01-01")).text == "2024-02-01")
        #expect(Timeline.Step.month.next(after: try day("2024-12-01")).text == "2025-01-01")
    }

    @Test(arguments: [1, 30, 92, 93, 400, 1_000])
    func `no request and no cost is lost for any span and number of models`(days: Int) throws {
        let first = try day("2023-12-30")
        let daily = (0..<days)
            .flatMap { offset in
                (0..<40)
                    .map {
                        usage(
                            CalendarDay(daysSinceEpoch: first.daysSinceEpoch + offset),
                            "model\($0)",
                            Int64($0 + 1),
                            "0.000000000001"
                        )
                    }
            }
        let timeline = try #require(Timeline(daily.reversed()))
        #expect(timeline.total.requests == Int64(days * 820))
        #expect(timeline.total.cost == Money(picoDollars: Int128(days * 40)))
        #expect(
            timeline.series.map(\.name) == [
                "model39", "model38", "model37", "model36", "model35", "model34", "34 other models",
            ]
        )
        #expect(
            timeline.series.indices.reduce(0) { $0 + timeline.total(series: $1).requests } == timeline.total.requests
        )
        #expect(timeline.starts.count <= 110)
        #expect(timeline.sums.allSatisfy { $0.count == 7 })
    }

    @Test func `each chart shows the families that are largest by its own values`() throws {
        let date = try day("2024-01-01")
        let busy = (0..<9).map { usage(date, "busy\($0)", 100 - Int64($0), "0.0\($0 + 1)") }
        let daily = busy + [usage(date, "dear", 2, "5")]
        let requests = try #require(Timeline(daily, .requests))
        let cost = try #require(Timeline(daily, .cost))
        #expect(requests.series.map(\.name) == (0..<6).map { "busy\($0)" } + ["4 other models"])
        #expect(cost.series.map(\.name) == ["dear"] + (4..<9).reversed().map { "busy\($0)" } + ["4 other models"])
        #expect(cost.total(series: 0).cost == Money("5"))
        #expect(requests.total == cost.total)
    }

    @Test func `a family has one color in every chart, and a chart uses no color twice`() throws {
        let date = try day("2024-01-01")
        let models = (0..<14).map { usage(date, "family\($0)", Int64($0 + 1), "\($0 * 5 % 14).5") }
        let colors = Timeline.Measure.allCases.map { measure in
            let series = Timeline(models, measure)?.series.filter { $0.kind != Palette.rest } ?? []
            #expect(series.count == Palette.size && Set(series.map(\.kind)).count == Palette.size)
            return Dictionary(uniqueKeysWithValues: series.map { ($0.name, $0.kind) })
        }
        let both = Set(colors[0].keys).intersection(colors[1].keys)
        #expect(!both.isEmpty && both.allSatisfy { colors[0][$0] == colors[1][$0] })
    }

    @Test func `the models of a family are one series, in any spelling`() throws {
        let date = try day("2024-01-01")
        let names = [
            "claude-3-5-haiku-20241022", "claude-haiku-4-5", "us.anthropic.claude-3-haiku-20240307-v1:0",
            "claude-opus-4-8", "claude-2.1", "gpt-4o",
        ]
        let daily = names.map { usage(date, $0, 10) } + [DailyUsage(day: date, model: nil, requests: 3, cost: nil)]
        let timeline = try #require(Timeline(daily))
        #expect(
            timeline.series.map(\.name) == [
                "haiku, 3 models", "claude-2.1", "gpt-4o", "claude-opus-4-8", "not succeeded",
            ]
        )
        #expect(timeline.total(series: 0).requests == 30)
        #expect(timeline.series.last?.kind == Palette.failed && timeline.total(series: 4).requests == 3)
        #expect(timeline.series.count { $0.kind == Palette.failed } == 1)
    }

    @Test func `seven families all keep their names`() throws {
        let date = try day("2024-01-01")
        let timeline = try #require(Timeline((0..<7).map { usage(date, "m\($0)") }))
        #expect(timeline.series.map(\.name) == (0..<7).map { "m\($0)" })
    }

    @Test func `usage without a price adds no cost`() throws {
        let date = try day("2024-01-01")
        let timeline = try #require(
            Timeline([usage(date, "a", 1, nil), usage(date, "a", 2, "no amount"), usage(date, "a", 3, "1.5")])
        )
        #expect(timeline.total == Timeline.Sum(requests: 6, cost: Money(picoDollars: 1_500_000_000_000)))
    }

    @Test func `the table contains the same values`() throws {
        let timeline = try #require(Timeline(ReportFixture.month.document.daily))
        #expect(timeline.table.rows.count == timeline.starts.count)
        #expect(
            timeline.table.totals == [
                .text("Total"), .integer(timeline.total.requests), .money(timeline.total.cost),
            ]
        )
    }
}
