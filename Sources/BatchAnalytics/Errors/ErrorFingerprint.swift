/// What errors with one cause have in common: the type and the normalised message.
package struct ErrorFingerprint: Sendable, BoundedKey {
    /// `error.type` as sent.
    package let type: Label
    /// The message with its particulars replaced by marks (see `MessageNormalizer`).
    package let message: String
    package let stableHash: UInt64

    /// Takes a message as sent.
    package init(type: String, message: String) {
        self.init(type: Label(type), normalizedMessage: MessageNormalizer.normalized(message))
    }

    /// Takes a message that is normalised already.
    init(type: Label, normalizedMessage: String) {
        self.type = type
        message = normalizedMessage
        var hash = StableHash()
        hash.combine(type.stableHash)
        hash.combine(message.utf8)
        stableHash = hash.value
    }

    /// Twelve hexadecimal digits that name the fingerprint in reports and commands, the same on every machine.
    package var id: String {
        let digits = String(stableHash >> 16, radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }

    package static func == (left: ErrorFingerprint, right: ErrorFingerprint) -> Bool {
        left.stableHash == right.stableHash && left.type == right.type
            && left.message.utf8.elementsEqual(right.message.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(stableHash)
    }

    package static func < (left: ErrorFingerprint, right: ErrorFingerprint) -> Bool {
        left.type != right.type
            ? left.type < right.type : left.message.utf8.lexicographicallyPrecedes(right.message.utf8)
    }
}
