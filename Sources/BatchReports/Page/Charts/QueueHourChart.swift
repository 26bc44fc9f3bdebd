import MessageBatches
import Tables

/// A chart of queue times by the hour of the day in which batches were created: p50 in front of p95.
struct QueueHourChart: Sendable {
    let hours: [QueueHour]
    let zone: CalendarZone

    private static let title = "Queue time by hour of creation"

    static func chart(_ hours: [QueueHour], in zone: CalendarZone) -> Chart {
        let known = hours.filter { $0.batches > 0 && (0...23).contains($0.hour) }.sorted { $0.hour < $1.hour }
        guard !known.isEmpty else { return .empty(title, "No batches have ended in this window.") }
        let chart = QueueHourChart(hours: known, zone: zone)
        return Chart(
            title: title,
            summary: chart.summary,
            picture: .picture(
                "plot",
                height: ValueAxis.pictureHeight,
                label: "Bar chart by hour, \(zone.name). \(chart.summary)",
                chart.nodes
            ),
            legend: [
                .init(kind: Palette.succeeded, name: "p50: half of the batches took at most this long", value: ""),
                .init(kind: Palette.succeededSecond, name: "p95: 95 of 100 batches did", value: ""),
            ],
            isWide: true
        )
    }

    /// The slowest hour in words.
    private var summary: String {
        guard let slowest = hours.max(by: { $0.p50 < $1.p50 }) else { return "" }
        let time = "\(name(slowest.hour)) to \(name((slowest.hour + 1) % 24)) (\(zone.name))"
        return hours.count == 1
            ? "All batches were created from \(time): \(values(slowest))."
            : "Batches created from \(time) waited longest: \(values(slowest))."
    }

    private func values(_ hour: QueueHour) -> String {
        "p50 \(NumberText.duration(seconds: hour.p50)), p95 \(NumberText.duration(seconds: hour.p95))"
    }

    private func name(_ hour: Int) -> String {
        (hour < 10 ? "0" : "") + "\(hour):00"
    }

    /// The unit of the axis, and its length in seconds.
    private var unit: (name: String, seconds: Double) {
        switch hours.map(\.p95).max() ?? 0 {
        case ..<120: ("seconds", 1)
        case ..<7_200: ("minutes", 60)
        case ..<172_800: ("hours", 3_600)
        default: ("days", 86_400)
        }
    }

    private var nodes: [SVGNode] {
        let unit = unit
        let axis = ValueAxis(maximum: (hours.map(\.p95).max() ?? 0) / unit.seconds, wholeSteps: false)
        let ticks = HorizontalAxis.labels(24) {
            name($0)
        } at: {
            (Double($0) + 0.5) / 24
        }
        return axis.nodes(unit: unit.name, text: NumberText.compact)
            + hours.map { bar($0, axis, unit.seconds) } + ticks
            + [HorizontalAxis.unit("hour of creation")]
    }

    /// One hour: p95 as a bar, p50 as a bar before it.
    private func bar(_ hour: QueueHour, _ axis: ValueAxis, _ unit: Double) -> SVGNode {
        let slot = 1.0 / 24
        func rectangle(_ kind: String, _ seconds: Double) -> SVGNode {
            let top = axis.y(seconds / unit)
            let left = (Double(hour.hour) + 0.14) * slot
            return .rectangle(kind, x: left, width: slot * 0.72, top: top, height: ValueAxis.base - top)
        }
        let target = SVGNode.rectangle(
            "target",
            x: Double(hour.hour) * slot,
            width: slot,
            top: ValueAxis.top,
            height: ValueAxis.base - ValueAxis.top
        )
        return .group(
            tooltip: ["\(name(hour.hour)): \(values(hour))", hour.batches.counted("batch", "batches")],
            [target, rectangle(Palette.succeededSecond, hour.p95), rectangle(Palette.succeeded, hour.p50)]
        )
    }
}
