import BatchAnalytics
import BatchPipeline
import Tables
import Testing

struct WeekTests {
    /// Weeks from Python's `date.isocalendar()`.
    @Test(arguments: [
        ("1970-01-01", "1970-W01"), ("1969-12-28", "1969-W52"), ("1969-12-29", "1970-W01"), ("2020-12-31", "2020-W53"),
        ("2021-01-03", "2020-W53"), ("2021-01-04", "2021-W01"), ("2024-12-29", "2024-W52"), ("2024-12-30", "2025-W01"),
        ("2026-01-01", "2026-W01"), ("2026-12-31", "2026-W53"), ("2027-01-03", "2026-W53"), ("2027-01-04", "2027-W01"),
    ])
    func `weeks follow ISO 8601`(day: String, week: String) throws {
        var rollUp = RollUp(by: try Grouping("week"))
        rollUp.add(.folded([.succeeded()], created: "\(day)T12:00:00Z"))
        #expect(rollUp.table().rows.map(\.first) == [.text(week)])
    }
}
