import JSONLines

/// The key that matches rows of sources with results.
///
/// Keys are compared as decoded bytes: `"a\u0062"` equals `"ab"`, `007` differs from `7`, and é differs from e +
/// U+0301.
struct JoinKey: Sendable, Hashable {
    /// The decoded bytes of `custom_id` (`JSONString.keyBytes`).
    var id: [UInt8]
    /// The decoded bytes of `batch_id`; nil if the source does not say to which batch a row belongs.
    var batch: [UInt8]?

    init(id: [UInt8], batch: [UInt8]? = nil) {
        self.id = id
        self.batch = batch
    }

    /// Equal keys have equal hashes; different keys with equal hashes are possible.
    var hash: UInt64 {
        let hash = KeyHash(id).high
        guard let batch else { return hash }
        return hash ^ KeyHash(batch).low
    }
}

/// A row of a source in a window of its bytes.
struct JoinRow: Sendable {
    var key: JoinKey
    /// The `custom_id` as a JSON string with quotes, spelled as in the source if possible.
    var idText: [UInt8]
    /// The range of the row in the window: an object with its braces, or a delimited record with its line end.
    var range: Range<Int>
}

/// A row that cannot be read.
struct JoinRowError: Error, Sendable, Hashable {
    /// The offset of the invalid byte in the window.
    var offset: Int
    /// The reason, as a clause.
    var reason: String
    /// The position of the next row, if it is known.
    var next: Int?
    /// Whether no later row can be found, with either ``JoinErrorPolicy``.
    var endsSource: Bool

    init(at offset: Int, _ reason: String, next: Int? = nil, endsSource: Bool = false) {
        self.offset = offset
        self.reason = reason
        self.next = next
        self.endsSource = endsSource
    }
}

/// The result of one step of a scanner.
enum JoinRowStep: Sendable {
    case row(JoinRow)
    /// The window ends inside a row: pass the bytes from the position on again, followed by more bytes.
    case needsMore
    case end
}

/// Reads the rows of a source from windows of its bytes, without I/O.
///
/// A copy continues at the position of the original.
enum JoinRowScanner: Sendable {
    case json(JSONRowScanner)
    case delimited(DelimitedRowScanner)

    /// Whether rows name their batch.
    var hasBatch: Bool {
        switch self {
        case .json(let scanner): scanner.hasBatch
        case .delimited(let scanner): scanner.hasBatch
        }
    }

    /// The byte at which lines end.
    var lineEnd: UInt8 {
        switch self {
        case .json: 0x0A
        case .delimited(let scanner): scanner.lineEnd
        }
    }

    /// Whether the row after an invalid one can be found: it begins after the end of a line.
    var resumesAtLineEnd: Bool {
        switch self {
        case .json(let scanner): scanner.isBetweenRows
        case .delimited: true
        }
    }

    /// Reads the next row at or after `position`, and moves `position` after it.
    ///
    /// Pass true as `isLast` if the source ends with the window.
    mutating func next(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowError) -> JoinRowStep {
        switch self {
        case .json(var scanner):
            defer { self = .json(scanner) }
            return try scanner.next(in: window, from: &position, isLast: isLast)
        case .delimited(let scanner):
            return try scanner.next(in: window, from: &position, isLast: isLast)
        }
    }

    /// The row that begins at the start of some bytes; nil if they do not contain the whole row.
    func row(atStartOf bytes: [UInt8]) throws(JoinRowError) -> JoinRow? {
        var position = 0
        let step: JoinRowStep =
            switch self {
            case .json(let scanner): try scanner.row(in: bytes, at: 0, isLast: true)
            case .delimited(let scanner): try scanner.next(in: bytes, from: &position, isLast: true)
            }
        guard case .row(let row) = step, row.range.lowerBound == 0 else { return nil }
        return row
    }

    /// The data of a row in some bytes.
    func content(of row: JoinRow, in bytes: [UInt8]) -> JoinContent {
        switch self {
        case .json: .json(row.range == bytes.indices ? bytes : Array(bytes[row.range]))
        case .delimited(let scanner):
            .cells(scanner.cells(atStartOf: bytes).enumerated().filter { scanner.isData($0.offset) }.map(\.element))
        }
    }
}

/// The data of a row.
enum JoinContent: Sendable, Hashable {
    /// An object, unchanged.
    case json([UInt8])
    /// The decoded text of each cell, in the order of the source's columns.
    case cells([[UInt8]])
}
