import Tables

/// The vertical axis of a chart: round steps from zero, lines across, labels to the left.
struct ValueAxis: Sendable {
    /// Where the plot's lower edge is, in pixels from the top.
    static let base = 190.0
    /// Where its upper edge is.
    static let top = 14.0
    /// The picture's height, room for labels below the axis included.
    static let pictureHeight = 230.0

    /// Distance between two lines, 1, 2 or 5 times a power of ten.
    let step: Double
    /// The value at the upper edge, a multiple of the step.
    let limit: Double

    /// Covers 0 to `maximum` with three to six steps; `wholeSteps` for values that are counted.
    init(maximum: Double, wholeSteps: Bool) {
        let least = wholeSteps ? 1 : 0.000_001
        let peak = maximum > 0 ? maximum : (wholeSteps ? 1 : 0.01)
        step = max(least, Self.roundStep(peak / 5))
        limit = step * (peak / step - 1e-9).rounded(.up)
    }

    /// The smallest of 1, 2 and 5 times a power of ten that is not below `least`, which must be above 0.
    static func roundStep(_ least: Double) -> Double {
        guard least > 0, least.isFinite else { return 1 }
        var power = 1.0
        while power > least { power /= 10 }
        while power * 10 <= least { power *= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? power * 10
    }

    /// Pixels from the top for a value.
    func y(_ value: Double) -> Double {
        Self.base - (Self.base - Self.top) * value / limit
    }

    /// The values that get a line, zero first.
    var ticks: [Double] {
        (0...Int((limit / step).rounded())).map { Double($0) * step }
    }

    /// Lines and labels; `unit` stands above the labels.
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

/// Labels below a chart that neither run out of the picture nor into each other.
enum PlaceAxis {
    /// Where a label stands below the axis.
    private static let baseline = ValueAxis.base + 20

    /// How much of a picture's width, where there is most room, a label with its gap to the next one takes.
    private static let room = 0.16
    /// Past this a label would run out of the picture, so that it ends at its place instead.
    private static let rightEnd = 0.95

    /// Labels for up to five of `count` places: the first, the last, the one in the middle, and two between them as far
    /// as they keep clear of the others.
    ///
    /// The style sheet hides those between where the picture is narrow.
    static func labels(_ count: Int, text: (Int) -> String, at share: (Int) -> Double) -> [SVGNode] {
        places(count, at: share)
            .flatMap { mark(text($0.place), at: share($0.place), kind: $0.isExtra ? "tick extra" : "tick") }
    }

    /// The places that get a label, in order, and whether they can be missed.
    static func places(_ count: Int, at share: (Int) -> Double) -> [(place: Int, isExtra: Bool)] {
        guard count >= 5 else { return (0..<count).map { ($0, count == 4 && !$0.isMultiple(of: 2)) } }
        let main = [0, (count - 1) / 2, count - 1]
        var places = main.map { (place: $0, isExtra: false) }
        // The last label stands left of its place, so the one before it does too.
        for quarter in [0.25, 0.7] {
            let place = Int((quarter * Double(count - 1)).rounded())
            let isClear = main.allSatisfy { (centre(share($0)) - centre(share(place))).magnitude >= room }
            if isClear { places.append((place, true)) }
        }
        return places.sorted { $0.place < $1.place }
    }

    /// Where the middle of a label stands that belongs to a place.
    static func centre(_ share: Double) -> Double {
        share > rightEnd ? share - room / 2 : share
    }

    /// A short line at a place given as a share of the width, and a label under it.
    ///
    /// On the left there is room below the labels of the other axis; at the right end the label stands inside.
    private static func mark(_ text: String, at share: Double, kind: String) -> [SVGNode] {
        let anchor: SVGNode.Anchor = share > rightEnd ? .end : .middle
        return [
            .line("axis", from: (.share(share), ValueAxis.base), to: (.share(share), ValueAxis.base + 5)),
            .label(text, x: .share(share), y: baseline, anchor: anchor, kind: kind),
        ]
    }

    /// The unit under the labels, at the right.
    static func unit(_ text: String) -> SVGNode {
        .label(text, x: .share(1), y: baseline + 18, anchor: .end, kind: "unit")
    }
}
