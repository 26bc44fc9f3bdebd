import BatchPipeline
import JSONLines

/// The common part of the custom_ids of a job: everything up to the last `-` or `_` before trailing digits, inclusive.
///
/// The prefix of `doc_2024-0007` is `doc_2024-`. IDs without such an ending, like `syn9` or `TEG9_satire`, have no
/// prefix.
enum CustomIDPrefix {
    /// The label of IDs without a prefix.
    ///
    /// No prefix is equal to it, because every prefix ends in `-` or `_`.
    static let none = Label("(none)")

    /// The length of the prefix of the bytes in a range; nil if they have none.
    static func length(in bytes: [UInt8], range: Range<Int>) -> Int? {
        var end = range.upperBound
        while end > range.lowerBound, (0x30...0x39).contains(bytes[end - 1]) { end -= 1 }
        guard end < range.upperBound, end > range.lowerBound else { return nil }
        let isSeparator = bytes[end - 1] == UInt8(ascii: "-") || bytes[end - 1] == UInt8(ascii: "_")
        return isSeparator ? end - range.lowerBound : nil
    }

    /// The prefix of an ID as a label.
    static func label(of id: String) -> Label {
        let bytes = Array(id.utf8)
        return length(in: bytes, range: bytes.indices).map { Label(String(decoding: bytes[..<$0], as: UTF8.self)) }
            ?? none
    }
}

/// Numbers the different prefixes of one block, starting at 0.
struct PrefixInterner {
    private enum Source: Hashable {
        /// A prefix that occurs literally in the block, by its number in `plain`.
        case plain(Int)
        /// The prefix of an ID with escapes, which must be decoded first.
        ///
        /// The API allows no such ID, but a file can contain one.
        case escaped(Label)
    }

    private var plain = SliceInterner()
    private var sources = KeyInterner<Source>()

    /// The number of the prefix of an ID.
    mutating func number(of id: TextSlice, of block: DecodedBlock) -> Int {
        guard !id.isEscaped else { return sources.number(of: .escaped(CustomIDPrefix.label(of: block.text(id)))) }
        let start = Int(id.start)
        let prefix = CustomIDPrefix.length(in: block.block.bytes, range: id.range)
            .map {
                TextSlice(start: start, end: start + $0, isEscaped: false)
            }
        return sources.number(of: .plain(plain.number(of: prefix, in: block.block.bytes)))
    }

    /// The labels, in the order of their numbers.
    func labels(of block: DecodedBlock) -> [Label] {
        sources.keys.map { source in
            switch source {
            case .plain(let number): plain.slices[number].map { Label(block.text($0)) } ?? CustomIDPrefix.none
            case .escaped(let label): label
            }
        }
    }
}
