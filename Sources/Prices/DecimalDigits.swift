/// A non-negative plain decimal number, stored as an integer with a fixed number of decimal places.
struct DecimalDigits {
    /// The number times ten to the power of the decimal places.
    let value: Int128

    /// Parses digits with at most one decimal point.
    ///
    /// Returns nil for a sign, an exponent, any other character, more than 18 digits before the point, or digits other
    /// than 0 after the last decimal place.
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
