import BatchAnalytics
import BatchArchive
import MessageBatches

/// One side of a comparison: a window, day, week, month, batch or model.
///
///     2026-11-01..2026-11-08   7d..   2026-11-21   yesterday   2026-W45   2026-10   msgbatch_…   claude-opus-4-8
struct ComparedSide: Sendable, Hashable {
    /// The text that the user typed, for headings.
    let name: String
    /// The batches of this side.
    ///
    /// For a model, these are the batches that the other options select.
    let selection: ArchiveSelection
    /// The model whose requests are compared, or nil for all requests.
    let model: String?

    /// Parses one side of a comparison.
    ///
    /// A model is searched only in the batches of `limits`. Relative times count from `now`.
    init(_ text: String, within limits: ArchiveSelection, now: Timestamp) throws(StatisticsFailure) {
        name = text
        if let range = text.firstRange(of: "..") {
            let since = try Self.end(text[..<range.lowerBound], of: text, now: now)
            let until = try Self.end(text[range.upperBound...], of: text, now: now)
            guard since != nil || until != nil else { throw .invalidSide(text) }
            selection = ArchiveSelection(since: since, until: until)
            model = nil
        } else if let days = Self.days(text, now: now) {
            selection = ArchiveSelection(since: days.lowerBound.start, until: days.upperBound.start)
            model = nil
        } else if text.hasPrefix("msgbatch_") {
            selection = ArchiveSelection(ids: [text])
            model = nil
        } else {
            // A text that does not start with a letter is an invalid date, not a model.
            guard text.first?.isLetter == true else { throw .invalidSide(text) }
            selection = limits
            model = text
        }
    }

    /// An end of a window, or nil if that end is open.
    private static func end(_ end: Substring, of text: String, now: Timestamp) throws(StatisticsFailure) -> Timestamp? {
        if end.isEmpty { return nil }
        guard let moment = TimeExpression.moment(String(end), now: now) else { throw .invalidSide(text) }
        return moment
    }

    /// The days in a day, an ISO week or a month, or nil if the text is none of these.
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
        let next =
            month == 12
            ? CalendarDay(year: year + 1, month: 1, day: 1) : CalendarDay(year: year, month: month + 1, day: 1)
        return next.map { first..<$0 }
    }

    /// The days of an ISO 8601 week.
    ///
    /// Weeks begin on Monday, and the first week of a year contains 4 January.
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

extension ComparedSide {
    /// Warns that no request belongs to this side, and says why.
    func explainEmpty(in archives: [ArchiveFolders.Entry], _ context: CommandContext) async throws {
        let reasons = try await EmptyResult(selection: selection, model: model).reasons(in: archives)
        let what = model == nil ? "a window, a day or a batch" : "a model, a window or a batch"
        context.report(
            .warning,
            reasons.isEmpty
                ? "'\(name)' has no archived requests" : "'\(name)' is not \(what) with archived requests",
            details: reasons
        )
    }
}
