import MessageBatches
import Testing

struct CalendarDayTests {
    @Test(arguments: [
        ("2026-03-31", -1, "2026-02-28"), ("2024-03-31", -1, "2024-02-29"), ("2026-01-15", -1, "2025-12-15"),
        ("2024-02-29", 12, "2025-02-28"), ("2024-02-29", -48, "2020-02-29"), ("2026-12-31", 2, "2027-02-28"),
        ("2100-03-30", -1, "2100-02-28"), ("2026-07-04", 0, "2026-07-04"), ("2026-10-31", 1, "2026-11-30"),
    ])
    func `months are added up to the last day of the month`(day: String, months: Int, expected: String) throws {
        #expect(try #require(CalendarDay(day)).adding(months: months).text == expected)
    }

    @Test(arguments: [
        (2026, 1, "2025-12-29"), (2026, 53, "2026-12-28"), (2027, 1, "2027-01-04"), (2020, 53, "2020-12-28"),
        (2024, 1, "2024-01-01"), (2021, 1, "2021-01-04"),
    ])
    func `a week begins on the Monday of its year`(year: Int, week: Int, monday: String) {
        #expect(CalendarDay(year: year, week: week)?.text == monday)
    }

    @Test(arguments: [(2027, 53), (2025, 53), (2026, 0), (2026, 54)])
    func `a week that the year does not have is invalid`(year: Int, week: Int) {
        #expect(CalendarDay(year: year, week: week) == nil)
    }

    @Test func `every day is in the week of its Monday, before 1970 too`() {
        for number in -800...800 {
            let day = CalendarDay(daysSinceEpoch: number)
            #expect((0...6).contains(number - day.monday.daysSinceEpoch))
            #expect((day.monday.daysSinceEpoch - 4) % 7 == 0)
            #expect(day.firstOfMonth.components.day == 1)
            #expect(day.firstOfMonth.components.month == day.components.month)
        }
    }
}
