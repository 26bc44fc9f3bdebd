import BatchPipeline
import JSONLines

/// The part of a custom_id that its job has in common: up to and including the last `-` or `_` before trailing digits.
///
/// `doc_2024-0007` has `doc_2024-`. An id without such an end, `syn9` or `TEG9_satire`, has none.
enum CustomIDPrefix {
    /// The label of ids without a prefix.
    ///
    /// No prefix looks like it, as every prefix ends in `-` or `_`.
    static let none = Label("(none)")

    /// The length of the prefix that the bytes in a range begin with; nil if they have none.
    static func length(in bytes: [UInt8], range: Range<Int>) -> Int? {
        var end = range.upperBound
        while end > range.lowerBound, (0x30...0x39).contains(bytes[end - 1]) { end -= 1 }
        guard end < range.upperBound, end > range.lowerBound else { return nil }
        let isSeparator = bytes[end - 1] == UInt8(ascii: "-") || bytes[end - 1] == UInt8(ascii: "_")
        return isSeparator ? end - range.lowerBound : nil
    }

    /// The prefix of an id as a label.
    static func label(of id: String) -> Label {
        let bytes = Array(id.utf8)
        return length(in: bytes, range: bytes.indices).map { Label(String(decoding: bytes[..<$0], as: UTF8.self)) }
            ?? none
    }
}

/// Numbers the different prefixes of one block from 0.
struct PrefixInterner {
    private enum Source: Hashable {
        /// A prefix that stands in the block, by its number there.
        case plain(Int)
        /// A prefix of an id with escapes, which has to be decoded first. The API allows no such id; a file may.
        case escaped(Label)
    }

    private var plain = SliceInterner()
    private var sources = KeyInterner<Source>()

    /// The number of an id's prefix.
    mutating func number(of id: TextSlice, of block: DecodedBlock) -> Int {
        guard !id.isEscaped else { return sources.number(of: .escaped(CustomIDPrefix.label(of: block.text(id)))) }
        let start = Int(id.start)
        let prefix = CustomIDPrefix.length(in: block.block.bytes, range: id.range)
            .map {
                TextSlice(start: start, end: start + $0, isEscaped: false)
            }
        return sources.number(of: .plain(plain.number(of: prefix, in: block.block.bytes)))
    }

    /// The labels by number.
    func labels(of block: DecodedBlock) -> [Label] {
        sources.keys.map { source in
            switch source {
            case .plain(let number): plain.slices[number].map { Label(block.text($0)) } ?? CustomIDPrefix.none
            case .escaped(let label): label
            }
        }
    }
}
