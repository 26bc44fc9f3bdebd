import JSONLines

/// One key of a join index, 16 bytes long: the hash of the key and the place of its row.
struct IndexEntry: Hashable, Comparable {
    static let size = 16
    /// The maximum size of a source, 1 TiB.
    static let offsetLimit = 1 << 40

    let hash: UInt64
    /// The offset in the upper 40 bits and the length in the lower 24.
    ///
    /// The length is exact up to 8 MiB, and rounded up to 4 KiB beyond that.
    private let packed: UInt64

    private static let exactLengths = 1 << 23
    private static let lengthStep = 4_096

    init(hash: UInt64, place: RowPlace) {
        let length =
            place.length < Self.exactLengths
            ? place.length
            : Self.exactLengths | min((place.length + Self.lengthStep - 1) / Self.lengthStep, Self.exactLengths - 1)
        self.hash = hash
        packed = UInt64(place.offset) << 24 | UInt64(length)
    }

    var place: RowPlace {
        let length = Int(packed & 0xFF_FFFF)
        let isExact = length < Self.exactLengths
        return RowPlace(
            offset: Int(packed >> 24),
            length: isExact ? length : (length - Self.exactLengths) * Self.lengthStep
        )
    }

    /// Orders by hash; entries with equal hashes are ordered as in the source.
    static func < (left: IndexEntry, right: IndexEntry) -> Bool {
        left.hash != right.hash ? left.hash < right.hash : left.packed < right.packed
    }
}

// MARK: On disk

extension IndexEntry {
    func append(to bytes: inout [UInt8]) {
        bytes.append(word: hash)
        bytes.append(word: packed)
    }

    /// Decodes the entries that ``append(to:)`` wrote.
    static func entries(in bytes: [UInt8]) -> [IndexEntry] {
        stride(from: 0, to: bytes.count - size + 1, by: size)
            .map { IndexEntry(hash: bytes.word(at: $0), packed: bytes.word(at: $0 + 8)) }
    }

    private init(hash: UInt64, packed: UInt64) {
        self.hash = hash
        self.packed = packed
    }
}

/// The place of a row in its source.
struct RowPlace: Sendable, Hashable {
    /// Bytes from the start of the source's content.
    var offset: Int
    /// A number of bytes that contains the row; for long rows up to 4 KiB too many.
    var length: Int
}
