import MessageBatches
import Tables

/// A chart of bars over time, stacked by family of models.
struct TimelineChart: Sendable {
    let timeline: Timeline
    private var measure: Timeline.Measure { timeline.measure }

    /// The fraction of its slot that a bar fills, and the maximum fraction of the picture if there are few bars.
    private static let fill = 0.78
    private static let widest = 0.09

    /// The chart of a timeline; without one, a chart of the measure that says so.
    static func chart(_ timeline: Timeline?, _ measure: Timeline.Measure) -> Chart {
        let name = measure == .requests ? "Requests per " : "Batch cost per "
        guard let timeline else { return .empty(name + "day", "No requests in this window.") }
        let chart = TimelineChart(timeline: timeline)
        let isDrawn = timeline.starts.indices.contains { chart.value(timeline.total(bin: $0)) > 0 }
        guard isDrawn else { return .empty(name + timeline.step.rawValue, "No cost in this window.") }
        return chart.chart
    }

    private var chart: Chart {
        Chart(
            title: (measure == .requests ? "Requests" : "Batch cost") + " per " + timeline.step.rawValue,
            summary: summary,
            picture: .picture("plot", height: ValueAxis.pictureHeight, label: label, nodes),
            legend: legend
        )
    }

    /// The legend of the series that have bars.
    ///
    /// For costs, it omits series without a cost: failed requests are free, and requests without a price must not
    /// appear to be free.
    private var legend: [Chart.LegendEntry] {
        timeline.series.enumerated()
            .compactMap { index, series in
                let sum = timeline.total(series: index)
                guard value(sum) > 0 else { return nil }
                return Chart.LegendEntry(kind: series.kind, name: series.name, value: amount(sum))
            }
    }

    private var label: String {
        "Bar chart by \(timeline.step.rawValue) and model. \(summary)"
    }

    private var summary: String {
        let step = timeline.step
        let total = text(timeline.total)
        guard timeline.starts.count > 1 else {
            return "\(total) on one \(step.rawValue), \(step.label(timeline.starts[0]))."
        }
        let peak = timeline.starts.indices.max { value(timeline.total(bin: $0)) < value(timeline.total(bin: $1)) } ?? 0
        let span = "\(timeline.days.lowerBound.text) to \(timeline.days.upperBound.text)"
        let most = text(timeline.total(bin: peak))
        let time = "\(step == .day ? "on" : "in the \(step.rawValue) of") \(step.label(timeline.starts[peak]))"
        return "\(total) from \(span), with a maximum of \(most) \(time)."
    }

    private var nodes: [SVGNode] {
        let heights = timeline.starts.indices.map { value(timeline.total(bin: $0)) }
        let axis = ValueAxis(maximum: heights.max() ?? 0, wholeSteps: measure == .requests)
        let count = Double(timeline.starts.count)
        let ticks = HorizontalAxis.labels(timeline.starts.count) {
            timeline.step.label(timeline.starts[$0])
        } at: {
            (Double($0) + 0.5) / count
        }
        return axis.nodes(
            unit: measure == .requests ? "requests" : "US dollars",
            text: { axisText($0, step: axis.step) }
        )
            + timeline.starts.indices.map { bar($0, axis) } + ticks
            + [HorizontalAxis.unit(timeline.step.rawValue)]
    }

    /// One bin: one part per series, and an invisible target as high as the plot, so that users can point at low bars.
    private func bar(_ bin: Int, _ axis: ValueAxis) -> SVGNode {
        let slot = 1 / Double(timeline.starts.count)
        let width = min(slot * Self.fill, Self.widest)
        let left = (Double(bin) + 0.5) * slot - width / 2
        let target = SVGNode.rectangle(
            "target",
            x: Double(bin) * slot,
            width: slot,
            top: ValueAxis.top,
            height: ValueAxis.base - ValueAxis.top
        )
        var nodes = [target]
        var below = 0.0
        for (index, sum) in timeline.sums[bin].enumerated() where value(sum) > 0 {
            let top = axis.y(below + value(sum))
            let height = axis.y(below) - top
            // A thin gap separates two parts, so that they can be distinguished without color.
            let visible = height > 3 && below > 0 ? height - 1 : height
            nodes.append(.rectangle(timeline.series[index].kind, x: left, width: width, top: top, height: visible))
            below += value(sum)
        }
        return .group(tooltip: tooltip(bin), nodes)
    }

    private func tooltip(_ bin: Int) -> [String] {
        let parts = zip(timeline.series, timeline.sums[bin]).filter { value($0.1) > 0 }
        let title = "\(timeline.step.label(timeline.starts[bin])): \(text(timeline.total(bin: bin)))"
        return [title] + parts.map { "\($0.0.name): \(text($0.1))" }
    }

    private func value(_ sum: Timeline.Sum) -> Double {
        measure.value(sum)
    }

    private func amount(_ sum: Timeline.Sum) -> String {
        measure == .requests ? NumberText.integer(sum.requests) : sum.cost.displayText
    }

    private func text(_ sum: Timeline.Sum) -> String {
        let unit = measure == .cost ? "" : sum.requests == 1 ? " request" : " requests"
        return amount(sum) + unit
    }

    private func axisText(_ value: Double, step: Double) -> String {
        measure == .requests ? NumberText.compact(value) : AxisText.dollars(value, step: step)
    }
}
