/// A 64-bit hash that is the same in every process and on every machine.
///
/// It is FNV-1a over the bytes, followed by MurmurHash3's 64-bit finalizer, which improves FNV's weak high bits.
/// Swift's `Hasher` has a new seed in every process, so the choice of kept keys would change from run to run. The hash
/// does not protect against deliberate collisions, so users also compare the keys.
package struct StableHash: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    package mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { combine(byte) }
    }

    /// Adds all bits of another hash.
    package mutating func combine(_ hash: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: hash >> UInt64(shift))) }
    }

    package var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ (mixed >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ (mixed >> 33)
    }
}
