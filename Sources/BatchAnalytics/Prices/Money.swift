/// An amount of US dollars as a whole number of pico-dollars, 10⁻¹² dollars.
///
/// A token's price is a whole number of pico-dollars after all its factors (``PriceTable`` refuses any other), so sums
/// are exact and nothing is rounded before it is printed.
package struct Money: Sendable, Hashable, Comparable {
    package var picoDollars: Int128

    package init(picoDollars: Int128) {
        self.picoDollars = picoDollars
    }

    package static let zero = Money(picoDollars: 0)

    package static func < (left: Money, right: Money) -> Bool {
        left.picoDollars < right.picoDollars
    }

    package static func + (left: Money, right: Money) -> Money {
        Money(picoDollars: left.picoDollars + right.picoDollars)
    }

    package static func - (left: Money, right: Money) -> Money {
        Money(picoDollars: left.picoDollars - right.picoDollars)
    }

    package static func += (left: inout Money, right: Money) {
        left.picoDollars += right.picoDollars
    }
}

// MARK: - As text

extension Money {
    /// The places behind the point that an amount can have.
    package static let places = 12

    /// The exact amount in dollars, without zeros at the end: `12.5`, `-0.000000000001`, `0`.
    package var text: String {
        let (whole, rest) = picoDollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        let sign = picoDollars < 0 ? "-" : ""
        // A table has an amount in every fourth cell, and no other text takes as long as that of 128 bits.
        let dollars = UInt64(exactly: whole).map { String($0) } ?? String(whole)
        guard rest > 0 else { return sign + dollars }
        var (digits, places) = (UInt64(rest), Self.places)
        while digits.isMultiple(of: 10) { (digits, places) = (digits / 10, places - 1) }
        let fraction = String(digits)
        let zeros = String(repeating: "0", count: places - fraction.utf8.count)
        return "\(sign)\(dollars).\(zeros)\(fraction)"
    }

    /// Reads what ``text`` gives; nil for anything but a decimal number with at most 12 places.
    package init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let digits = DecimalDigits(isNegative ? text.dropFirst() : text[...], places: Self.places)
        guard let amount = digits?.value else { return nil }
        self.init(picoDollars: isNegative ? -amount : amount)
    }
}

extension Money: Codable {
    /// Reads the decimal text that ``encode(to:)`` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let amount = Money(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no amount of dollars")
        }
        self = amount
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A plain decimal number from 0 on as a whole number of its last place.
struct DecimalDigits {
    /// The number times ten to the power of the places asked for.
    let value: Int128

    /// Nil for a sign, an exponent, anything but digits and one point, more than 18 digits in front of the point, or
    /// digits other than 0 behind the last place.
    init?(_ text: some StringProtocol, places: Int) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let (whole, fraction) = (Array(parts[0]), parts.count == 2 ? Array(parts[1]) : [])
        guard !whole.isEmpty, whole.count <= 18, parts.count == 1 || !fraction.isEmpty else { return nil }
        guard (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard fraction.dropFirst(places).allSatisfy({ $0 == 0x30 }) else { return nil }
        let kept = fraction.prefix(places)
        let padded = whole + kept + Array(repeating: 0x30, count: places - kept.count)
        value = padded.reduce(0) { $0 * 10 + Int128($1 - 0x30) }
    }
}
