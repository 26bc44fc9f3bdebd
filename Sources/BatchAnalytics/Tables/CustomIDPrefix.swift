import BatchPipeline
import JSONLines
import MessageBatches

/// The common part of the custom_ids of a job: everything up to the last `-` or `_` before trailing digits, inclusive.
///
/// The prefix of `doc_2024-0007` is `doc_2024-`. IDs without such an ending, like `syn9` or `TEG9_satire`, have no
/// prefix. A UUID is one part, named `(uuid)`. At the end it identifies the request, as a number does: the prefix of
/// `doc-089c2ac1-a791-48a7-b509-989260100123` is `doc-`.
enum CustomIDPrefix {
    /// The label of IDs without a prefix.
    ///
    /// No prefix is equal to it, because every prefix ends in `-` or `_`.
    static let none = Label("(none)")

    /// The length of the prefix of the bytes in a range; nil if they have none.
    static func length(in bytes: [UInt8], range: Range<Int>) -> Int? {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1].isDigit { end -= 1 }
        guard end < range.upperBound, end > range.lowerBound else { return nil }
        let isSeparator = bytes[end - 1] == UInt8(ascii: "-") || bytes[end - 1] == UInt8(ascii: "_")
        return isSeparator ? end - range.lowerBound : nil
    }

    /// The prefix of an ID as a label.
    static func label(of id: String) -> Label {
        var bytes = PrefixParts.namingUUIDs(Array(id.utf8))
        let uuid = Array(PrefixParts.uuid.text.utf8)
        if bytes == uuid { return PrefixParts.uuid }
        if bytes.suffix(uuid.count).elementsEqual(uuid) {
            bytes.replaceSubrange((bytes.count - uuid.count)..., with: "0".utf8)
        }
        return length(in: bytes, range: bytes.indices).map { Label(String(decoding: bytes[..<$0], as: UTF8.self)) }
            ?? none
    }
}

/// Numbers the different prefixes of one block, starting at 0.
struct PrefixInterner {
    private enum Source: Hashable {
        /// A prefix that occurs literally in the block, by its number in `plain`.
        case plain(Int)
        /// A prefix that does not: its ID has escapes or a UUID, or the rule is a regular expression.
        case made(Label)
    }

    private let rule: PrefixRule
    private let match: ((String) -> String?)?
    private var plain = SliceInterner()
    private var sources = KeyInterner<Source>()
    /// Whether a greater depth gives longer prefixes.
    private(set) var hasMore = false

    init(_ rule: PrefixRule) {
        self.rule = rule
        if case .pattern(let pattern) = rule { match = pattern.prepared() } else { match = nil }
    }

    /// The number of the prefix of an ID.
    mutating func number(of id: TextSlice, of block: DecodedBlock) -> Int {
        let bytes = block.block.bytes
        let length: Int?
        switch rule {
        case .pattern: return sources.number(of: .made(label(of: block.text(id))))
        case _ where id.isEscaped: return sources.number(of: .made(label(of: block.text(id))))
        case .beforeDigits where PrefixParts.containsUUID(bytes, id.range):
            return sources.number(of: .made(label(of: block.text(id))))
        case .beforeDigits: length = CustomIDPrefix.length(in: bytes, range: id.range)
        case .depth(let depth):
            if PrefixParts.isUUID(bytes, id.range) { return sources.number(of: .made(PrefixParts.uuid)) }
            if PrefixParts.containsUUID(bytes, id.range) {
                return sources.number(of: .made(label(of: block.text(id))))
            }
            let prefix = PrefixParts.prefix(max(1, depth), in: bytes, id.range)
            hasMore = hasMore || prefix.hasMore
            var end = prefix.end
            if depth == 0 { end = end.map { PrefixParts.withoutDigits(bytes, id.range.lowerBound..<$0) } }
            if end == id.range.lowerBound { return sources.number(of: .made(PrefixParts.number)) }
            length = end.map { $0 - id.range.lowerBound }
        }
        let start = Int(id.start)
        let slice = length.map { TextSlice(start: start, end: start + $0, isEscaped: false) }
        return sources.number(of: .plain(plain.number(of: slice, in: bytes)))
    }

    private mutating func label(of id: String) -> Label {
        switch rule {
        case .beforeDigits: return CustomIDPrefix.label(of: id)
        case .depth(let depth):
            let (label, hasMore) = PrefixParts.label(depth, of: id)
            self.hasMore = self.hasMore || hasMore
            return label
        case .pattern:
            let found = match?(id) ?? ""
            return found.isEmpty ? CustomIDPrefix.none : Label(found)
        }
    }

    /// The labels, in the order of their numbers.
    ///
    /// Different numbers can have the same label.
    func labels(of block: DecodedBlock) -> [Label] {
        sources.keys.map { source in
            switch source {
            case .plain(let number):
                plain.slices[number].map { Label(block.text($0)) } ?? CustomIDPrefix.none
            case .made(let label): label
            }
        }
    }
}
