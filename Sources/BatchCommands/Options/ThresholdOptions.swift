import ArgumentParser
import BatchAnalytics
import Tables

/// The option for thresholds that set the exit status.
struct ThresholdOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Exit with status 8 if this threshold is crossed; may be repeated.", valueName: "threshold")
    )
    var failIf: [String] = []

    /// The thresholds, in the order of the options.
    func parsed() throws(StatisticsFailure) -> [Threshold] {
        var thresholds: [Threshold] = []
        for text in failIf {
            do throws(ThresholdError) {
                thresholds.append(try Threshold(text))
            } catch {
                throw .threshold(error)
            }
        }
        return thresholds
    }

    /// The thresholds of a command that has one window, so that nothing can change.
    func parsedValues() throws(StatisticsFailure) -> [Threshold] {
        let thresholds = try parsed()
        for threshold in thresholds where threshold.subject != .value {
            throw .threshold(.changeOfOneWindow(threshold.text))
        }
        return thresholds
    }
}

/// A threshold with its outcome and the values that it was checked against.
struct ThresholdCheck {
    let threshold: Threshold
    let outcome: Threshold.Outcome
    /// The values as text, and what is missing if the threshold cannot be evaluated.
    private let values: String
    private let gap: String
    /// Requests without a price, which a cost does not include.
    private let unpricedRequests: Int

    /// Checks a comparison.
    init(_ threshold: Threshold, on comparison: Comparison) {
        let row = comparison[threshold.metric]
        let texts = threshold.texts([row.before, row.after]) { values in
            switch threshold.subject {
            case .value: threshold.crosses(values[1])
            case .difference: threshold.crosses(values[1] - values[0])
            case .relativeDifference: threshold.crosses((values[1] - values[0]) / values[0])
            }
        }
        self.threshold = threshold
        outcome = threshold.outcome(for: comparison)
        values = "\(texts[0]) before, \(texts[1]) after"
        gap = "the metric is missing on one side"
        unpricedRequests = comparison[.unpriced].after.number.map { Int($0) } ?? 0
    }

    /// Checks the value of one set of batches.
    init(_ threshold: Threshold, on measures: Measures) {
        let value = threshold.metric.value(of: measures)
        self.threshold = threshold
        outcome = threshold.outcome(for: measures)
        values = threshold.texts([value]) { threshold.crosses($0[0]) }[0]
        gap = "the selected batches have no value for the metric"
        unpricedRequests = measures.cost.unpricedRequests
    }

    /// Prints the threshold if it is crossed, cannot be evaluated, or was checked against an incomplete cost.
    func report(in context: CommandContext) {
        switch outcome {
        case .within where [.cost, .costPerRequest].contains(threshold.metric) && unpricedRequests > 0:
            let requests = unpricedRequests.counted("request", "requests")
            context.report(
                .warning,
                "threshold '\(threshold.text)': the cost does not include \(requests) without a price"
            )
        case .within: break
        case .crossed: context.report(.error, "threshold crossed: '\(threshold.text)': \(values)")
        case .undefined: context.report(.error, "threshold cannot be evaluated: '\(threshold.text)': \(gap)")
        }
    }
}

extension Threshold {
    /// The values as text, with as many decimal places as show that the threshold is crossed.
    ///
    /// `isCrossed` checks rounded values. Without more places, a value just above a limit can look equal to it.
    fileprivate func texts(_ cells: [Cell], isCrossed: ([Double]) -> Bool) -> [String] {
        let usual = cells.map { $0.displayText(metric.kind) ?? "–" }
        let numbers = cells.compactMap(\.number)
        guard numbers.count == cells.count else { return usual }
        func isShown(at places: Int) -> Bool { isCrossed(numbers.map { $0.rounded(to: places) }) }
        switch metric.kind {
        case .percent:
            guard let places = (1...10).first(where: { isShown(at: $0 + 2) }) else { return usual }
            return numbers.map { NumberText.decimal($0 * 100, places: places) + "%" }
        case .money:
            let amounts = cells.compactMap { if case .money(let amount) = $0 { amount } else { nil } }
            let least = amounts.map(\.displayPlaces).max() ?? 2
            guard let places = (least...12).first(where: { isShown(at: $0) }) else { return usual }
            return amounts.map { $0.displayText(places: places) }
        case .duration:
            // Hours have no seconds, and days have no minutes.
            let shown = numbers.map { seconds in
                let unit = seconds < 3_600 ? 1.0 : seconds < 86_400 ? 60 : 3_600
                return (seconds / unit).rounded() * unit
            }
            guard !isCrossed(shown) else { return usual }
            return zip(usual, numbers).map { "\($0) (\(NumberText.decimal($1, places: 0)) seconds)" }
        default: return usual
        }
    }
}

extension Double {
    fileprivate func rounded(to places: Int) -> Double {
        let unit = (0..<places).reduce(1.0) { product, _ in product * 10 }
        return (self * unit).rounded() / unit
    }
}
