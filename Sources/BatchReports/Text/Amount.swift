/// US dollars as whole pico-dollars, so that sums over a report's rows are exact.
struct Amount: Sendable, Hashable, Comparable {
    var picodollars: Int128

    static let zero = Amount(picodollars: 0)

    /// The places a decimal string may have after its point.
    private static let places = 12

    init(picodollars: Int128) {
        self.picodollars = picodollars
    }

    /// Reads `-12.000345`: digits, at most twelve of them after the point; nil for anything else.
    init?(_ text: String) {
        var digits = Substring(text).utf8
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard fraction.count <= Self.places else { return nil }
        let filled = fraction + Array(repeating: UInt8(ascii: "0"), count: Self.places - fraction.count)
        guard let value = Self.number(Array(parts[0]) + filled) else { return nil }
        picodollars = isNegative ? -value : value
    }

    private static func number(_ digits: [UInt8]) -> Int128? {
        var value: Int128 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
            guard !first, !second else { return nil }
            value = sum
        }
        return value
    }

    static func < (left: Amount, right: Amount) -> Bool {
        left.picodollars < right.picodollars
    }

    static func += (sum: inout Amount, other: Amount) {
        sum.picodollars += other.picodollars
    }

    /// Near enough for the height of a bar.
    var dollars: Double {
        Double(picodollars) / 1e12
    }
}

extension Amount {
    /// Dollars and cents, with more places where the amount is small; rounds half away from zero.
    ///
    /// `$1,234.50`; below one dollar four places, `$0.0312`; below a hundredth of a cent the first two digits that
    /// count, `$0.0000012`.
    var readingText: String {
        let places = readingPlaces
        let unit = power(Self.places - places)
        let rounded = Int128((picodollars.magnitude + UInt128(unit / 2)) / UInt128(unit))
        let (whole, fraction) = rounded.quotientAndRemainder(dividingBy: power(places))
        let digits = String(fraction)
        let cents = String(repeating: "0", count: places - digits.count) + digits
        return (picodollars < 0 && rounded > 0 ? "-$" : "$") + NumberText.grouped(String(whole)) + "." + cents
    }

    /// Every digit: `0.0000012`, without zeros at the end.
    var exactText: String {
        let (whole, fraction) = picodollars.magnitude.quotientAndRemainder(dividingBy: UInt128(power(Self.places)))
        let digits = String(fraction)
        var places = String(repeating: "0", count: Self.places - digits.count) + digits
        while places.hasSuffix("0") { places.removeLast() }
        return (picodollars < 0 ? "-" : "") + String(whole) + (places.isEmpty ? "" : "." + places)
    }

    private var readingPlaces: Int {
        let magnitude = picodollars.magnitude
        if magnitude == 0 || magnitude >= UInt128(power(Self.places)) { return 2 }
        let zeros = Self.places - String(magnitude).count
        return zeros < 4 ? 4 : min(zeros + 2, Self.places)
    }

    private func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
