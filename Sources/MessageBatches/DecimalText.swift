extension [UInt8] {
    /// Appends a number in decimal digits, with zeros in front up to `digits` of them.
    ///
    /// Tables have a number in nearly every cell and a moment in many: a `String` for each took longer than the rest of
    /// a row.
    package mutating func append(_ number: Int64, digits: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var place = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || count - place < digits
        // The last digit came first.
        var end = count - 1
        while place < end {
            swapAt(place, end)
            (place, end) = (place + 1, end - 1)
        }
    }
}
