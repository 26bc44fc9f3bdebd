/// Finds the records of CSV and TSV text (RFC 4180) in windows of its bytes.
///
/// Cells between quotes may hold separators, line ends and doubled quotes. Line ends are CRLF or LF.
package struct DelimitedRecords: Sendable, Hashable {
    package let separator: UInt8

    package static let csv = DelimitedRecords(separator: UInt8(ascii: ","))
    package static let tsv = DelimitedRecords(separator: UInt8(ascii: "\t"))

    private static let quote = UInt8(ascii: "\"")

    /// A cell of a record in the window, without the quotes around it.
    package struct Cell: Sendable {
        package var range: Range<Int>
        /// Whether it contains doubled quotes.
        var isEscaped: Bool

        /// The decoded bytes of the cell.
        package func text(in window: [UInt8]) -> [UInt8] {
            guard isEscaped else { return Array(window[range]) }
            var text: [UInt8] = []
            var isSecond = false
            for byte in window[range] {
                // Inside a quoted cell, quotes come in pairs. The first of a pair is dropped.
                isSecond = byte == quote && !isSecond
                if !isSecond { text.append(byte) }
            }
            return text
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
            let isQuoted = position < window.count && window[position] == Self.quote
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
            default: throw SyntaxError(offset: end, reason: "text behind a closing quote")
            }
        }
    }

    /// Returns the unquoted cell at `start`, which ends at a separator or line end.
    private func plainCell(in window: [UInt8], at start: Int) throws(SyntaxError) -> (Cell, end: Int)? {
        var end = start
        while end < window.count {
            let byte = window[end]
            if byte == separator || byte == 0x0A { break }
            if byte == 0x0D, end + 1 == window.count || window[end + 1] == 0x0A { break }
            if byte == Self.quote { throw SyntaxError(offset: end, reason: "a quote inside a cell without quotes") }
            end += 1
        }
        return (Cell(range: start..<end, isEscaped: false), end)
    }

    private func quotedCell(in window: [UInt8], at start: Int, isLast: Bool) throws(SyntaxError) -> (Cell, end: Int)? {
        var position = start + 1
        var isEscaped = false
        while let closing = window[min(position, window.count)...].firstIndex(of: Self.quote) {
            guard closing + 1 < window.count else {
                return isLast ? (Cell(range: start + 1..<closing, isEscaped: isEscaped), closing + 1) : nil
            }
            guard window[closing + 1] == Self.quote else {
                return (Cell(range: start + 1..<closing, isEscaped: isEscaped), closing + 1)
            }
            isEscaped = true
            position = closing + 2
        }
        if isLast { throw SyntaxError(offset: start, reason: "a quote that is never closed") }
        return nil
    }
}
