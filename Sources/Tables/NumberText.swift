package import MessageBatches

/// Formats numbers for people.
///
/// The separators are English on every machine. The locale is ignored, so that two runs print the same text.
package enum NumberText {
    /// A count with thousands separators: `1,234,567`.
    package static func integer(_ value: Int64) -> String {
        (value < 0 ? "-" : "") + grouped(String(value.magnitude))
    }

    /// A number such as `1,234.57`, rounded half away from zero; `–` if it is not a number.
    package static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "–" }
        // Above this limit, a Double has no exact digits to group, and its shortest form is more precise.
        guard value.magnitude < 1e15 else { return "\(value)" }
        let digits = fixed(value.magnitude, places: places)
        let point = digits.utf8.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
        let isZero = digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
        return (value < 0 && !isZero ? "-" : "") + grouped(digits[..<point]) + digits[point...]
    }

    /// All digits of a number for programs, without an exponent from 1e-12 up to 1e21: `0.0000125`; nil if it is not
    /// finite.
    package static func plain(_ value: Double) -> String? {
        guard value.isFinite else { return nil }
        let text = "\(value)"
        guard (1e-12..<1e21).contains(value.magnitude), let mark = text.utf8.firstIndex(of: UInt8(ascii: "e")),
            let exponent = Int(text[text.index(after: mark)...])
        else { return text }
        let digits = text[..<mark].filter { $0 != "-" && $0 != "." }
        let sign = value < 0 ? "-" : ""
        // The text before the exponent has one digit before its point.
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        return sign + digits + String(repeating: "0", count: max(0, exponent + 1 - digits.utf8.count)) + ".0"
    }

    /// The decimal places that a number needs for all its digits, at most 12 and at most 15 significant digits.
    ///
    /// A binary fraction has noise after its fifteenth digit.
    package static func places(_ value: Double) -> Int {
        guard value.isFinite, value.magnitude < 1e15 else { return 0 }
        var (limit, bound) = (12, 1_000.0)
        while limit > 0, value.magnitude >= bound { (limit, bound) = (limit - 1, bound * 10) }
        let digits = fixed(value.magnitude, places: limit)
        guard let point = digits.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        let fraction = digits[digits.index(after: point)...]
        return fraction.lastIndex { $0 != "0" }.map { fraction.distance(from: fraction.startIndex, to: $0) + 1 } ?? 0
    }

    /// A fraction as a percentage: `25.0%` for 0.25.
    package static func percent(_ fraction: Double) -> String {
        fraction.isFinite ? decimal(fraction * 100, places: 1) + "%" : "–"
    }

    /// A difference of two fractions in percentage points: `5.8 pp` for 0.058.
    package static func percentagePoints(_ difference: Double) -> String {
        difference.isFinite ? decimal(difference * 100, places: 1) + " pp" : "–"
    }

    /// A size in decimal units, like those of disks and networks: `987 B`, `1.4 GB`, `142 GB`.
    package static func bytes(_ value: Double) -> String {
        scaled(value, units: ["B", "kB", "MB", "GB", "TB", "PB", "EB"], wholeBelow: 1_000)
    }

    /// A data rate: `48.1 MB/s`.
    package static func byteRate(_ value: Double) -> String {
        bytes(value) + (value.isFinite ? "/s" : "")
    }

    /// A count in at most four characters and a unit, for chart axes and headlines: `950`, `12.3k`, `4M`, `1.2B`.
    package static func compact(_ value: Double) -> String {
        let text = scaled(value, units: ["", "k", "M", "B", "T"], wholeBelow: 0)
        return text.replacing(" ", with: "").replacing(".0", with: "")
    }

    /// A duration: `850 ms`, `3.4 s`, `12m05s`, `1h02m`, `2d03h`.
    package static func duration(seconds: Double) -> String {
        // A measured duration cannot exceed thirty thousand years.
        guard seconds.magnitude < 1e12 else { return "–" }
        guard seconds >= 0 else { return "-" + duration(seconds: -seconds) }
        if seconds == 0 { return "0 s" }
        if seconds < 0.9995 { return "\(Int((seconds * 1_000).rounded())) ms" }
        if seconds < 59.95 { return decimal(seconds, places: 1) + " s" }
        let whole = Int64(seconds.rounded())
        if whole < 3_600 { return "\(whole / 60)m\(twoDigits(whole % 60))s" }
        let minutes = Int64((seconds / 60).rounded())
        if minutes < 24 * 60 { return "\(minutes / 60)h\(twoDigits(minutes % 60))m" }
        let hours = Int64((seconds / 3_600).rounded())
        return "\(hours / 24)d\(twoDigits(hours % 24))h"
    }

    /// A timestamp in UTC with seconds: `2024-08-20 17:23:24Z`.
    package static func timestamp(_ moment: Timestamp) -> String {
        var bytes: [UInt8] = []
        moment.append(to: &bytes)
        bytes[10] = UInt8(ascii: " ")
        return String(decoding: bytes.prefix(19), as: UTF8.self) + "Z"
    }

    /// A timestamp in UTC without seconds: `2024-08-20 17:23`.
    package static func minute(_ moment: Timestamp) -> String {
        String(timestamp(moment).prefix(16))
    }

    /// How long ago something happened, in one unit: `5 min`, `11 h`, `3 days`.
    package static func age(seconds: Double) -> String {
        guard seconds >= 60 else { return "less than a minute" }
        if seconds < 2 * 3_600 { return "\(Int(seconds / 60)) min" }
        if seconds < 2 * 86_400 { return "\(Int(seconds / 3_600)) h" }
        return "\(integer(Int64(min(seconds / 86_400, 1e9)))) days"
    }

    /// Inserts a comma before every three digits, counted from the end.
    package static func grouped(_ digits: some StringProtocol) -> String {
        var left = digits.utf8.count
        guard left > 3 else { return String(digits) }
        var result: [UInt8] = []
        for digit in digits.utf8 {
            if !result.isEmpty, left.isMultiple(of: 3) { result.append(UInt8(ascii: ",")) }
            result.append(digit)
            left -= 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Plain digits with a fixed number of decimal places.
    package static func fixed(_ magnitude: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
        let shifted = (magnitude * scale).rounded()
        guard shifted < 9e18 else { return "\(magnitude)" }
        let (whole, rest) = Int64(shifted).quotientAndRemainder(dividingBy: Int64(scale))
        guard places > 0 else { return String(whole) }
        var digits: [UInt8] = []
        digits.append(whole)
        digits.append(UInt8(ascii: "."))
        digits.append(rest, digits: places)
        return String(decoding: digits, as: UTF8.self)
    }

    /// One decimal place below 100 of a unit, none above.
    ///
    /// Uses the next unit if rounding would give 1000.
    private static func scaled(_ value: Double, units: [String], wholeBelow: Double) -> String {
        guard value.isFinite else { return "–" }
        let sign = value < 0 ? "-" : ""
        var magnitude = value.magnitude
        if magnitude < wholeBelow, magnitude.rounded() < 1_000 {
            return "\(sign)\(Int(magnitude.rounded())) \(units[0])"
        }
        var index = 0
        while magnitude >= 999.5, index < units.count - 1 {
            magnitude /= 1_000
            index += 1
        }
        let places = magnitude < 99.95 ? 1 : 0
        return "\(sign)\(fixed(magnitude, places: places)) \(units[index])"
    }

    private static func twoDigits(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}

extension Int {
    /// The count with thousands separators: `1,234,567`.
    package var displayText: String {
        NumberText.integer(Int64(self))
    }

    /// The count with the singular or plural word: `1 batch`, `2 batches`.
    package func counted(_ one: String, _ many: String) -> String {
        "\(displayText) \(self == 1 ? one : many)"
    }
}
