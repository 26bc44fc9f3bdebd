import Tables

/// The vertical axis of a chart: round steps from zero, horizontal lines, labels to the left.
struct ValueAxis: Sendable {
    /// The lower edge of the plot, in pixels from the top of the picture.
    static let base = 190.0
    /// The upper edge of the plot.
    static let top = 14.0
    /// The height of the picture, including the labels below the axis.
    static let pictureHeight = 230.0

    /// The distance between two lines: 1, 2 or 5 times a power of ten.
    let step: Double
    /// The value at the upper edge, a multiple of the step.
    let limit: Double

    /// Covers 0 to `maximum` with three to six steps.
    ///
    /// Set `wholeSteps` for counts.
    init(maximum: Double, wholeSteps: Bool) {
        let least = wholeSteps ? 1 : 0.000_001
        let peak = maximum > 0 ? maximum : (wholeSteps ? 1 : 0.01)
        step = max(least, Self.roundStep(peak / 5))
        limit = step * (peak / step - 1e-9).rounded(.up)
    }

    /// The smallest number of the form 1, 2 or 5 times a power of ten that is at least `least`, which must be above 0.
    static func roundStep(_ least: Double) -> Double {
        guard least > 0, least.isFinite else { return 1 }
        var power = 1.0
        while power > least { power /= 10 }
        while power * 10 <= least { power *= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? power * 10
    }

    /// The vertical position of a value, in pixels from the top.
    func y(_ value: Double) -> Double {
        Self.base - (Self.base - Self.top) * value / limit
    }

    /// The values with a line, zero first.
    var ticks: [Double] {
        (0...Int((limit / step).rounded())).map { Double($0) * step }
    }

    /// Lines and labels; `unit` is shown above the labels.
    func nodes(unit: String, text: (Double) -> String) -> [SVGNode] {
        let lines = ticks.flatMap { value in
            [
                SVGNode.line(
                    value == 0 ? "axis" : "grid",
                    from: (.share(0), y(value)),
                    to: (.share(1), y(value))
                ),
                .label(text(value), x: .pixels(-8), y: y(value) + 4, anchor: .end),
            ]
        }
        return lines + [.label(unit, x: .pixels(-50), y: 0, anchor: .start, kind: "unit")]
    }
}

/// Labels below a chart that stay inside the picture and do not overlap.
enum HorizontalAxis {
    /// The baseline of the labels.
    private static let baseline = ValueAxis.base + 20

    /// The width of a label and its gap to the next one, as a fraction of the widest picture.
    private static let room = 0.16
    /// Above this fraction of the width, a label ends at its position, because it would otherwise leave the picture.
    private static let rightEnd = 0.95

    /// Labels for up to five of `count` positions: the first, the middle and the last one, and two between them if they
    /// do not overlap the others.
    ///
    /// The style sheet hides the labels between if the picture is narrow.
    static func labels(_ count: Int, text: (Int) -> String, at share: (Int) -> Double) -> [SVGNode] {
        places(count, at: share)
            .flatMap { mark(text($0.place), at: share($0.place), kind: $0.isExtra ? "tick extra" : "tick") }
    }

    /// The positions with a label in order, and whether the label can be hidden.
    static func places(_ count: Int, at share: (Int) -> Double) -> [(place: Int, isExtra: Bool)] {
        guard count >= 5 else { return (0..<count).map { ($0, count == 4 && !$0.isMultiple(of: 2)) } }
        let main = [0, (count - 1) / 2, count - 1]
        var places = main.map { (place: $0, isExtra: false) }
        // The last label is to the left of its position, so the one before it is further left too.
        for quarter in [0.25, 0.7] {
            let place = Int((quarter * Double(count - 1)).rounded())
            let isClear = main.allSatisfy { (center(share($0)) - center(share(place))).magnitude >= room }
            if isClear { places.append((place, true)) }
        }
        return places.sorted { $0.place < $1.place }
    }

    /// The center of the label of a position.
    static func center(_ share: Double) -> Double {
        share > rightEnd ? share - room / 2 : share
    }

    /// A tick at a position, given as a fraction of the width, and a label below it.
    ///
    /// On the left, the label has room below the labels of the other axis. At the right end, it stays inside the
    /// picture.
    private static func mark(_ text: String, at share: Double, kind: String) -> [SVGNode] {
        let anchor: SVGNode.Anchor = share > rightEnd ? .end : .middle
        return [
            .line("axis", from: (.share(share), ValueAxis.base), to: (.share(share), ValueAxis.base + 5)),
            .label(text, x: .share(share), y: baseline, anchor: anchor, kind: kind),
        ]
    }

    /// The unit below the labels, on the right.
    static func unit(_ text: String) -> SVGNode {
        .label(text, x: .share(1), y: baseline + 18, anchor: .end, kind: "unit")
    }
}
