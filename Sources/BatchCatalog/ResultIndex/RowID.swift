import JSONLines

/// The hash of a row's id and where the row lies.
struct RowID: Sendable, Hashable {
    /// The lower half of a ``KeyHash``, which is the same in every run of this version of the index.
    var hash: UInt32
    /// The key in `stored_rows`.
    var place: Int64

    init(hash: KeyHash, place: Int64) {
        self.init(hash: Self.shortened(hash), place: place)
    }

    private init(hash: UInt32, place: Int64) {
        (self.hash, self.place) = (hash, place)
    }

    /// What ids are looked for by; rows with other ids may share it.
    static func shortened(_ hash: KeyHash) -> UInt32 { UInt32(truncatingIfNeeded: hash.low) }
}

extension RowID {
    /// Bytes of one in a page: hash and place, least significant byte first.
    private static let width = 12

    /// Appends what ``all(in:)`` reads.
    func append(to page: inout [UInt8]) {
        var rest = UInt64(bitPattern: place)
        for shift in stride(from: UInt32(0), to: 32, by: 8) { page.append(UInt8(truncatingIfNeeded: hash >> shift)) }
        for _ in 0..<8 {
            page.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// The ids of a page; what is left behind the last whole one is passed over.
    static func all(in page: [UInt8]) -> [RowID] {
        stride(from: 0, through: page.count - width, by: width)
            .map { start in
                func number(_ range: Range<Int>) -> UInt64 {
                    range.reversed().reduce(0) { $0 << 8 | UInt64(page[start + $1]) }
                }
                return RowID(
                    hash: UInt32(truncatingIfNeeded: number(0..<4)),
                    place: Int64(bitPattern: number(4..<width))
                )
            }
    }
}
