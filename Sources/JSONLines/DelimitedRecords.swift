/// Finds the records of CSV and TSV text in windows of its bytes.
///
/// Records end with CRLF or LF, and with CR alone if ``endsAtCarriageReturn`` is set.
package struct DelimitedRecords: Sendable, Hashable {
    /// How a cell contains separators and line ends.
    package enum Quoting: Sendable, Hashable {
        /// As in RFC 4180: a cell between quotes may contain separators, line ends and doubled quotes.
        case quotes
        /// As TSV is written here: `\t`, `\n`, `\r` and `\\`. Quotes and other backslashes are ordinary characters.
        case backslashes
    }

    package let separator: UInt8
    private let quoting: Quoting
    /// Whether CR alone ends a record.
    package var endsAtCarriageReturn = false

    package static let csv = DelimitedRecords(separator: UInt8(ascii: ","))
    package static let tsv = DelimitedRecords(separator: UInt8(ascii: "\t"), quoting: .backslashes)

    package init(separator: UInt8, quoting: Quoting = .quotes) {
        self.separator = separator
        self.quoting = quoting
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// A cell of a record in the window, without the quotes around it.
    package struct Cell: Sendable {
        package var range: Range<Int>
        /// The escapes that the cell contains; nil if it contains none.
        fileprivate var escapes: Quoting?

        /// The decoded bytes of the cell.
        package func text(in window: [UInt8]) -> [UInt8] {
            switch escapes {
            case nil: Array(window[range])
            case .quotes: Self.withoutDoubledQuotes(window[range])
            case .backslashes: Self.withoutBackslashes(window[range])
            }
        }

        private static func withoutDoubledQuotes(_ cell: ArraySlice<UInt8>) -> [UInt8] {
            var text: [UInt8] = []
            var isSecond = false
            for byte in cell {
                // Inside a quoted cell, quotes come in pairs. The first of a pair is dropped.
                isSecond = byte == quote && !isSecond
                if !isSecond { text.append(byte) }
            }
            return text
        }

        private static func withoutBackslashes(_ cell: ArraySlice<UInt8>) -> [UInt8] {
            var text: [UInt8] = []
            var bytes = cell
            while let byte = bytes.popFirst() {
                guard byte == backslash, let next = bytes.first, let decoded = decoded(next) else {
                    text.append(byte)
                    continue
                }
                text.append(decoded)
                bytes.removeFirst()
            }
            return text
        }

        /// The byte that a backslash and a letter mean; nil if they are two ordinary characters.
        private static func decoded(_ letter: UInt8) -> UInt8? {
            switch letter {
            case UInt8(ascii: "t"): 0x09
            case UInt8(ascii: "n"): 0x0A
            case UInt8(ascii: "r"): 0x0D
            case backslash: backslash
            default: nil
            }
        }
    }

    /// Text that is not valid CSV or TSV.
    package struct SyntaxError: Error, Sendable, Hashable {
        /// The byte of the window that is wrong.
        package var offset: Int
        /// What is wrong, as a clause.
        package var reason: String
    }

    /// Returns the cells of the record at `start` and the offset of the next record.
    ///
    /// Returns nil if the record may continue after the window. `isLast` means that the text ends with the window.
    package func record(
        in window: [UInt8],
        at start: Int,
        isLast: Bool
    ) throws(SyntaxError) -> (cells: [Cell], end: Int)? {
        var cells: [Cell] = []
        var position = start
        while true {
            let isQuoted = quoting == .quotes && position < window.count && window[position] == Self.quote
            let found =
                isQuoted
                ? try quotedCell(in: window, at: position, isLast: isLast)
                : try plainCell(in: window, at: position)
            guard let (cell, end) = found else { return nil }
            cells.append(cell)
            guard end < window.count else { return isLast ? (cells, end) : nil }
            switch window[end] {
            case separator: position = end + 1
            case 0x0A: return (cells, end + 1)
            case 0x0D where end + 1 < window.count && window[end + 1] == 0x0A: return (cells, end + 2)
            case 0x0D where end + 1 == window.count: return isLast ? (cells, end + 1) : nil
            case 0x0D where endsAtCarriageReturn: return (cells, end + 1)
            default: throw SyntaxError(offset: end, reason: "text after a closing quote")
            }
        }
    }

    /// Returns the unquoted cell at `start`, which ends at a separator or line end.
    private func plainCell(in window: [UInt8], at start: Int) throws(SyntaxError) -> (Cell, end: Int)? {
        var end = start
        var escapes: Quoting?
        while end < window.count {
            let byte = window[end]
            if byte == separator || byte == 0x0A { break }
            if byte == 0x0D, endsAtCarriageReturn || end + 1 == window.count || window[end + 1] == 0x0A { break }
            if byte == Self.quote, quoting == .quotes {
                throw SyntaxError(offset: end, reason: "a quote inside a cell without quotes")
            }
            if byte == Self.backslash, quoting == .backslashes { escapes = .backslashes }
            end += 1
        }
        return (Cell(range: start..<end, escapes: escapes), end)
    }

    private func quotedCell(in window: [UInt8], at start: Int, isLast: Bool) throws(SyntaxError) -> (Cell, end: Int)? {
        var position = start + 1
        var escapes: Quoting?
        while let closing = window[min(position, window.count)...].firstIndex(of: Self.quote) {
            guard closing + 1 < window.count else {
                return isLast ? (Cell(range: start + 1..<closing, escapes: escapes), closing + 1) : nil
            }
            guard window[closing + 1] == Self.quote else {
                return (Cell(range: start + 1..<closing, escapes: escapes), closing + 1)
            }
            escapes = .quotes
            position = closing + 2
        }
        if isLast { throw SyntaxError(offset: start, reason: "a quote that is never closed") }
        return nil
    }
}
