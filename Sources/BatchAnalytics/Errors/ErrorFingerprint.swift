/// A group of errors with the same cause: their type and normalized message.
package struct ErrorFingerprint: Sendable, BoundedKey {
    /// `error.type` as sent.
    package let type: Label
    /// The message with its variable parts replaced by placeholders (see `MessageNormalizer`).
    package let message: String
    package let stableHash: UInt64

    /// Normalizes a message as received.
    package init(type: String, message: String) {
        self.init(type: Label(type), normalizedMessage: MessageNormalizer.normalized(message))
    }

    /// Stores a message that is already normalized.
    init(type: Label, normalizedMessage: String) {
        self.type = type
        message = normalizedMessage
        var hash = StableHash()
        hash.combine(type.stableHash)
        hash.combine(message.utf8)
        stableHash = hash.value
    }

    /// Twelve hexadecimal digits that identify the fingerprint in reports and commands.
    ///
    /// They are the same on every machine.
    package var id: String {
        let digits = String(stableHash >> 16, radix: 16)
        return String(repeating: "0", count: Self.idLength - digits.count) + digits
    }

    /// The number of digits of ``id``.
    static let idLength = 12

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
