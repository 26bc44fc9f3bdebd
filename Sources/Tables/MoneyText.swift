package import MessageBatches

extension Money {
    /// The approximate amount in dollars, for charts and comparisons.
    package var dollars: Double { Double(picoDollars) / 1e12 }

    /// Dollars and cents, with more decimal places for small amounts; rounds half away from zero.
    ///
    /// `$1,234.50`; below one dollar four places, `$0.0312`; below a hundredth of a cent the first two significant
    /// digits, `$0.0000012`.
    package var displayText: String {
        var (whole, fraction) = parts
        let places = whole > 0 ? 2 : displayPlaces(fraction)
        let unit = Self.power(Self.places - places)
        fraction = (fraction + unit / 2) / unit
        if fraction == Self.power(places) { (whole, fraction) = (whole + 1, 0) }
        let sign = picoDollars < 0 && (whole > 0 || fraction > 0) ? "-$" : "$"
        var cents: [UInt8] = [UInt8(ascii: ".")]
        cents.append(Int64(fraction), digits: places)
        return sign + NumberText.grouped(Self.digits(whole)) + String(decoding: cents, as: UTF8.self)
    }

    private func displayPlaces(_ fraction: UInt64) -> Int {
        guard fraction > 0 else { return 2 }
        let zeros = Self.places - String(fraction).utf8.count
        return zeros < 4 ? 4 : min(zeros + 2, Self.places)
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
