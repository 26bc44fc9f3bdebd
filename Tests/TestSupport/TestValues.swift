package import MessageBatches

/// A random number generator with the same numbers in every run: SplitMix64 (Steele, Lea, Flood 2014).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[int(0...choices.count - 1)]
    }

    /// True with a probability of 1 in `times`.
    package mutating func once(in times: Int) -> Bool {
        int(0...times - 1) == 0
    }

    /// A number with a uniformly distributed size instead of value: as many are below 100 as from 100 to 10,000.
    package mutating func skewed(upTo limit: Int) -> Int {
        limit >> int(0...(Int.bitWidth - 1 - limit.leadingZeroBitCount)) &- int(0...1) & 0x7FFF_FFFF_FFFF_FFFF
    }
}

extension String {
    /// The day in the form `2026-11-29`; 1970-01-01 if the text is not a valid day.
    package var day: CalendarDay {
        CalendarDay(self) ?? CalendarDay(daysSinceEpoch: 0)
    }
}
