import Tables

/// A distribution put into bars between round edges.
struct Histogram: Sendable {
    /// What the values are, which decides which edges are round.
    enum Scale: Sendable {
        case tokens
        case seconds
    }

    /// Ascending, one more than bars; a bar holds its lower edge and not its upper.
    private(set) var edges: [Double]
    private(set) var counts: [Int64]

    /// The most bars drawn on an even scale.
    private static let evenBars = 18.0
    /// How often the smallest value must go into the largest before an even scale shows too little.
    private static let evenRatio = 60.0
    /// Bars drawn even if a single one holds everything, so that it has neighbours to be compared with.
    private static let fewestBars = 5

    /// Nil where nothing was counted.
    init?(_ distribution: Distribution, _ scale: Scale) {
        let points = distribution.points.filter { $0.count > 0 && $0.value.isFinite && $0.value >= 0 }
        guard let least = points.map(\.value).min(), let most = points.map(\.value).max() else { return nil }
        let all =
            scale == .seconds
            ? Self.clockEdges(to: most) : Self.countEdges(from: least, to: most)
        edges = Self.around(least, most, all)
        counts = Array(repeating: 0, count: edges.count - 1)
        for point in points {
            let bar = (edges.firstIndex { $0 > point.value } ?? edges.count) - 1
            counts[min(max(bar, 0), counts.count - 1)] += point.count
        }
    }

    /// The edges from below the smallest value to above the largest; a few more where that gives hardly a bar.
    private static func around(_ least: Double, _ most: Double, _ all: [Double]) -> [Double] {
        var first = all.lastIndex { $0 <= least } ?? 0
        var last = all.firstIndex { $0 > most } ?? all.count - 1
        while last - first < fewestBars, first > 0 || last < all.count - 1 {
            first = max(0, first - 1)
            last = min(all.count - 1, last + 1)
        }
        return Array(all[first...last])
    }

    /// Even steps for a narrow range, else 1, 2, 5 times powers of ten, with a bar of its own for zero.
    private static func countEdges(from least: Double, to most: Double) -> [Double] {
        if most / max(least, 1) < evenRatio {
            let step = max(1, ValueAxis.roundStep((most - least) / evenBars))
            let start = (least / step).rounded(.down) - Double(fewestBars)
            return (0...Int(evenBars) + 2 * fewestBars).map { max(0, start) * step + Double($0) * step }
        }
        var edges: [Double] = [0]
        var power = 1.0
        while (edges.last ?? 0) <= most {
            edges += [1, 2, 5].map { $0 * power }
            power *= 10
        }
        return edges
    }

    /// Edges people know from a clock, then days in doubling steps.
    private static func clockEdges(to most: Double) -> [Double] {
        let hours = [1.0, 2, 4, 6, 8, 12, 16, 20, 24].map { $0 * 3_600 }
        var edges: [Double] = [0, 1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800] + hours
        while (edges.last ?? 0) <= most { edges.append((edges.last ?? 1) * 2) }
        return edges
    }

    /// Where a value stands between the first edge and the last, 0 to 1; bars are equally wide.
    func share(of value: Double) -> Double {
        let bar = min(max((edges.firstIndex { $0 > value } ?? edges.count) - 1, 0), counts.count - 1)
        // A bar for one whole number holds it in its middle.
        let width = edges[bar + 1] - edges[bar]
        let within = width == 1 ? 0.5 : (value - edges[bar]) / width
        return (Double(bar) + min(max(within, 0), 1)) / Double(counts.count)
    }
}
