/// US dollars for people, rounded from an exact decimal string without passing through floating point.
enum MoneyText {
    /// Dollars and cents, with more places where the amount is small.
    ///
    /// `$1,234.50`; below one dollar four places, `$0.0312`; below a hundredth of a cent the first two digits that
    /// count, `$0.0000012`. Rounds half away from zero. Text that is no decimal number comes back as it is.
    static func dollars(_ amount: String) -> String {
        var digits = Substring(amount)
        let isNegative = digits.hasPrefix("-")
        if isNegative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else {
            return amount
        }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        let whole = Array(parts[0].drop { $0 == "0" })
        let (dollars, cents) = rounded(whole: whole, fraction: fraction, places: places(whole, fraction))
        let isZero = dollars.isEmpty && cents.allSatisfy { $0 == "0" }
        let sign = isNegative && !isZero ? "-" : ""
        return sign + "$" + (dollars.isEmpty ? "0" : NumberText.grouped(String(dollars))) + "." + String(cents)
    }

    private static func places(_ whole: [Character], _ fraction: [Character]) -> Int {
        guard whole.isEmpty, let first = fraction.firstIndex(where: { $0 != "0" }) else { return 2 }
        return first < 4 ? 4 : min(first + 2, fraction.count)
    }

    /// Cuts the fraction at `places` and carries one upwards where the first digit cut off is 5 or more.
    private static func rounded(
        whole: [Character],
        fraction: [Character],
        places: Int
    ) -> ([Character], [Character]) {
        var digits = whole + fraction.prefix(places)
        digits += Array(repeating: "0", count: max(0, places - fraction.count))
        if fraction.count > places, fraction[places] >= "5" {
            var index = digits.count - 1
            while index >= 0, digits[index] == "9" {
                digits[index] = "0"
                index -= 1
            }
            if index >= 0 {
                digits[index] = Character(String((digits[index].wholeNumberValue ?? 0) + 1))
            } else {
                digits.insert("1", at: 0)
            }
        }
        let dollars = digits.dropLast(places).drop { $0 == "0" }
        return (Array(dollars), Array(digits.suffix(places)))
    }

    private static func isDigit(_ character: Character) -> Bool {
        character >= "0" && character <= "9" && character.isASCII
    }
}
