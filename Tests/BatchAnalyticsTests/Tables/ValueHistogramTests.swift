import BatchAnalytics
import Foundation
import JSONLines
import TestSupport
import Testing

struct ValueHistogramTests {
    /// Percentiles that HdrHistogram 0.2.0 gives with two significant digits for parts of `referenceValues`.
    @Test(arguments: [
        (0..<1, [24, 24, 24, 24, 24]),
        (1..<11, [333_823, 2_359_295, 53_597_840, 53_597_840, 53_597_840]),
        (11..<1_011, [9_855, 48_758_783, 187_695_103, 742_391_807, 998_735_238]),
        (1_011..<55_332, [12_799, 66_322_431, 225_443_839, 738_197_503, 1_073_607_163]),
    ])
    func `percentiles are those of HdrHistogram`(part: Range<Int>, expected: [Int]) {
        let histogram = histogram(of: Array(Self.referenceValues[part]))
        #expect([50, 90, 95, 99, 100].map { histogram.percentile($0) } == expected)
    }

    @Test(arguments: [
        (0, 0...0), (1, 1...1), (127, 127...127), (255, 255...255), (256, 256...257), (511, 510...511),
        (512, 512...515),
        (1_000, 1_000...1_003), (99_999, 99_840...100_351), (123_456_789, 123_207_680...123_731_967),
        (1_000_000_000_000, 996_432_412_672...1_000_727_379_967),
    ])
    func `buckets are those of HdrHistogram`(value: Int, bucket: ClosedRange<Int>) {
        #expect(histogram(of: [value]).buckets.map(\.values) == [bucket])
    }

    @Test(arguments: [1, 2, 3, 7, 100, 999])
    func `a percentile is the nearest rank, too high by less than one part in 128`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let values = (0..<count).map { _ in random.skewed(upTo: 1_000_000) }.sorted()
        let histogram = histogram(of: values)
        for percent in 1...100 {
            let exact = values[(percent * count + 99) / 100 - 1]
            let found = histogram.percentile(percent) ?? -1
            #expect(found >= exact && found - exact <= exact / 128, "p\(percent) of \(count)")
            #expect(histogram.percentileRange(percent)?.contains(exact) == true, "p\(percent) of \(count)")
        }
        #expect(histogram.maximum == values.last)
        #expect(histogram.sum == values.reduce(0, +))
    }

    @Test func `an empty histogram has no percentiles`() throws {
        let histogram = ValueHistogram()
        #expect(histogram.percentile(50) == nil)
        #expect(try stored(histogram) == histogram)
    }

    @Test func `very large and negative numbers are recorded without an error`() throws {
        let histogram = histogram(of: [.max, .max, -5, .min])
        #expect(histogram.maximum == .max)
        #expect(histogram.sum == .max)
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.percentile(51) == .max)
        #expect(try stored(histogram) == histogram)
    }

    @Test func `merging gives the same histogram as recording all values`() {
        let values = Self.referenceValues
        var merged = histogram(of: Array(values[..<100]))
        merged.merge(histogram(of: Array(values[100...])))
        #expect(merged == histogram(of: values))
    }

    @Test func `a hundred thousand different values are stored with full resolution in 2,000 bytes`() throws {
        var random = SeededGenerator(seed: 8)
        // A log-normal distribution, like token counts: the sum of twelve uniform numbers is nearly normal.
        let values = (0..<100_000)
            .map { _ in
                let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
                return Int(exp(6.5 + 0.9 * normal))
            }
        let histogram = histogram(of: values)
        #expect(try stored(histogram) == histogram)
        #expect(histogram.node.text.count < 2_300)
    }

    @Test func `a large histogram is stored coarser, with the same count, sum and maximum`() throws {
        var random = SeededGenerator(seed: 9)
        let histogram = histogram(of: (0..<20_000).map { _ in random.int(0...1 << random.int(1...40)) })
        let coarse = try stored(histogram)
        #expect(coarse.resolution < histogram.resolution)
        #expect(coarse.count == histogram.count)
        #expect(coarse.sum == histogram.sum)
        #expect(coarse.maximum == histogram.maximum)
        let (exact, found) = (histogram.percentile(90) ?? 0, coarse.percentile(90) ?? 0)
        #expect(found >= exact && found - exact <= exact >> coarse.resolution)
        #expect(try stored(coarse) == coarse)
    }

    @Test func `merging keeps the coarser of two resolutions in either order`() throws {
        var random = SeededGenerator(seed: 10)
        let fine = histogram(of: (0..<500).map { _ in random.skewed(upTo: 1_000_000) })
        let coarse = try stored(histogram(of: (0..<20_000).map { _ in random.int(0...1 << random.int(1...50)) }))
        var first = fine
        first.merge(coarse)
        var second = coarse
        second.merge(fine)
        #expect(first == second)
        #expect(first.count == fine.count + coarse.count)
        #expect(first.resolution == coarse.resolution)
    }

    @Test(arguments: [
        #"{"b":"?","s":0,"x":0}"#, #"{"b":"A","s":0,"x":0}"#, #"{"b":"AA","s":0,"x":0}"#, #"{"b":"BAB","s":0,"x":0}"#,
        #"{"b":"g","s":0,"x":0}"#, #"{"b":"gggggggggggggggggB","s":0,"x":0}"#, #"{"b":"Agggg/BB","s":0,"x":0}"#,
        #"{"b":"AgkHB","s":0,"x":0}"#, #"{"b":"B","s":0,"x":0,"r":8}"#, #"{"b":"B","s":0,"x":0,"r":-1}"#,
        #"{"s":0,"x":0}"#,
    ])
    func `damaged bucket counts are an error`(json: String) {
        #expect(throws: (any Error).self) { try read(Array(json.utf8)) }
    }

    @Test func `a sum at its limit can be stored and read`() throws {
        let histogram = histogram(of: [.max, .max, 3])
        #expect(histogram.sum == .max)
        #expect(try stored(histogram) == histogram)
    }

    @Test func `the stored form matches the documentation`() {
        // 3 zeros, 1 five, 33 sevens: counts 3, then four empty buckets, 1, one empty bucket, 33.
        let histogram = histogram(of: [0, 0, 0, 5] + Array(repeating: 7, count: 33))
        let json = String(decoding: histogram.node.text, as: UTF8.self)
        #expect(json == #"{"b":"DAEBABhB","s":236,"x":7}"#)
    }

    /// The values recorded with HdrHistogram, from Knuth's MMIX generator.
    private static let referenceValues: [Int] = {
        var state: UInt64 = 2_026
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        return (0..<55_332)
            .map { _ in
                let bits = next() % 31
                return Int(next() & ((1 << bits) - 1))
            }
    }()

    private func histogram(of values: [Int]) -> ValueHistogram {
        values.reduce(into: ValueHistogram()) { $0.record($1) }
    }

    private func stored(_ histogram: ValueHistogram) throws -> ValueHistogram {
        try read(histogram.node.text)
    }

    private func read(_ json: [UInt8]) throws -> ValueHistogram {
        try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in try ValueHistogram(from: &cursor) }
    }
}
