import MessageBatches
import Tables

/// A limit for a set of batches or a comparison, written `METRIC OPERATOR NUMBER`, for example `error_rate>+1%`.
///
/// - With a sign, the number limits the change: `cost_per_request_usd>+10%` means 10 % more than before,
///   `queue_seconds_p95>+600` ten minutes more. For rates and ratios, a change in percent means percentage
///   points: `usable_rate<-2%`.
/// - Without a sign, it limits the value itself: `error_rate>5%`, `unpriced_requests>0`. In a comparison, it is the value
///   of the second set.
///
/// Operators are `>`, `>=`, `<` and `<=`. Money is in dollars, queue times are in seconds. A percentile is known as a
/// range, and a limit in this range is not crossed.
package struct Threshold: Sendable, Hashable {
    package enum Operator: String, Sendable, CaseIterable {
        // The longer operators come first, so that `>=` is not read as `>`.
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
    }

    /// The value that the limit applies to.
    package enum Subject: Sendable, Hashable {
        /// The value of the second set.
        case value
        /// The difference between the sets.
        case difference
        /// The difference as a fraction of the first set's value.
        case relativeDifference
    }

    /// The result of a check.
    package enum Outcome: Sendable, Hashable {
        case within
        case crossed
        /// One of the sets does not have the metric, for example the error rate of no requests.
        case undefined
    }

    package var metric: ComparedMetric
    package var comparison: Operator
    package var subject: Subject
    /// The limit in the unit of the metric; percentages are stored as fractions.
    package var limit: Double
    /// The text that the user wrote.
    package var text: String
}

/// Why a text is not a valid threshold.
package enum ThresholdError: Error, Sendable, Hashable {
    /// The text does not have the form `METRIC OPERATOR NUMBER`.
    case syntax(String)
    case unknownMetric(String)
    /// A percentage for a metric that is not a rate needs a sign, because it can only limit a change.
    case percentWithoutSign(String)
    /// A sign limits a change, but there is only one set of batches.
    case changeOfOneWindow(String)
}

extension Threshold {
    /// Parses a threshold; spaces are ignored.
    package init(_ text: String) throws(ThresholdError) {
        let compact = text.filter { $0 != " " }
        guard
            let start = compact.firstIndex(where: { $0 == ">" || $0 == "<" }),
            let comparison = Operator.allCases.first(where: { compact[start...].hasPrefix($0.rawValue) })
        else { throw .syntax(text) }
        guard let metric = ComparedMetric(rawValue: String(compact[..<start])) else {
            throw .unknownMetric(String(compact[..<start]))
        }
        var number = compact[start...].dropFirst(comparison.rawValue.count)
        let isChange = number.hasPrefix("+") || number.hasPrefix("-")
        let isPercent = number.hasSuffix("%")
        if isPercent { number = number.dropLast() }
        guard let value = Self.number(number) else { throw .syntax(text) }
        let isRate = metric.kind == .percent
        guard isChange || isRate || !isPercent else { throw .percentWithoutSign(text) }
        self.init(
            metric: metric,
            comparison: comparison,
            subject: !isChange ? .value : isPercent && !isRate ? .relativeDifference : .difference,
            limit: isPercent ? value / 100 : value,
            text: text
        )
    }

    /// Parses a decimal number, with or without a sign, without an exponent.
    private static func number(_ text: Substring) -> Double? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
        return isNumber ? Double(text) : nil
    }

    /// Checks a comparison against this threshold.
    package func outcome(for comparison: Comparison) -> Outcome {
        let row = comparison[metric]
        return switch subject {
        case .value: outcome(for: row.after.number, least: row.leastAfter)
        case .difference: outcome(for: row.difference.number)
        // From zero to any value is an infinite relative change.
        case .relativeDifference:
            outcome(for: row.relative ?? row.difference.number.map { $0 > 0 ? .infinity : -.infinity })
        }
    }

    /// Checks the value of one set of batches.
    package func outcome(for measures: Measures) -> Outcome {
        outcome(for: metric.value(of: measures).number, least: metric.leastValue(of: measures))
    }

    /// Checks a value, of which the exact one can be as small as `least`.
    private func outcome(for found: Double?, least: Double? = nil) -> Outcome {
        guard let found else { return .undefined }
        let isUpper = comparison == .above || comparison == .atLeast
        return crosses(isUpper ? least ?? found : found) ? .crossed : .within
    }

    /// Compares the value with the limit.
    ///
    /// Values that agree to nine digits are equal, because quotients can be off in the last bit.
    package func crosses(_ value: Double) -> Bool {
        let isEqual = abs(value - limit) <= 1e-9 * abs(limit)
        return switch comparison {
        case .above: value > limit && !isEqual
        case .below: value < limit && !isEqual
        case .atLeast: value > limit || isEqual
        case .atMost: value < limit || isEqual
        }
    }
}
