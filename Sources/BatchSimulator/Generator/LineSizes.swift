import Glibc

/// The distribution of line lengths in real result files: log-normal with a median of 1.5 KB, and at most 100 KB.
///
/// With sigma 0.875, the mean is 1,500 · exp(0.875² / 2) ≈ 2,200 bytes. Lengths are read from tables of quantiles,
/// which is fast.
struct LineSizes: Sendable {
    static let shared = LineSizes()

    static let median = 1_500.0
    static let sigma = 0.875
    static let largest = 102_400

    private static let resolution = 4_096
    private let quantiles: [Int]
    /// The last quantile, divided into finer quantiles.
    private let tail: [Int]

    private init() {
        let step = 1 / Double(Self.resolution)
        quantiles = (0..<Self.resolution).map { Self.size(atQuantile: (Double($0) + 0.5) * step) }
        tail = (0..<Self.resolution).map { Self.size(atQuantile: 1 - step + (Double($0) + 0.5) * step * step) }
    }

    /// Returns a random length in bytes.
    func draw(from random: inout SeededRandom) -> Int {
        let bits = Int(truncatingIfNeeded: random.next() >> 40)
        let index = bits & (Self.resolution - 1)
        guard index == Self.resolution - 1 else { return quantiles[index] }
        return tail[bits >> 12 & (Self.resolution - 1)]
    }

    static func size(atQuantile quantile: Double) -> Int {
        let deviation = normalDeviation(atQuantile: quantile)
        return min(Int(median * exp(sigma * deviation)), largest)
    }

    /// The inverse of the normal distribution, accurate to 4.5e-4 (Abramowitz and Stegun, 26.2.23).
    private static func normalDeviation(atQuantile quantile: Double) -> Double {
        let tail = min(quantile, 1 - quantile)
        let t = (-2 * log(tail)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        let deviation = t - numerator / denominator
        return quantile < 0.5 ? -deviation : deviation
    }
}
