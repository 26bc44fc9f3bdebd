package import BatchPipeline
package import MessageBatches

/// Parses points in time and periods as the user types them.
///
/// A **moment** is one of:
///
///     now
///     2026-11-01T06:00:00Z     RFC 3339, with Z or an offset, with or without seconds
///     2026-11-01 06:00         the same without an offset: in the zone of the command; also 2026-11-01T06:00:30
///     30s  90m  12h  7d  2w    that long before now; a day is 24 hours
///     1mo  1y                  calendar months or years before now, at most to the last day of the month
///
/// A **period** is one of:
///
///     2026-11-01  20261101     a day
///     2026-W45                 an ISO 8601 week, Monday to Sunday
///     2026-10   2026           a month, a year
///     today  yesterday  this-week  last-week  this-month  last-month  this-year  last-year
///     7d  12h  1mo             the time from then until now
///     A..B   A..   ..B         from A until before B; A and B are moments
///
/// An option that wants a moment understands a period too and uses its start. So `2026-10..2026-11` is October, and
/// `--until 2026-10` ends before October.
package enum TimeExpression {
    /// The forms of moments and periods, for help and error texts.
    package static let forms =
        "2026-11-01, '2026-11-01 06:00', 7d, 12h, 2w, 1mo, today, yesterday, last-week, this-month, 2026-W45, 2026-10, RFC 3339"

    /// The forms of periods, for help and error texts.
    static let periods = "2026-11-01, 2026-W45, 2026-10, yesterday, last-week, this-month, 7d, 2026-11-01..2026-11-08"

    /// The point in time that an expression names, or nil if the expression is invalid.
    ///
    /// A period means its first moment. The result is always in the years 0000 to 9999.
    package static func moment(_ text: String, now: Timestamp, in zone: CalendarZone = .utc) -> Timestamp? {
        if text == "now" { return now }
        if let days = days(text, now: now, in: zone) { return zone.start(of: days.lowerBound) }
        return exactMoment(text, in: zone) ?? moment(before: now, text, in: zone)
    }

    /// The window that a period names, or nil if the text is not a valid period.
    ///
    /// The start of the window is before its end. At least one end is set.
    package static func window(_ text: String, now: Timestamp, in zone: CalendarZone = .utc) -> BatchWindow? {
        if let range = text.firstRange(of: "..") {
            let (first, last) = (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
            let (since, until) = (moment(first, now: now, in: zone), moment(last, now: now, in: zone))
            guard (since != nil) == !first.isEmpty, (until != nil) == !last.isEmpty, since != nil || until != nil
            else { return nil }
            if let since, let until, since >= until { return nil }
            return BatchWindow(since: since, until: until)
        }
        if let days = days(text, now: now, in: zone) {
            let (since, until) = (zone.start(of: days.lowerBound), zone.start(of: days.upperBound))
            return since < until ? BatchWindow(since: since, until: until) : nil
        }
        guard let since = moment(before: now, text, in: zone), since < now else { return nil }
        return BatchWindow(since: since, until: now)
    }

    /// Parses the value of an option that wants a moment.
    static func moment(
        _ text: String,
        _ option: String,
        now: Timestamp,
        in zone: CalendarZone = .utc
    ) throws(CommandFailure) -> Timestamp {
        if let moment = moment(text, now: now, in: zone) { return moment }
        if let nearest = nearest(to: text) { throw .time(.misspelled(option: option, value: text, nearest: nearest)) }
        throw text.contains("..")
            ? .time(.rangeAsMoment(option: option, value: text)) : .badTime(option: option, value: text)
    }

    /// Parses the value of an option that wants a period.
    static func window(
        _ text: String,
        _ option: String,
        now: Timestamp,
        in zone: CalendarZone
    ) throws(CommandFailure) -> BatchWindow {
        if let window = window(text, now: now, in: zone) { return window }
        guard text != "now", let nearest = nearest(to: text) else {
            throw .time(.badPeriod(option: option, value: text))
        }
        throw .time(.misspelled(option: option, value: text, nearest: nearest))
    }

    /// The valid form that the user probably meant: `yesterday` for `yesteday`, `7d` for `7 days`.
    private static func nearest(to text: String) -> String? {
        if text.contains("..") { return nil }
        if let (count, word) = TimeSpan.parts(text) {
            let name = word.drop { $0 == " " }.lowercased()
            return unitNames.first { name.hasPrefix($0.name) }.map { "\(count)\($0.unit)" }
        }
        return NearestName.of(text.lowercased(), in: NamedPeriod.allCases.map(\.rawValue) + ["now"])
    }

    private static let unitNames: [(name: String, unit: String)] = [
        ("sec", "s"), ("min", "m"), ("hour", "h"), ("hr", "h"), ("day", "d"), ("week", "w"), ("mon", "mo"),
        ("year", "y"), ("yr", "y"),
    ]

    /// An RFC 3339 date-time in which the seconds and the offset can be missing.
    private static func exactMoment(_ text: String, in zone: CalendarZone) -> Timestamp? {
        var bytes = Array(text.utf8)
        // `2026-11-01 06:00` has 16 bytes.
        guard bytes.count >= 16, bytes[13] == UInt8(ascii: ":") else { return nil }
        if bytes.count == 16 || bytes[16] != UInt8(ascii: ":") { bytes.insert(contentsOf: ":00".utf8, at: 16) }
        let complete = String(decoding: bytes, as: UTF8.self)
        return Timestamp(complete) ?? Timestamp(complete + "Z").map { zone.moment(ofWallClock: $0) }
    }

    /// The moment a span before `now`, in units of s, m, h, d, w, mo and y.
    private static func moment(before now: Timestamp, _ text: String, in zone: CalendarZone) -> Timestamp? {
        if let span = TimeSpan(text) { return now.subtracting(seconds: span.seconds) }
        guard let (count, unit) = TimeSpan.parts(text), let months = ["mo": 1, "y": 12][unit] else { return nil }
        let wallClock = zone.wallClock(at: now)
        let day = wallClock.day.adding(months: -count * months)
        guard (0...9_999).contains(day.components.year) else { return nil }
        return zone.moment(
            ofWallClock: Timestamp(
                nanoseconds: day.start.nanoseconds + wallClock.nanoseconds - wallClock.day.start.nanoseconds
            )
        )
    }

    /// The days of a period that consists of whole days, or nil if the text is not one of these.
    private static func days(_ text: String, now: Timestamp, in zone: CalendarZone) -> Range<CalendarDay>? {
        let today = zone.day(of: now)
        if let named = NamedPeriod(rawValue: text) { return named.days(today) }
        if let day = CalendarDay(text) { return day..<day.adding(days: 1) }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let year = number(parts[0], digits: 4) else { return nil }
        switch parts.count {
        case 1: return months(12, fromYear: year, month: 1)
        case 2 where parts[1].first == "W":
            guard let week = number(parts[1].dropFirst(), digits: 2) else { return nil }
            return CalendarDay(year: year, week: week).map { $0..<$0.adding(days: 7) }
        case 2: return number(parts[1], digits: 2).flatMap { months(1, fromYear: year, month: $0) }
        default: return nil
        }
    }

    private static func months(_ count: Int, fromYear year: Int, month: Int) -> Range<CalendarDay>? {
        CalendarDay(year: year, month: month, day: 1).map { $0..<$0.adding(months: count) }
    }

    /// A number of exactly `digits` ASCII digits.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        text.utf8.count == digits && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
}

/// A period with a name, relative to today.
private enum NamedPeriod: String, CaseIterable {
    case today, yesterday
    case thisWeek = "this-week"
    case lastWeek = "last-week"
    case thisMonth = "this-month"
    case lastMonth = "last-month"
    case thisYear = "this-year"
    case lastYear = "last-year"

    func days(_ today: CalendarDay) -> Range<CalendarDay> {
        let month = today.firstOfMonth
        let year = month.adding(months: 1 - month.components.month)
        return switch self {
        case .today: today..<today.adding(days: 1)
        case .yesterday: today.adding(days: -1)..<today
        case .thisWeek: today.monday..<today.monday.adding(days: 7)
        case .lastWeek: today.monday.adding(days: -7)..<today.monday
        case .thisMonth: month..<month.adding(months: 1)
        case .lastMonth: month.adding(months: -1)..<month
        case .thisYear: year..<year.adding(months: 12)
        case .lastYear: year.adding(months: -12)..<year
        }
    }
}
