import MessageBatches

extension CalendarDay {
    /// The month: `2026-03`.
    var monthText: String {
        String(text.dropLast(3))
    }

    /// The ISO 8601 week: `2026-W10`.
    ///
    /// Weeks begin on Monday. A week belongs to the year that contains its Thursday.
    var weekText: String {
        // 1970-01-01 was a Thursday, so days since then plus 3 count from a Monday.
        let sinceMonday = ((daysSinceEpoch + 3) % 7 + 7) % 7
        let thursday = CalendarDay(daysSinceEpoch: daysSinceEpoch - sinceMonday + 3)
        let year = thursday.components.year
        let newYear = CalendarDay(year: year, month: 1, day: 1) ?? thursday
        let week = (thursday.daysSinceEpoch - newYear.daysSinceEpoch) / 7 + 1
        return "\(thursday.text.prefix(4))-W\(week < 10 ? "0" : "")\(week)"
    }
}

extension Timestamp {
    /// The hour of the day, UTC: `07`.
    var hourText: String {
        let hour = Int(seconds(since: day.start)) / 3_600
        return hour < 10 ? "0\(hour)" : "\(hour)"
    }
}
