package import MessageBatches

/// Parses points in time as the user types them.
///
/// All times are UTC.
///
///     2024-08-01   20240801   2024-08-01T06:00:00Z   7d   12h   today   yesterday   now
package enum TimeExpression {
    /// The forms for help and error texts.
    package static let forms = "2024-08-01, 20240801, 2024-08-01T06:00:00Z, 7d, 12h, today, yesterday"

    /// The point in time that an expression names, or nil if the expression is invalid.
    ///
    /// A date means its first moment. `7d` and `12h` mean that long before `now` (units w, d, h, m, s), if that is in
    /// the years 0000 to 9999.
    package static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        switch text {
        case "now": return now
        case "today": return now.day.start
        case "yesterday": return CalendarDay(daysSinceEpoch: now.day.daysSinceEpoch - 1).start
        default:
            return CalendarDay(text)?.start ?? Timestamp(text)
                ?? TimeSpan(text).flatMap { now.subtracting(seconds: $0.seconds) }
        }
    }
}

/// A span of time as the user typed it: `30s`, `90m`, `12h`, `7d`, `2w`.
struct TimeSpan: Sendable, Hashable {
    let text: String
    let seconds: Int64

    var duration: Duration { .seconds(seconds) }

    /// Returns nil if the text is not a span of time.
    init?(_ text: String) {
        let units: [Character: Int64] = ["w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count), text.first?.isNumber == true
        else { return nil }
        self.text = text
        seconds = count * unit
    }

    /// Parses the value of an option.
    ///
    /// Returns nil if the option is not given.
    init?(_ value: String?, _ option: String, allowsZero: Bool = false) throws(CommandFailure) {
        guard let value else { return nil }
        guard let span = TimeSpan(value), allowsZero || span.seconds > 0 else {
            throw .badSpan(option: option, value: value)
        }
        self = span
    }
}

/// Parses sizes in options: `300MB`, `64KiB`, `1000000`.
///
/// `NumberText.bytes` formats sizes for people.
enum ByteSize {
    private static let forms = "a size such as 300MB, 2GB, 512MiB or a number of bytes"

    private static let units: [(suffix: String, factor: Int)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ]

    /// The value of an option in bytes, at least 1.
    static func bytes(_ value: String, _ option: String) throws(CommandFailure) -> Int {
        guard let bytes = bytes(value), bytes > 0 else {
            throw .outOfRange(option: option, value: value, allowed: forms)
        }
        return bytes
    }

    /// A limit of this program as text: `64 KiB`, `16 MiB`.
    static func text(_ limit: Int) -> String {
        limit < 1 << 20 ? "\(limit >> 10) KiB" : "\(limit >> 20) MiB"
    }

    private static func bytes(_ text: String) -> Int? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let digits = text.dropLast(unit.suffix.count)
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits) else { return nil }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: unit.factor)
        return overflows ? nil : bytes
    }
}

/// Throws an error if a number is outside its allowed range.
func check(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws(CommandFailure) {
    guard range.contains(value) else {
        throw .outOfRange(
            option: option,
            value: String(value),
            allowed: "\(range.lowerBound) to \(range.upperBound)"
        )
    }
}
