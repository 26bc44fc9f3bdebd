/// A name from the data as a key of a table: a model, a stop reason, a prefix.
///
/// Labels are equal if their UTF-8 bytes are equal; `String` would treat canonically equivalent texts as equal. A name
/// longer than ``maximumLength`` is cut and ends in twelve digits of its hash, so that two long names stay different.
package struct Label: Sendable {
    /// The maximum length in UTF-8 bytes.
    package static let maximumLength = 64

    package let text: String
    /// A hash that depends only on the bytes (see ``StableHash``).
    package let stableHash: UInt64

    /// Creates a label from a name of any length; an empty name means a missing field.
    package init(_ name: String = "") {
        var hash = StableHash()
        hash.combine(name.utf8)
        let isLong = name.utf8.count > Self.maximumLength
        text = isLong ? Self.shortened(name, hash: hash.value) : name
        guard isLong else {
            stableHash = hash.value
            return
        }
        // Hash the displayed text, so that a label read from a manifest has the same hash as before.
        var shown = StableHash()
        shown.combine(text.utf8)
        stableHash = shown.value
    }

    /// Creates a label from the name of a model.
    ///
    /// A path such as that of an ARN becomes "…" if the name is too long: the model is at its end. ``Prices/ModelName``
    /// finds it in the label too.
    init(model name: String) {
        guard name.utf8.count > Self.maximumLength, let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            self.init(name)
            return
        }
        self.init("…\(name[slash...])")
    }

    private static func shortened(_ name: String, hash: UInt64) -> String {
        let digits = String(hash >> 16, radix: 16)
        let padded = String(repeating: "0", count: 12 - digits.count) + digits
        return "\(name.prefix(utf8Count: 48))…\(padded)"
    }
}

extension Label: Hashable, Comparable {
    package static func == (left: Label, right: Label) -> Bool {
        left.stableHash == right.stableHash && equal(left.text.utf8.span, right.text.utf8.span)
    }

    /// Compares in one loop over memory.
    ///
    /// A roll-up compares labels so often that iterators took a tenth of its time.
    private static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(stableHash)
    }

    /// Compares bytes, which for UTF-8 is the order of the Unicode scalars.
    package static func < (left: Label, right: Label) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension String {
    /// The longest prefix of at most `utf8Count` bytes that ends between two scalars.
    func prefix(utf8Count: Int) -> Substring {
        guard utf8.count > utf8Count else { return self[...] }
        var end = utf8.index(utf8.startIndex, offsetBy: utf8Count)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return Substring(unicodeScalars[..<end])
    }
}

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
