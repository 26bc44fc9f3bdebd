/// An amount of US dollars as a whole number of pico-dollars (10⁻¹² dollars).
///
/// `PriceTable` accepts only prices that are whole pico-dollars per token after all factors. Sums are therefore exact.
/// Nothing is rounded until it is printed.
package struct Money: Sendable, Hashable, Comparable {
    package var picoDollars: Int128

    package init(picoDollars: Int128) {
        self.picoDollars = picoDollars
    }

    package static let zero = Money(picoDollars: 0)

    package static func < (left: Money, right: Money) -> Bool {
        left.picoDollars < right.picoDollars
    }

    // Invented counts in a changed manifest can exceed 128 bits; such a sum stays at the limit.

    package static func + (left: Money, right: Money) -> Money {
        let (sum, overflow) = left.picoDollars.addingReportingOverflow(right.picoDollars)
        return Money(picoDollars: overflow ? (right < .zero ? .min : .max) : sum)
    }

    package static func - (left: Money, right: Money) -> Money {
        let (difference, overflow) = left.picoDollars.subtractingReportingOverflow(right.picoDollars)
        return Money(picoDollars: overflow ? (right < .zero ? .max : .min) : difference)
    }

    package static func += (left: inout Money, right: Money) {
        left = left + right
    }

    /// The part of an amount for `whole` requests that belongs to `part` of them, rounded toward zero.
    ///
    /// `whole` must be positive.
    package func share(of part: Int, in whole: Int) -> Money {
        let (each, rest) = picoDollars.quotientAndRemainder(dividingBy: Int128(whole))
        let (most, overflow) = each.multipliedReportingOverflow(by: Int128(part))
        guard !overflow else { return Money(picoDollars: each < 0 ? .min : .max) }
        return Money(picoDollars: most) + Money(picoDollars: rest * Int128(part) / Int128(whole))
    }
}

// MARK: - As text

extension Money {
    /// The maximum number of decimal places of an amount.
    package static let places = 12

    /// The exact amount in dollars, without trailing zeros: `12.5`, `-0.000000000001`, `0`.
    package var text: String {
        let (whole, fraction) = parts
        let sign = picoDollars < 0 ? "-" : ""
        let dollars = Self.digits(whole)
        guard fraction > 0 else { return sign + dollars }
        var (digits, places) = (fraction, Self.places)
        while digits.isMultiple(of: 10) { (digits, places) = (digits / 10, places - 1) }
        let kept = String(digits)
        let zeros = String(repeating: "0", count: places - kept.utf8.count)
        return "\(sign)\(dollars).\(zeros)\(kept)"
    }

    /// The absolute amount as whole dollars and the remaining pico-dollars.
    package var parts: (whole: UInt128, fraction: UInt64) {
        let (whole, fraction) = picoDollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        return (whole, UInt64(fraction))
    }

    /// Returns whole dollars in decimal.
    ///
    /// Small amounts use the `UInt64` formatter. The 128-bit formatter is the slowest one, and tables contain many
    /// amounts.
    package static func digits(_ whole: UInt128) -> String {
        UInt64(exactly: whole).map { String($0) } ?? String(whole)
    }

    /// Parses the format of ``text``; returns nil for anything else.
    ///
    /// The text is an optional minus sign and digits with at most one decimal point between them. After the twelfth
    /// decimal place only zeros are valid.
    package init?(_ text: String) {
        let bytes = text.utf8.span
        let isNegative = !bytes.isEmpty && bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        var amount: Int128 = 0
        var point: Int?
        for index in start..<bytes.count {
            if bytes[index] == UInt8(ascii: "."), point == nil, index > start {
                point = index
            } else if let point, index > point + Self.places {
                guard bytes[index] == UInt8(ascii: "0") else { return nil }
            } else {
                guard let longer = Self.appending(bytes[index], to: amount) else { return nil }
                amount = longer
            }
        }
        let places = point.map { bytes.count - $0 - 1 } ?? 0
        guard bytes.count > start, point == nil || places > 0 else { return nil }
        for _ in min(places, Self.places)..<Self.places {
            guard let longer = Self.appending(UInt8(ascii: "0"), to: amount) else { return nil }
            amount = longer
        }
        self.init(picoDollars: isNegative ? -amount : amount)
    }

    /// Returns `number` with one more decimal digit; nil if `digit` is not a digit or the result overflows.
    private static func appending(_ digit: UInt8, to number: Int128) -> Int128? {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (tens, first) = number.multipliedReportingOverflow(by: 10)
        let (sum, second) = tens.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
        return first || second ? nil : sum
    }
}
