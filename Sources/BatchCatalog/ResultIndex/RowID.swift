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
    /// Bytes of one in a page: hash and place.
    private static let width = 12

    /// Appends what ``all(in:)`` reads.
    func append(to page: inout [UInt8]) {
        page.append(word: UInt64(hash), bytes: 4)
        page.append(word: UInt64(bitPattern: place))
    }

    /// The ids of a page; what is left behind the last whole one is passed over.
    static func all(in page: [UInt8]) -> [RowID] {
        stride(from: 0, through: page.count - width, by: width)
            .map { start in
                RowID(
                    hash: UInt32(truncatingIfNeeded: page.word(at: start, bytes: 4)),
                    place: Int64(bitPattern: page.word(at: start + 4))
                )
            }
    }
}
