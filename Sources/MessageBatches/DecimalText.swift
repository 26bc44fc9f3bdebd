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
