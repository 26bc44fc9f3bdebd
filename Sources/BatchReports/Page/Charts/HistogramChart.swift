import MessageBatches
import Tables

/// A chart of a distribution: a bar per range of values, and lines at the median and at p95.
struct HistogramChart: Sendable {
    let histogram: Histogram
    let percentiles: [Distribution.Percentile]
    let scale: Histogram.Scale
    let title: String
    /// The singular and plural name of the counted things.
    let nouns: (String, String)

    /// The chart of output tokens per request.
    static func outputTokens(_ distribution: Distribution) -> Chart {
        chart(distribution, .tokens, title: "Output tokens per request", nouns: ("request", "requests"))
    }

    /// The chart of queue times per batch.
    static func queueTime(_ distribution: Distribution) -> Chart {
        chart(distribution, .seconds, title: "Queue time per batch", nouns: ("batch", "batches"))
    }

    private static func chart(
        _ distribution: Distribution,
        _ scale: Histogram.Scale,
        title: String,
        nouns: (String, String)
    ) -> Chart {
        guard let histogram = Histogram(distribution, scale) else {
            return .empty(title, "No \(nouns.1) to show in this window.")
        }
        let chart = HistogramChart(
            histogram: histogram,
            percentiles: distribution.percentiles,
            scale: scale,
            title: title,
            nouns: nouns
        )
        return Chart(
            title: title,
            summary: chart.summary,
            picture: .picture("plot", height: ValueAxis.pictureHeight, label: chart.label, chart.nodes)
        )
    }

    private var total: Int64 {
        histogram.counts.reduce(Int64(0)) { $0.addingClamped($1) }
    }

    private var summary: String {
        let values = percentiles.map { "\($0.name) \(text($0.value))" }.joined(separator: " · ")
        return counted(total) + (values.isEmpty ? "" : ": \(values)")
            + (scale == .tokens && !values.isEmpty ? " tokens" : "")
    }

    private var label: String {
        "Histogram. \(title). \(summary)."
    }

    private var nodes: [SVGNode] {
        let axis = ValueAxis(maximum: Double(histogram.counts.max() ?? 0), wholeSteps: true)
        let count = Double(histogram.counts.count)
        let ticks = HorizontalAxis.labels(histogram.edges.count) {
            axisText(histogram.edges[$0])
        } at: {
            Double($0) / count
        }
        let bars = histogram.counts.indices.map { bar($0, axis) }
        return axis.nodes(unit: nouns.1, text: NumberText.compact) + bars + ticks + markers
            + [HorizontalAxis.unit(scale == .tokens ? "output tokens" : "from creation to end")]
    }

    private func bar(_ index: Int, _ axis: ValueAxis) -> SVGNode {
        let slot = 1 / Double(histogram.counts.count)
        let count = histogram.counts[index]
        let top = axis.y(Double(count))
        let width = min(slot * 0.94, 0.2)
        let share = NumberText.percent(Double(count) / Double(max(1, total)))
        return .group(
            tooltip: ["\(range(index)): \(counted(count)), \(share)"],
            [
                .rectangle(
                    "target",
                    x: Double(index) * slot,
                    width: slot,
                    top: ValueAxis.top,
                    height: ValueAxis.base - ValueAxis.top
                ),
                .rectangle(
                    Palette.succeeded,
                    x: (Double(index) + 0.5) * slot - width / 2,
                    width: width,
                    top: top,
                    height: ValueAxis.base - top
                ),
            ]
        )
    }

    /// Above this fraction of the width, there is no room for a label to the right of a line.
    private static let rightEnd = 0.88

    /// Lines at the median and at p95, with labels.
    ///
    /// The label of the median is to the left of its line and that of p95 to the right, so that they never overlap.
    /// Near the right edge, the label of p95 is to the left and higher.
    private var markers: [SVGNode] {
        ["p50", "p95"]
            .flatMap { name -> [SVGNode] in
                guard let value = percentiles.first(where: { $0.name == name })?.value else { return [] }
                let share = histogram.share(of: value)
                let x = Length.share(share)
                let isRight = name == "p95" && share <= Self.rightEnd
                return [
                    .line("marker", from: (x, ValueAxis.top - 8), to: (x, ValueAxis.base)),
                    .label(
                        isRight ? "\u{A0}" + name : name + "\u{A0}",
                        x: x,
                        // Above the highest bar, with room for descenders.
                        y: name == "p95" && !isRight ? 0 : ValueAxis.top - 4,
                        anchor: isRight ? .start : .end
                    ),
                ]
            }
    }

    private func range(_ index: Int) -> String {
        let (lower, upper) = (histogram.edges[index], histogram.edges[index + 1])
        guard scale == .tokens else { return "\(AxisText.duration(lower)) to \(AxisText.duration(upper))" }
        if upper - lower <= 1 { return "\(text(lower)) tokens" }
        return "\(text(lower)) to \(text(upper - 1)) tokens"
    }

    private func counted(_ count: Int64) -> String {
        "\(NumberText.integer(count)) \(count == 1 ? nouns.0 : nouns.1)"
    }

    private func text(_ value: Double) -> String {
        scale == .tokens ? NumberText.decimal(value, places: 0) : NumberText.duration(seconds: value)
    }

    private func axisText(_ value: Double) -> String {
        scale == .tokens ? NumberText.compact(value) : AxisText.duration(value)
    }
}
