import JSONLines
import MessageBatches

/// The rule that names the group of a request by its custom_id.
package enum PrefixRule: Sendable, Hashable {
    /// The first parts of the ID, at most this many; the last part, which identifies the request, is never included.
    ///
    /// Parts are separated by `-`, `_`, `.`, `/` or `:`. A UUID is one part, named `(uuid)`. Depth 0 is the first part
    /// without the digits at its end. A prefix has at most 64 bytes: parts that exceed them are skipped.
    case depth(Int)
    /// The first group of a regular expression in the ID, or the whole match if the expression has no group.
    case pattern(PrefixPattern)
    /// Everything up to the last `-` or `_` before trailing digits or a trailing UUID: see ``CustomIDPrefix``.
    case beforeDigits

    /// The allowed depths.
    package static let depths = 0...20

    /// The rule as a clause of a sentence: "the first 2 parts of their custom_ids".
    package var clause: String {
        switch self {
        case .depth(0): "the first part of their custom_ids, without the number at its end"
        case .depth(1): "the first part of their custom_ids"
        case .depth(let depth): "the first \(depth) parts of their custom_ids"
        case .pattern(let pattern): "the regular expression '\(pattern.text)'"
        case .beforeDigits: "their custom_ids before the number or the UUID at the end"
        }
    }
}

/// A valid regular expression for custom_ids.
package struct PrefixPattern: Sendable, Hashable {
    package let text: String

    /// Checks a regular expression.
    ///
    /// - Throws: ``PrefixPatternError`` with the reason, if the expression is invalid.
    package init(_ text: String) throws(PrefixPatternError) {
        do {
            _ = try Regex(text)
        } catch {
            throw PrefixPatternError(pattern: text, reason: "\(error)")
        }
        self.text = text
    }

    /// Returns the function that finds the group of an ID; it returns nil if the ID does not match.
    ///
    /// Each block needs its own, because tasks cannot share a regular expression.
    func prepared() -> (String) -> String? {
        guard let regex = try? Regex(text).matchingSemantics(.unicodeScalar) else { return { _ in nil } }
        return { id in
            guard let match = try? regex.firstMatch(in: id) else { return nil }
            let groups = match.output
            let found = groups.count > 1 ? groups[1].substring : groups[0].substring
            return found.map(String.init)
        }
    }
}

/// Why a text is not a valid regular expression.
package struct PrefixPatternError: Error, Sendable, Hashable {
    package var pattern: String
    /// The reason, such as `expected ')'`.
    package var reason: String
}

// MARK: - Parts

/// The parts of a custom_id at `-`, `_`, `.`, `/` and `:`.
///
/// Several separators in a row count as one. The functions work on bytes, because they run for every request.
enum PrefixParts {
    /// The label of an ID that is a UUID, and the name of a UUID in a prefix.
    static let uuid = Label("(uuid)")
    /// The label of a first part that is a number, at depth 0.
    static let number = Label("(number)")

    /// The end of a prefix in the bytes of an ID.
    struct Prefix {
        /// The end of the last included part; nil if the ID has a single part.
        var end: Int?
        /// The number of included parts.
        var parts = 0
        /// Whether a greater depth gives a longer prefix.
        var hasMore = false
    }

    /// The first parts of an ID without its last part; `depth` is at least 1.
    static func prefix(_ depth: Int, in bytes: [UInt8], _ range: Range<Int>) -> Prefix {
        var prefix = Prefix()
        var place = range.lowerBound
        while place < range.upperBound {
            // The end of a part: a separator after another byte.
            if isSeparator(bytes[place]), place > range.lowerBound, !isSeparator(bytes[place - 1]) {
                // A first part that is too long is cut by its label.
                let fits = place - range.lowerBound <= Label.maximumLength
                if prefix.parts > 0, !fits { return prefix }
                if prefix.parts == depth {
                    prefix.hasMore = true
                    return prefix
                }
                prefix.parts += 1
                prefix.end = place
            }
            place += 1
        }
        return prefix
    }

    /// The name of a prefix at a depth, from its name at a greater depth.
    static func shortened(_ label: Label, to depth: Int) -> Label {
        guard label != CustomIDPrefix.none, label != uuid else { return label }
        let bytes = Array(label.text.utf8)
        let found = prefix(max(1, depth), in: bytes, bytes.indices)
        // The label has no last part to leave out.
        let end = found.parts == max(1, depth) ? found.end ?? bytes.count : bytes.count
        guard depth == 0 else { return Label(String(decoding: bytes[..<end], as: UTF8.self)) }
        let last = withoutDigits(bytes, 0..<end)
        return last == 0 ? number : Label(String(decoding: bytes[..<last], as: UTF8.self))
    }

    /// The name of the prefix of an ID.
    static func label(_ depth: Int, of id: String) -> (label: Label, hasMore: Bool) {
        let bytes = namingUUIDs(Array(id.utf8))
        let found = prefix(max(1, depth), in: bytes, bytes.indices)
        let end = found.end ?? (bytes.elementsEqual(uuid.text.utf8) ? bytes.count : 0)
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        return (end == 0 ? CustomIDPrefix.none : shortened(Label(text), to: depth), found.hasMore)
    }

    /// The end of a part without the digits at its end.
    static func withoutDigits(_ bytes: [UInt8], _ part: Range<Int>) -> Int {
        var end = part.upperBound
        while end > part.lowerBound, bytes[end - 1].isDigit { end -= 1 }
        return end
    }

    /// Whether the whole ID is a UUID, with or without dashes.
    static func isUUID(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        (range.count == 36 || range.count == 32) && lengthOfUUID(bytes, range) == range.count
    }

    /// Whether a part of the ID is a UUID, with or without dashes.
    static func containsUUID(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= 32 else { return false }
        var isStart = true
        for place in range.lowerBound...(range.upperBound - 32) {
            if isStart, lengthOfUUID(bytes, place..<range.upperBound) > 0 { return true }
            isStart = isSeparator(bytes[place])
        }
        return false
    }

    /// Replaces every part that is a UUID by its name.
    static func namingUUIDs(_ bytes: [UInt8]) -> [UInt8] {
        guard containsUUID(bytes, bytes.indices) else { return bytes }
        var named: [UInt8] = []
        var place = 0
        var isStart = true
        while place < bytes.count {
            let length = isStart ? lengthOfUUID(bytes, place..<bytes.count) : 0
            if length > 0 {
                named += uuid.text.utf8
                place += length
                isStart = false
            } else {
                isStart = isSeparator(bytes[place])
                named.append(bytes[place])
                place += 1
            }
        }
        return named
    }

    /// The length of the UUID at the start of a range that is a whole part: 36, or 32 without dashes; 0 if there is none.
    private static func lengthOfUUID(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var digits = 0
        var place = range.lowerBound
        let hasDashes = range.count >= 36 && bytes[place + 8] == UInt8(ascii: "-")
        while place < range.upperBound, digits < 32 {
            if hasDashes, isDash(place - range.lowerBound) {
                guard bytes[place] == UInt8(ascii: "-") else { return 0 }
            } else {
                guard bytes[place].isHexDigit else { return 0 }
                digits += 1
            }
            place += 1
        }
        guard digits == 32, place == range.upperBound || isSeparator(bytes[place]) else { return 0 }
        return place - range.lowerBound
    }

    /// Whether a UUID has a dash at this offset.
    private static func isDash(_ offset: Int) -> Bool { offset == 8 || offset == 13 || offset == 18 || offset == 23 }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"): true
        default: false
        }
    }
}
