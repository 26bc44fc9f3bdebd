package import JSONLines
import MessageBatches

/// The frequencies of values, to two significant digits: an HDR histogram.
///
/// The buckets are those of HdrHistogram with two significant digits (http://hdrhistogram.org). Values below 256 have
/// one bucket each. Every doubling above has 128 equal steps, so no bucket is wider than 1/128 of its values. Two
/// histograms merge exactly.
///
/// The package HdrHistogram 0.2.0 has the same buckets but is not used. Its `Codable` form is the dense array,
/// rebuilding it from its recorded values loses the exact maximum, and it cannot reduce its resolution to save space.
/// The remaining part would be the formula of ``index(of:)``.
package struct ValueHistogram: Sendable, Equatable {
    /// Steps per doubling as a power of two: 7 means 128 steps, which gives two significant digits.
    package static let fullResolution = 7

    /// The current resolution; below ``fullResolution`` only in a histogram that was stored with less.
    package private(set) var resolution = fullResolution
    /// Occurrences by bucket, up to the last bucket that has any.
    private var counts: [Int] = []
    /// The largest value, exact; 0 while empty.
    package private(set) var maximum = 0
    /// The sum of all values, exact up to `Int.max`.
    package private(set) var sum = 0
    /// The number of values.
    package private(set) var count = 0

    package init() {}

    /// Records a value; a negative one counts as 0.
    package mutating func record(_ value: Int) {
        let value = max(0, value)
        let index = index(of: value)
        if index >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count))
        }
        counts[index] += 1
        count += 1
        sum = sum.addingClamped(value)
        maximum = max(maximum, value)
    }

    /// The smallest recorded value that at least `percent` of all values do not exceed (nearest rank); nil while empty.
    ///
    /// The result is the upper end of the value's bucket, or ``maximum`` if that is smaller. It is too high by less
    /// than 1/128, never too low.
    package func percentile(_ percent: Int) -> Int? {
        percentileRange(percent)?.upperBound
    }

    /// The range that contains the exact percentile; ``percentile(_:)`` is its upper end.
    package func percentileRange(_ percent: Int) -> ClosedRange<Int>? {
        guard count > 0 else { return nil }
        let rank = max(1, Int((Int128(percent) * Int128(count) + 99) / 100))
        if percent > 50, count < .max { return rangeFromEnd(count - rank) }
        var seen = 0
        for index in counts.indices where counts[index] > 0 {
            seen = seen.addingClamped(counts[index])
            if seen >= rank { return rank == count ? maximum...maximum : range(ofBucket: index) }
        }
        return maximum...maximum
    }

    /// The range of the smallest value that all but `rest` values do not exceed.
    ///
    /// With few values, high percentiles are near the end of many empty buckets, so the search starts at the end.
    private func rangeFromEnd(_ rest: Int) -> ClosedRange<Int> {
        guard rest > 0 else { return maximum...maximum }
        var above = 0
        for index in counts.indices.reversed() where counts[index] > 0 {
            above = above.addingClamped(counts[index])
            if above > rest { return range(ofBucket: index) }
        }
        return maximum...maximum
    }

    /// The values of a bucket up to ``maximum``.
    private func range(ofBucket index: Int) -> ClosedRange<Int> {
        let upper = min(upperEnd(ofBucket: index), maximum)
        return min(lowerEnd(ofBucket: index), upper)...upper
    }

    /// The buckets with occurrences, lowest first: their range of values and their count.
    package var buckets: [(values: ClosedRange<Int>, count: Int)] {
        counts.enumerated()
            .compactMap { index, occurrences in
                occurrences > 0 ? (lowerEnd(ofBucket: index)...upperEnd(ofBucket: index), occurrences) : nil
            }
    }
}

// MARK: - Buckets

extension ValueHistogram {
    private func index(of value: Int) -> Int {
        let shift = max(0, Int.bitWidth - 1 - value.leadingZeroBitCount - resolution)
        return (shift << resolution) + (value >> shift)
    }

