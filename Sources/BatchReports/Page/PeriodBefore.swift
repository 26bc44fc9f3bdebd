import BatchAnalytics
import MessageBatches
import Tables

extension PageMetrics {
    /// The values of the period of the same length before the window.
    struct PeriodBefore: Sendable {
        var start: Timestamp
        var end: Timestamp
        var measures: Measures
        var errors: RollUp

        /// The period, and whether there is anything to compare with.
        func sentence(in zone: CalendarZone) -> String {
            let period = [start, end]
                .map { $0 == zone.start(of: zone.day(of: $0)) ? zone.day(of: $0).text : NumberText.timestamp($0) }
                .joined(separator: " to before ")
            return measures.batches > 0
                ? "Changes are against the period before, \(period), with "
                    + "\(measures.batches.counted("batch", "batches"))."
                : "No batches are archived from the period before, \(period)."
        }
    }

    /// The changes of the values that both headlines have, by label.
    static func changes(from before: [Metric], to after: [Metric]) -> [String: String] {
        var changes: [String: String] = [:]
        for (old, new) in zip(before, after) where old.label == new.label {
            guard let base = old.value.number, let value = new.value.number else { continue }
            changes[new.label] = change(from: base, to: value, old)
        }
        return changes
    }

    /// A change in words: rates in percentage points, other values in percent.
    private static func change(from base: Double, to value: Double, _ old: Metric) -> String {
        if base == value { return "as before" }
        let arrow = value > base ? "▲" : "▼"
        if old.kind == .percent {
            let points = NumberText.decimal((value - base).magnitude * 100, places: 1)
            return "\(arrow) \(points) percentage points from \(old.text)"
        }
        guard base > 0 else { return "\(arrow) from \(old.text)" }
        return "\(arrow) \(NumberText.percent((value - base).magnitude / base)) from \(old.text)"
    }
}
