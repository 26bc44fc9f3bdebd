/// A row of a join source as it stands in a window of the source's bytes.
package struct JoinRow: Sendable {
    package var key: JoinKey
    /// The `custom_id` as a JSON string with quotes, as far as possible in the source's own spelling.
    package var idText: [UInt8]
    /// The row in the window; of an object the braces included, of a delimited record its line end too.
    package var range: Range<Int>
}

/// A row that cannot be read.
package struct JoinRowFault: Error, Sendable, Hashable {
    /// The byte of the window that is to blame.
    package var offset: Int
    /// What is wrong, as a clause.
    package var reason: String
    /// Where the next row begins, if that is known.
    package var next: Int?
    /// Whether no later row can be found, whatever the ``JoinErrorPolicy``.
    package var endsSource: Bool

    package init(at offset: Int, _ reason: String, next: Int? = nil, endsSource: Bool = false) {
        self.offset = offset
        self.reason = reason
        self.next = next
        self.endsSource = endsSource
    }
}

/// What a scanner found at its position in a window.
package enum JoinRowStep: Sendable {
    case row(JoinRow)
    /// The window ends inside a row: give the bytes from the position on again, with more behind them.
    case needsMore
    case end
}

/// Reads the rows of a source one after the other out of windows of its bytes; no I/O.
///
/// A value: a copy begins where the original stands.
package enum JoinRowScanner: Sendable {
    case json(JSONRowScanner)
    case delimited(DelimitedRowScanner)

    /// The next row at or behind `position`, which moves behind what was read.
    ///
    /// `isLast` says that the source ends with the window.
    package mutating func next(
        in window: [UInt8],
        from position: inout Int,
        isLast: Bool
    ) throws(JoinRowFault) -> JoinRowStep {
        switch self {
        case .json(var scanner):
            defer { self = .json(scanner) }
            return try scanner.next(in: window, from: &position, isLast: isLast)
        case .delimited(let scanner):
            return try scanner.next(in: window, from: &position, isLast: isLast)
        }
    }

    /// The row that begins at the start of some bytes; nil if they do not hold it whole.
    package func row(atStartOf bytes: [UInt8]) throws(JoinRowFault) -> JoinRow? {
        var position = 0
        let step: JoinRowStep =
            switch self {
            case .json(let scanner): try scanner.row(in: bytes, at: 0, isLast: true)
            case .delimited(let scanner): try scanner.next(in: bytes, from: &position, isLast: true)
            }
        guard case .row(let row) = step, row.range.lowerBound == 0 else { return nil }
        return row
    }
}