    private func shift(ofBucket index: Int) -> Int {
        max(0, (index >> resolution) - 1)
    }

    private func lowerEnd(ofBucket index: Int) -> Int {
        let shift = shift(ofBucket: index)
        return (index - (shift << resolution)) << shift
    }

    private func upperEnd(ofBucket index: Int) -> Int {
        lowerEnd(ofBucket: index) + ((1 << shift(ofBucket: index)) - 1)
    }
}

// MARK: - Merging

extension ValueHistogram: Mergeable {
    /// Adds the occurrences of another histogram.
    ///
    /// The result has the coarser resolution of the two.
    package mutating func merge(_ other: ValueHistogram) {
        if other.count == 0, other.resolution == Self.fullResolution { return }
        if count == 0, resolution == Self.fullResolution {
            self = other
            return
        }
        var other = other
        if other.resolution > resolution { other.coarsen(to: resolution) }
        if other.resolution < resolution { coarsen(to: other.resolution) }
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        // Most buckets of a single batch are empty.
        for (index, occurrences) in other.counts.enumerated() where occurrences > 0 {
            counts[index] = counts[index].addingClamped(occurrences)
        }
        count = count.addingClamped(other.count)
        sum = sum.addingClamped(other.sum)
        maximum = max(maximum, other.maximum)
    }

    /// Joins neighboring buckets.
    ///
    /// A coarser bucket consists of whole finer ones, so every value stays in its range.
    private mutating func coarsen(to resolution: Int) {
        guard resolution < self.resolution else { return }
        let old = self
        self.resolution = resolution
        guard let last = old.counts.indices.last else { return }
        counts = Array(repeating: 0, count: index(of: old.lowerEnd(ofBucket: last)) + 1)
        for (index, occurrences) in old.counts.enumerated() where occurrences > 0 {
            let place = self.index(of: old.lowerEnd(ofBucket: index))
            counts[place] = counts[place].addingClamped(occurrences)
        }
    }
}

// MARK: - Storing

extension ValueHistogram {
    /// The maximum length of the stored buckets in characters.
    ///
    /// A longer histogram is stored with half the resolution, repeatedly if necessary. A histogram of 100,000 different
    /// results fits with full resolution.
    static let storedLength = 2_000

    private enum Key: String, CaseIterable {
        case buckets = "b"
        case sum = "s"
        case maximum = "x"
        case resolution = "r"
    }

    private static let keys = JSONKeys<Key>()

    /// Reads the form that ``node`` writes.
    ///
    /// - Throws: ``JSONSyntaxError``, also if the bucket counts are damaged.
    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var text: JSONToken?
        var (sum, maximum): (Int?, Int?)
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .buckets: text = try json.requiredString()
            case .sum: sum = try json.requiredNumber()
            case .maximum: maximum = try json.requiredNumber()
            case .resolution: resolution = try json.requiredNumber()
            }
        }
        guard let text, let sum, let maximum, (0...Self.fullResolution).contains(resolution),
            let counts = json.withBytes(of: text, { RunLengthCode.counts($0, limit: index(of: .max) + 1) })
        else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
        (self.sum, self.maximum) = (sum, maximum)
        self.counts = counts
        count = counts.reduce(0) { $0.addingClamped($1) }
    }

    /// The stored form: buckets, sum, maximum, and the resolution if it is not the full one.
    package var node: JSONNode {
        var stored = self
        var text = RunLengthCode.text(stored.counts)
        while text.utf8.count > Self.storedLength, stored.resolution > 0 {
            stored.coarsen(to: stored.resolution - 1)
            text = RunLengthCode.text(stored.counts)
        }
        let isCoarser = stored.resolution < Self.fullResolution
        return .sorted([
            ("b", .text(text)), ("s", .number(sum)), ("x", .number(maximum)),
            ("r", isCoarser ? .number(stored.resolution) : nil),
        ])
    }
}
