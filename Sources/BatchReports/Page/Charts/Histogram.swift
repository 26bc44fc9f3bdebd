import MessageBatches
import Tables

/// A distribution divided into bars with round edges.
struct Histogram: Sendable {
    /// The unit of the values, which determines the round edges.
    enum Scale: Sendable {
        case tokens
        case seconds
    }

    /// The edges in ascending order, one more than bars.
    ///
    /// A bar includes its lower edge and excludes its upper edge.
    private(set) var edges: [Double]
    private(set) var counts: [Int64]

    /// The maximum number of bars on an even scale.
    private static let evenBars = 18.0
    /// The maximum ratio of the largest to the smallest value for an even scale.
    private static let evenRatio = 60.0
    /// The minimum number of bars, so that a single full bar has empty neighbors for comparison.
    private static let fewestBars = 5

    /// Creates a histogram; nil if the distribution has no values.
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
            let place = min(max(bar, 0), counts.count - 1)
            counts[place] = counts[place].addingClamped(point.count)
        }
    }

    /// Selects the edges from below the smallest value to above the largest, with a few more if there would be too few
    /// bars.
    private static func around(_ least: Double, _ most: Double, _ all: [Double]) -> [Double] {
        var first = all.lastIndex { $0 <= least } ?? 0
        var last = all.firstIndex { $0 > most } ?? all.count - 1
        while last - first < fewestBars, first > 0 || last < all.count - 1 {
            first = max(0, first - 1)
            last = min(all.count - 1, last + 1)
        }
        return Array(all[first...last])
    }

    /// Even steps for a narrow range.
    ///
    /// Otherwise 1, 2, 5 times powers of ten, with a separate bar for zero.
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

    /// The usual divisions of seconds, minutes and hours, then days in doubling steps.
    private static func clockEdges(to most: Double) -> [Double] {
        let hours = [1.0, 2, 4, 6, 8, 12, 16, 20, 24].map { $0 * 3_600 }
        var edges: [Double] = [0, 1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800] + hours
        while (edges.last ?? 0) <= most { edges.append((edges.last ?? 1) * 2) }
        return edges
    }

    /// The horizontal position of a value as a fraction of the width, 0 to 1.
    ///
    /// All bars have equal widths.
    func share(of value: Double) -> Double {
        let bar = min(max((edges.firstIndex { $0 > value } ?? edges.count) - 1, 0), counts.count - 1)
        // A bar for a single whole number shows it in the middle.
        let width = edges[bar + 1] - edges[bar]
        let within = width == 1 ? 0.5 : (value - edges[bar]) / width
        return (Double(bar) + min(max(within, 0), 1)) / Double(counts.count)
    }
}
