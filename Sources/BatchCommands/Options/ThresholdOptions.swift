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
        let texts = [row.before, row.after].map { $0.displayText(threshold.metric.kind) ?? "–" }
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
        values = value.displayText(threshold.metric.kind) ?? "–"
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
