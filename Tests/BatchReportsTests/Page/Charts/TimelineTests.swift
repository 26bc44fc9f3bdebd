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
                            "model-\($0)",
                            Int64($0 + 1),
                            "0.000000000001"
                        )
                    }
            }
        let timeline = try #require(Timeline(daily.reversed()))
        #expect(timeline.total.requests == Int64(days * 820))
        #expect(timeline.total.cost == Money(picoDollars: Int128(days * 40)))
        #expect(
            timeline.series == [
                "model-39", "model-38", "model-37", "model-36", "model-35", "model-34", "34 other models",
            ]
        )
        #expect(
            timeline.series.indices.reduce(0) { $0 + timeline.total(series: $1).requests } == timeline.total.requests
        )
        #expect(timeline.starts.count <= 110)
        #expect(timeline.sums.allSatisfy { $0.count == 7 })
    }

    @Test func `an expensive model with few requests keeps its name`() throws {
        let date = try day("2024-01-01")
        let busy = (0..<9).map { usage(date, "busy-\($0)", 100 - Int64($0), "0.01") }
        let timeline = try #require(Timeline(busy + [usage(date, "dear", 2, "5")]))
        #expect(timeline.series == (0..<5).map { "busy-\($0)" } + ["dear", "4 other models"])
        #expect(timeline.total(series: 5).cost == Money("5"))
        #expect(timeline.total(series: 6).requests == 95 + 94 + 93 + 92)
    }

    @Test func `seven models all keep their names`() throws {
        let date = try day("2024-01-01")
        let timeline = try #require(Timeline((0..<7).map { usage(date, "m\($0)") }))
        #expect(timeline.series == (0..<7).map { "m\($0)" })
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
