/// A span of time as the user typed it: `30s`, `90m`, `12h`, `7d`, `2w`.
///
/// Months and years have no fixed length, so only ``TimeExpression`` accepts them.
struct TimeSpan: Sendable, Hashable {
    let text: String
    let seconds: Int64

    var duration: Duration { .seconds(seconds) }

    /// Returns nil if the text is not a span of time.
    init?(_ text: String) {
        let units: [String: Int64] = ["w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let (count, unit) = Self.parts(text), let seconds = units[unit] else { return nil }
        self.text = text
        self.seconds = Int64(count) * seconds
    }

    /// Parses the value of an option.
    ///
    /// Returns nil if the option is not given. A number without a unit is valid only if `allowsSeconds` is true.
    init?(
        _ value: String?,
        _ option: String,
        allowsZero: Bool = false,
        allowsSeconds: Bool = false
    ) throws(CommandFailure) {
        guard let value else { return nil }
        guard let span = TimeSpan(value) ?? (allowsSeconds ? TimeSpan(value + "s") : nil),
            allowsZero || span.seconds > 0
        else {
            throw .badSpan(option: option, value: value)
        }
        self = span
    }

    /// The number, up to 1,000,000, and the letters after it, or nil if the text does not have this form.
    static func parts(_ text: String) -> (count: Int, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), count <= 1_000_000 else { return nil }
        return (count, String(text.dropFirst(digits.count)))
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
