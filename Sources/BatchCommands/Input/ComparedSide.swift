import BatchAnalytics
import BatchArchive
import MessageBatches

/// One side of a comparison as the user writes it.
///
///     2026-11-01..2026-11-08   7d..   2026-11-21   yesterday   2026-W45   2026-10   msgbatch_…   claude-opus-4-8
struct ComparedSide: Sendable, Hashable {
    /// The text, for headings.
    let name: String
    /// The batches that are meant; a model has the ones that were given.
    let selection: ArchiveSelection
    /// The model whose requests are meant; nil for all.
    let model: String?

    /// Reads a side; `limits` are the batches in which a model is looked for, and relative times count from `now`.
    init(_ text: String, within limits: ArchiveSelection, now: Timestamp) throws(FigureFailure) {
        name = text
        if let range = text.firstRange(of: "..") {
            let since = try Self.end(text[..<range.lowerBound], of: text, now: now)
            let until = try Self.end(text[range.upperBound...], of: text, now: now)
            guard since != nil || until != nil else { throw .noSide(text) }
            selection = ArchiveSelection(since: since, until: until)
            model = nil
        } else if let days = Self.days(text, now: now) {
            selection = ArchiveSelection(since: days.lowerBound.start, until: days.upperBound.start)
            model = nil
        } else if text.hasPrefix("msgbatch_") {
            selection = ArchiveSelection(ids: [text])
            model = nil
        } else {
            // Whatever begins like a date was meant as one.
            guard text.first?.isLetter == true else { throw .noSide(text) }
            selection = limits
            model = text
        }
    }

    /// An end of a window, nil for an open one.
    private static func end(_ end: Substring, of text: String, now: Timestamp) throws(FigureFailure) -> Timestamp? {
        if end.isEmpty { return nil }
        guard let moment = TimeExpression.moment(String(end), now: now) else { throw .noSide(text) }
        return moment
    }

    /// The days of a day, an ISO week or a month; the last is not among them.
    private static func days(_ text: String, now: Timestamp) -> Range<CalendarDay>? {
        if ["today", "yesterday"].contains(text) || CalendarDay(text) != nil {
            guard let day = TimeExpression.moment(text, now: now)?.day else { return nil }
            return day..<CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
        }
        let parts = text.split(separator: "-")
        guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]) else { return nil }
        if parts[1].count == 3, parts[1].first == "W", let week = Int(parts[1].dropFirst()) {
            return days(ofWeek: week, in: year)
        }
        guard parts[1].count == 2, let month = Int(parts[1]), let first = CalendarDay(year: year, month: month, day: 1)
        else { return nil }
        let next = month == 12 ? CalendarDay(year: year + 1, month: 1, day: 1) : CalendarDay(year: year, month: month + 1, day: 1)
        return next.map { first..<$0 }
    }

    /// An ISO 8601 week; the first of a year holds its 4 January, and weeks begin on Monday.
    private static func days(ofWeek week: Int, in year: Int) -> Range<CalendarDay>? {
        guard (1...53).contains(week), let fourth = CalendarDay(year: year, month: 1, day: 4) else { return nil }
        // 1970-01-01 was a Thursday, three days after a Monday.
        let sinceMonday = ((fourth.daysSinceEpoch + 3) % 7 + 7) % 7
        let monday = CalendarDay(daysSinceEpoch: fourth.daysSinceEpoch - sinceMonday + (week - 1) * 7)
        // Not every year has 53 weeks.
        guard CalendarDay(daysSinceEpoch: monday.daysSinceEpoch + 3).components.year == year else { return nil }
        return monday..<CalendarDay(daysSinceEpoch: monday.daysSinceEpoch + 7)
    }
}
