/// A name out of the data as a key of a table: a model, a stop reason, a prefix.
///
/// Labels are equal when their UTF-8 bytes are equal; `String` would take é in one scalar and in two for the same. A
/// name longer than ``maximumLength`` is cut and ends in twelve digits of its hash, so that two long names stay two.
package struct Label: Sendable {
    /// The most UTF-8 bytes a label has.
    package static let maximumLength = 64

    package let text: String
    /// Depends on the bytes alone (see ``StableHash``).
    package let stableHash: UInt64

    /// Takes a name of any length; an empty one stands for a field that is missing.
    package init(_ name: String = "") {
        var hash = StableHash()
        hash.combine(name.utf8)
        let isLong = name.utf8.count > Self.maximumLength
        text = isLong ? Self.shortened(name, hash: hash.value) : name
        guard isLong else {
            stableHash = hash.value
            return
        }
        // A label read back from a manifest has to have the hash it had before, so it hashes what it shows.
        var shown = StableHash()
        shown.combine(text.utf8)
        stableHash = shown.value
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

    /// In one loop over memory: a roll-up compares labels so often that iterators took a tenth of its time.
    private static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(stableHash)
    }

    /// By bytes, which for UTF-8 is the order of the Unicode scalars.
    package static func < (left: Label, right: Label) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension String {
    /// The longest beginning of at most `utf8Count` bytes that ends between two scalars.
    func prefix(utf8Count: Int) -> Substring {
        guard utf8.count > utf8Count else { return self[...] }
        var end = utf8.index(utf8.startIndex, offsetBy: utf8Count)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return Substring(unicodeScalars[..<end])
    }
}
