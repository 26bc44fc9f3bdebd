import MessageBatches

/// A parser for the dates in HTTP headers (RFC 9110, section 5.6.7).
///
/// It reads the current form and the two obsolete ones that recipients must accept. All are in UTC.
enum HTTPDate {
    /// Parses a date; nil if the text is not a valid date.
    ///
    /// `century` is the first year of the century for the two-digit year of the oldest form.
    static func timestamp(_ text: String, century: Int = 2_000) -> Timestamp? {
        let words = text.split(whereSeparator: { " ,-".contains($0) }).map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT":
            // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
            return moment(year: words[3], month: words[2], day: words[1], clock: words[4], century: century)
        case 5:
            // Sun Nov  6 08:49:37 1994
            return moment(year: words[4], month: words[1], day: words[2], clock: words[3], century: century)
        default:
            return nil
        }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func moment(year: String, month: String, day: String, clock: String, century: Int) -> Timestamp? {
        let time = clock.split(separator: ":", omittingEmptySubsequences: false).map { number($0, digits: 2...2) }
        guard let monthIndex = months.firstIndex(of: month),
            let day = number(day, digits: 1...2),
            let shortYear = number(year, digits: year.utf8.count == 2 ? 2...2 : 4...4),
            time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
            hour < 24, minute < 60, second <= 60,
            let date = CalendarDay(
                year: year.utf8.count == 2 ? century + shortYear : shortYear,
                month: monthIndex + 1,
                day: day
            )
        else { return nil }
        return date.start.adding(seconds: Int64(hour * 3_600 + minute * 60 + min(second, 59)))
    }

    private static func number(_ text: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
