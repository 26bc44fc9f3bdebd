// Weeks, months and years of the calendar.
extension CalendarDay {
    /// Returns the day `count` days later, or earlier if `count` is negative.
    package func adding(days count: Int) -> CalendarDay {
        CalendarDay(daysSinceEpoch: daysSinceEpoch + count)
    }

    /// The Monday of the ISO 8601 week that contains the day.
    package var monday: CalendarDay {
        // 1970-01-01 was a Thursday, three days after a Monday.
        CalendarDay(daysSinceEpoch: (daysSinceEpoch + 3).flooredQuotient(by: 7) * 7 - 3)
    }

    /// The first day of the month.
    package var firstOfMonth: CalendarDay {
        adding(days: 1 - components.day)
    }

    /// Returns the same day `count` months later, or earlier if `count` is negative.
    ///
    /// If that month has fewer days, the result is its last day: one month before 31 March is the last day of February.
    package func adding(months count: Int) -> CalendarDay {
        let (year, month, day) = components
        let first = Self.firstOfMonth(year * 12 + month - 1 + count)
        let length = Self.firstOfMonth(year * 12 + month + count).daysSinceEpoch - first.daysSinceEpoch
        return first.adding(days: min(day, length) - 1)
    }

    /// The first day of the month with this number, counted from January of the year 0 as 0.
    private static func firstOfMonth(_ number: Int) -> CalendarDay {
        let year = number.flooredQuotient(by: 12)
        // Every month has a first day.
        return CalendarDay(year: year, month: number - year * 12 + 1, day: 1) ?? CalendarDay(daysSinceEpoch: 0)
    }

    /// The Monday of an ISO 8601 week, or nil if the year does not have the week.
    ///
    /// The first week of a year contains 4 January, and some years have 53 weeks.
    package init?(year: Int, week: Int) {
        guard (1...53).contains(week), let fourth = CalendarDay(year: year, month: 1, day: 4) else { return nil }
        self = fourth.monday.adding(days: (week - 1) * 7)
        // A week belongs to the year that contains its Thursday.
        guard adding(days: 3).components.year == year else { return nil }
    }
}
