import MessageBatches

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
        let bytes = text.utf8.span
        let isNegative = !bytes.isEmpty && bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        var value: Int128 = 0
        var point: Int?
        for index in start..<bytes.count {
            if bytes[index] == UInt8(ascii: "."), point == nil, index > start {
                point = index
            } else {
                guard let sum = Self.appending(bytes[index], to: value) else { return nil }
                value = sum
            }
        }
        let places = point.map { bytes.count - $0 - 1 } ?? 0
        guard bytes.count > start, point == nil || places > 0, places <= Self.places else { return nil }
        for _ in places..<Self.places {
            guard let longer = Self.appending(UInt8(ascii: "0"), to: value) else { return nil }
            value = longer
        }
        picodollars = isNegative ? -value : value
    }

    /// A number with one more digit behind it; nil for what is no digit, and where there are too many.
    private static func appending(_ digit: UInt8, to value: Int128) -> Int128? {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (tens, first) = value.multipliedReportingOverflow(by: 10)
        let (sum, second) = tens.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
        return first || second ? nil : sum
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
        var (whole, fraction) = parts
        let places = whole > 0 ? 2 : readingPlaces(fraction)
        let unit = Self.power(Self.places - places)
        fraction = (fraction + unit / 2) / unit
        if fraction == Self.power(places) { (whole, fraction) = (whole + 1, 0) }
        let sign = picodollars < 0 && (whole > 0 || fraction > 0) ? "-$" : "$"
        var cents: [UInt8] = [UInt8(ascii: ".")]
        cents.append(Int64(fraction), digits: places)
        return sign + NumberText.grouped(Self.text(whole)) + String(decoding: cents, as: UTF8.self)
    }

    /// Every digit: `0.0000012`, without zeros at the end.
    var exactText: String {
        let (whole, fraction) = parts
        let sign = picodollars < 0 ? "-" : ""
        guard fraction > 0 else { return sign + Self.text(whole) }
        var places: [UInt8] = [UInt8(ascii: ".")]
        places.append(Int64(fraction), digits: Self.places)
        while places.last == UInt8(ascii: "0") { places.removeLast() }
        return sign + Self.text(whole) + String(decoding: places, as: UTF8.self)
    }

    /// Dollars and pico-dollars, without the sign.
    private var parts: (whole: UInt128, fraction: UInt64) {
        let (whole, fraction) = picodollars.magnitude.quotientAndRemainder(dividingBy: UInt128(Self.power(Self.places)))
        return (whole, UInt64(fraction))
    }

    /// Numbers of 64 bits become text much faster than those of 128.
    private static func text(_ whole: UInt128) -> String {
        UInt64(exactly: whole).map { String($0) } ?? String(whole)
    }

    private func readingPlaces(_ fraction: UInt64) -> Int {
        guard fraction > 0 else { return 2 }
        let zeros = Self.places - String(fraction).utf8.count
        return zeros < 4 ? 4 : min(zeros + 2, Self.places)
    }

    private static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
