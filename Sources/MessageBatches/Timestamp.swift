/// A point in time, in whole nanoseconds since 1970-01-01T00:00:00Z.
///
/// Windows compare this integer, so no batch is lost to rounding. The range is that of RFC 3339, the years 0000 to 9999,
/// so every value has a text of the same length that reads back. All operations stay inside the range.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the Unix epoch in UTC, without leap seconds.
    package let nanoseconds: Int128

    /// The first and the last moment: 0000-01-01T00:00:00Z and the last nanosecond of 9999-12-31.
    private static let range: ClosedRange<Int128> =
        (-62_167_219_200 * 1_000_000_000)...(253_402_300_800 * 1_000_000_000 - 1)

    /// Creates a time; one outside the years 0000 to 9999 becomes the first or the last moment.
    package init(nanoseconds: Int128) {
        self.nanoseconds = min(max(nanoseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    /// Creates the time `seconds` after the Unix epoch, within the range.
    package init(seconds: Int64) {
        self.init(nanoseconds: Int128(seconds) * 1_000_000_000)
    }

    /// Creates the time that a clock of the system shows, in seconds since the Unix epoch.
    package init(systemTime seconds: Double) {
        self.init(nanoseconds: Int128(exactly: (seconds * 1e9).rounded(.down)) ?? 0)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Returns the time `seconds` later, or earlier if `seconds` is negative, within the range.
    package func adding(seconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: nanoseconds + Int128(seconds) * 1_000_000_000)
    }

    /// Returns the time `seconds` earlier, or nil if it is before the year 0000.
    package func subtracting(seconds: Int64) -> Timestamp? {
        let earlier = nanoseconds - Int128(seconds) * 1_000_000_000
        return Self.range.contains(earlier) ? Timestamp(nanoseconds: earlier) : nil
    }

    /// Returns the number of seconds from `earlier` to this time.
    package func seconds(since earlier: Timestamp) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }

    /// Returns the number of days from `earlier` to this time, rounded down to tenths.
    package func tenthsOfDays(since earlier: Timestamp) -> Double {
        (seconds(since: earlier) / 8_640).rounded(.down) / 10
    }

    /// The UTC day of this time.
    package var day: CalendarDay {
        CalendarDay(daysSinceEpoch: Int(nanoseconds.flooredQuotient(by: 86_400_000_000_000)))
    }
}

extension Timestamp {
    /// Parses an RFC 3339 date-time with `Z` or an offset; returns nil for anything else.
    ///
    /// Fraction digits after the ninth are dropped. The API documents `Z` with six digits but sends `+00:00`. A leap
    /// second counts as the second before it.
    package init?(_ text: some StringProtocol) {
        var reader = DigitReader(text)
        guard
            let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(digits: 2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2), second <= 60,
            let date = CalendarDay(year: year, month: month, day: day)
        else { return nil }
        var fraction = 0
        if reader.skip(".") || reader.skip(",") {
            guard let nanoseconds = reader.fraction() else { return nil }
            fraction = nanoseconds
        }
        guard let offset = reader.offsetMinutes(), reader.isAtEnd else { return nil }
        let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        let seconds = Int64(minutes) * 60 + Int64(min(second, 59))
        // An offset can lead out of the range.
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(fraction)
        guard Self.range.contains(nanoseconds) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// The time in RFC 3339, in UTC, with six fraction digits and `Z`: the form in every file of the archive.
    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``text`` as UTF-8.
    package func append(to bytes: inout [UInt8]) {
        let day = day
        let inDay = Int64(nanoseconds - Int128(day.daysSinceEpoch) * 86_400_000_000_000)
        let seconds = inDay / 1_000_000_000
        day.append(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(seconds / 3_600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(seconds / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(seconds % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(inDay % 1_000_000_000 / 1_000, digits: 6)
        bytes.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp: Codable {
    /// Decodes the RFC 3339 text that ``encode(to:)`` writes.
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

/// Reads fixed-width numbers from date text without locale and Foundation.
private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Consumes the next digit; returns nil and consumes nothing if the next byte is not a digit.
    private mutating func digit() -> Int? {
        guard position < bytes.count, (0x30...0x39).contains(bytes[position]) else { return nil }
        position += 1
        return Int(bytes[position - 1] - 0x30)
    }

    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
        position += 1
        return true
    }

    /// Consumes a fraction of any length and returns it in nanoseconds.
    mutating func fraction() -> Int? {
        guard var fraction = digit() else { return nil }
        var places = 1
        while let digit = digit() {
            if places < 9 { (fraction, places) = (fraction * 10 + digit, places + 1) }
        }
        return (places..<9).reduce(fraction) { value, _ in value * 10 }
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

extension [UInt8] {
    /// Appends a number in decimal, padded with leading zeros to at least `digits` digits.
    ///
    /// It writes bytes directly because tables contain a number in nearly every cell. A `String` for each number took
    /// longer than the rest of a row.
    package mutating func append(_ number: Int64, digits: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var place = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || count - place < digits
        // The digits were appended in reverse order.
        var end = count - 1
        while place < end {
            swapAt(place, end)
            (place, end) = (place + 1, end - 1)
        }
    }
}
