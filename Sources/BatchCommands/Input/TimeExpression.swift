package import MessageBatches

/// A moment as the user writes it.
///
/// Everything is UTC.
///
///     2024-08-01   20240801   2024-08-01T06:00:00Z   7d   12h   today   yesterday   now
package enum TimeExpression {
    /// The forms for help and error texts.
    package static let forms = "2024-08-01, 20240801, 2024-08-01T06:00:00Z, 7d, 12h, today, yesterday"

    /// The moment an expression means, seen from `now`; nil if it is none of the forms.
    ///
    /// A date is its first moment; `7d` and `12h` lie that long before `now` (units w, d, h, m).
    package static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        switch text {
        case "now": return now
        case "today": return now.day.start
        case "yesterday": return CalendarDay(daysSinceEpoch: now.day.daysSinceEpoch - 1).start
        default: return CalendarDay(text)?.start ?? Timestamp(text) ?? seconds(text).map { now.adding(seconds: -$0) }
        }
    }

    /// A span such as `7d`, `12h`, `90m`, `2w` in seconds; nil if it is none.
    package static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count), text.first?.isNumber == true
        else { return nil }
        return count * unit
    }
}
