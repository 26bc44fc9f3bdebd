import Tables

/// Formats axis labels, as short as the distance between two labels allows.
enum AxisText {
    /// `$0.50`, `$20`, `$1.5k`: with the decimal places that multiples of the step need, and at least cents below a
    /// dollar.
    static func dollars(_ value: Double, step: Double) -> String {
        if value >= 10_000 { return "$" + NumberText.compact(value) }
        var places = step < 1 ? 2 : 0
        while places < 6, isFraction(step * power(places)) { places += 1 }
        return "$" + NumberText.decimal(value, places: places)
    }

    /// `30 s`, `5 min`, `16 h`, `2 d`, for whole multiples of the unit.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: NumberText.compact(seconds) + " s"
        case ..<3_600: NumberText.compact(seconds / 60) + " min"
        case ..<172_800: NumberText.compact(seconds / 3_600) + " h"
        default: NumberText.compact(seconds / 86_400) + " d"
        }
    }

    /// Whether some multiple of a step is not a whole number, ignoring binary rounding errors.
    private static func isFraction(_ value: Double) -> Bool {
        (value - value.rounded()).magnitude > 1e-6
    }

    private static func power(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { product, _ in product * 10 }
    }
}
