/// The random number generator SplitMix64 (Steele, Lea, Flood 2014); equal seeds give equal numbers.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Creates the generator for one item of many; equal arguments give equal numbers.
    package init(seed: UInt64, _ first: Int, _ second: Int = 0) {
        state = Self.mix(seed &+ Self.step &* UInt64(truncatingIfNeeded: first &+ 1))
        state = Self.mix(state ^ (UInt64(truncatingIfNeeded: second &+ 1) &* 0xD1B5_4A32_D192_ED03))
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    package mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mix(state)
    }

    /// A number from 0 up to but not including `bound`.
    ///
    /// It uses a multiplication, which is faster than a division.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    /// A number from 0 up to but not including 1.
    package mutating func fraction() -> Double {
        Double(next() >> 11) / 9_007_199_254_740_992
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Generates IDs in the style of the API: a prefix and 22 base 58 characters.
enum SimulatedID {
    private static let letters = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func make(_ prefix: String, from random: inout SeededRandom) -> String {
        let body = (0..<22).map { _ in letters[random.below(letters.count)] }
        return prefix + String(decoding: body, as: UTF8.self)
    }

    /// Random base 58 characters, from which identifiers are copied.
    static func noise(_ count: Int, from random: inout SeededRandom) -> [UInt8] {
        (0..<count).map { _ in letters[random.below(letters.count)] }
    }
}
