/// A moment in time as whole nanoseconds since 1970-01-01T00:00:00Z.
///
/// Windows are compared on this integer, so that no batch falls between two roundings. Good from 1678 to 2261.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the Unix epoch, UTC, leap seconds not counted.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment `seconds` after the Unix epoch.
    package init(seconds: Int64) {
        self.nanoseconds = seconds * 1_000_000_000
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// This moment moved by a number of seconds, which may be negative.
    package func adding(seconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds + seconds * 1_000_000_000)
    }

    /// The seconds from `earlier` to this moment.
    package func seconds(since earlier: Timestamp) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }

    /// The UTC day this moment lies in.
    package var day: CalendarDay {
        CalendarDay(daysSinceEpoch: Int(nanoseconds.flooredQuotient(by: 86_400_000_000_000)))
    }
}

extension Timestamp {
    /// Reads an RFC 3339 date-time: any number of fraction digits (those past nine are cut), `Z` or an offset.
    ///
    /// The API documents `Z` with six digits and sends `+00:00`; both are the same moment. A leap second counts as the
    /// second before it. Returns nil for anything else.
    package init?(_ text: some StringProtocol) {
        var reader = DigitReader(text)
        guard
            let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60,
            let date = CalendarDay(year: year, month: month, day: day),
            (1_700...2_200).contains(year)
        else { return nil }
        var fraction = 0
        if reader.skip(".") || reader.skip(",") {
            guard let nanoseconds = reader.fraction() else { return nil }
            fraction = nanoseconds
        }
        guard let offset = reader.offsetMinutes(), reader.isAtEnd else { return nil }
        let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        let seconds = Int64(minutes) * 60 + Int64(min(second, 59))
        self.init(nanoseconds: seconds * 1_000_000_000 + Int64(fraction))
    }

    /// RFC 3339 in UTC with six fraction digits and `Z`, the form every file of the archive uses.
    package var text: String {
        let inDay = nanoseconds - Int64(day.daysSinceEpoch) * 86_400_000_000_000
        let seconds = Int(inDay / 1_000_000_000)
        let micros = Int(inDay % 1_000_000_000) / 1_000
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0.padded(2) }.joined(separator: ":")
        return "\(day.text)T\(clock).\(micros.padded(6))Z"
    }
}

extension Timestamp: Codable {
    /// Reads the RFC 3339 text that ``encode(to:)`` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 date-time")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Reads fixed-width numbers out of date text, without locale and without Foundation.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) {
        rest = ArraySlice(Array(text.utf8))
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(digits: Int) -> Int? {
        let part = rest.prefix(digits)
        guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Nanoseconds of a fraction of any length.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let nine = digits.prefix(9).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return (min(digits.count, 9)..<9).reduce(nine) { value, _ in value * 10 }
    }

    mutating func offsetMinutes() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2), hours < 24 else { return nil }
        _ = skip(":")
        guard let minutes = number(digits: 2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
