package import MessageBatches

extension Money {
    /// The approximate amount in dollars, for charts and comparisons.
    package var dollars: Double { Double(picoDollars) / 1e12 }

    /// Dollars and cents, with more decimal places for small amounts; rounds half away from zero.
    ///
    /// `$1,234.50`; below one dollar four places, `$0.0312`; below a hundredth of a cent the first two significant
    /// digits, `$0.0000012`.
    package var displayText: String {
        displayText(places: displayPlaces)
    }

    /// Dollars with the given number of decimal places, from 2 to 12, for a column of amounts.
    ///
    /// An amount that would be rounded to zero is shown as less than the smallest one: `<$0.0001`.
    package func displayText(places: Int) -> String {
        var (whole, fraction) = parts
        let unit = Self.power(Self.places - places)
        let isZero = whole == 0 && fraction == 0
        fraction = (fraction + unit / 2) / unit
        if fraction == Self.power(places) { (whole, fraction) = (whole + 1, 0) }
        let isRounded = !isZero && whole == 0 && fraction == 0
        if isRounded { fraction = 1 }
        let sign = isRounded ? (picoDollars < 0 ? ">-$" : "<$") : picoDollars < 0 && !isZero ? "-$" : "$"
        var cents: [UInt8] = [UInt8(ascii: ".")]
        cents.append(Int64(fraction), digits: places)
        return sign + NumberText.grouped(Self.digits(whole)) + String(decoding: cents, as: UTF8.self)
    }

    /// The number of decimal places that the amount needs alone.
    package var displayPlaces: Int {
        let (whole, fraction) = parts
        guard whole == 0, fraction > 0 else { return 2 }
        let zeros = Self.places - String(fraction).utf8.count
        return zeros < 4 ? 4 : min(zeros + 2, Self.places)
    }

    /// The number of decimal places for all amounts of a column; nil if there is none.
    ///
    /// The smallest amount decides, up to four places more than the largest one needs.
    static func displayPlaces(of amounts: some Collection<Money>) -> Int? {
        guard let largest = amounts.max(by: { $0.picoDollars.magnitude < $1.picoDollars.magnitude }) else { return nil }
        let most = amounts.reduce(2) { max($0, $1.displayPlaces) }
        return min(most, largest.displayPlaces + 4, places)
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
