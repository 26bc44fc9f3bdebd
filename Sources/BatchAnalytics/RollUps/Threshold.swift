import MessageBatches
import Tables

/// A limit that a comparison is held against, written `FIGURE OPERATOR NUMBER`: `error_rate>+1%`.
///
/// - With a sign the number limits the change: `cost_per_request>+10%` is a tenth more than before, `queue_p95>+600` ten
///   minutes more. Of rates and ratios, a change in percent means percentage points: `usable_rate<-2%`.
/// - Without a sign it limits the second set by itself: `error_rate>5%`, `unpriced>0`.
///
/// Operators are `>`, `>=`, `<` and `<=`. Money is in dollars, queue times in seconds.
package struct Threshold: Sendable, Hashable {
    package enum Operator: String, Sendable, CaseIterable {
        // The longer ones first, so that they are found first.
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
    }

    /// What the number is held against.
    package enum Subject: Sendable, Hashable {
        /// The metric of the second set.
        case value
        /// The difference between the sets.
        case difference
        /// The difference as a part of the first set's metric.
        case relativeDifference
    }

    /// What came of holding a comparison against a threshold.
    package enum Outcome: Sendable, Hashable {
        case held
        case crossed
        /// One of the sets does not have the metric, as the error rate of no requests.
        case undefined
    }

    package var metric: ComparedMetric
    package var comparison: Operator
    package var subject: Subject
    /// In the unit of the metric; a part, not percent.
    package var limit: Double
    /// As the user wrote it.
    package var text: String
}

/// Why a threshold is none.
package enum ThresholdError: Error, Sendable, Hashable {
    /// Not of the form `FIGURE OPERATOR NUMBER`.
    case syntax(String)
    case unknownMetric(String)
    /// A percentage of a figure that is no rate needs a sign: it can only be a change.
    case percentWithoutSign(String)
}

extension Threshold {
    /// Reads a threshold; blanks do not count.
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

    /// A decimal number, with or without a sign, without an exponent.
    private static func number(_ text: Substring) -> Double? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
        return isNumber ? Double(text) : nil
    }

    /// Holds a comparison against this threshold.
    package func outcome(for comparison: Comparison) -> Outcome {
        let row = comparison[metric]
        let found: Double? =
            switch subject {
            case .value: row.after.number
            case .difference: row.difference.number
            // From nothing to something is more than any part.
            case .relativeDifference: row.relative ?? row.difference.number.map { $0 > 0 ? .infinity : -.infinity }
            }
        guard let found else { return .undefined }
        return crosses(found) ? .crossed : .held
    }

    /// Differences of quotients may be off in the last bit: what equals the limit to nine digits equals it.
    private func crosses(_ value: Double) -> Bool {
        let isEqual = abs(value - limit) <= 1e-9 * abs(limit)
        return switch comparison {
        case .above: value > limit && !isEqual
        case .below: value < limit && !isEqual
        case .atLeast: value > limit || isEqual
        case .atMost: value < limit || isEqual
        }
    }
}
