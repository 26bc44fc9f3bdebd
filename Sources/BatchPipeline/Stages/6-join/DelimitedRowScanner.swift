import JSONLines

/// Finds the records of a CSV or TSV source with a header (RFC 4180): cells may hold separators, line ends and doubled
/// quotes between quotes; line ends are CRLF or LF.
package struct DelimitedRowScanner: Sendable {
    package let separator: UInt8
    /// The names in the header, in order.
    package let header: [String]
    private let keyColumn: Int
    private let batchColumn: Int?

    /// A cell of a record in the window, without the quotes around it.
    struct Cell {
        var range: Range<Int>
        /// Whether there are doubled quotes in it.
        var isEscaped: Bool
    }

    /// Why there is no scanner for a header.
    package enum HeaderFault: Error, Sendable, Hashable {
        case record(JoinRowFault)
        /// No column has the name of the key; the names there are.
        case noKeyColumn([String])
        case repeatedColumn(String)
    }

    /// Reads the header at the start of a window and gives the scanner for what is behind it, and where that begins.
    ///
    /// Nil if the window does not hold the header whole.
    package static func reading(
        headerOf window: [UInt8],
        separator: UInt8,
        keyName: String,
        isLast: Bool
    ) throws(HeaderFault) -> (scanner: DelimitedRowScanner, end: Int)? {
        let cells: [Cell]
        let end: Int
        do throws(JoinRowFault) {
            guard let record = try record(in: window, at: 0, separator: separator, isLast: isLast) else { return nil }
            (cells, end) = record
        } catch {
            throw .record(error)
        }
        let names = cells.map { String(decoding: text(of: $0, in: window), as: UTF8.self) }
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(Array(name.utf8)).inserted { throw .repeatedColumn(name) }
        guard let key = names.firstIndex(where: { $0.utf8.elementsEqual(keyName.utf8) }) else {
            throw .noKeyColumn(names)
        }
        let batch = names.firstIndex { $0.utf8.elementsEqual("batch_id".utf8) }
        return (DelimitedRowScanner(separator: separator, header: names, keyColumn: key, batchColumn: batch), end)
    }

    private init(separator: UInt8, header: [String], keyColumn: Int, batchColumn: Int?) {
        self.separator = separator
        self.header = header
        self.keyColumn = keyColumn
        self.batchColumn = batchColumn
    }

    package var hasBatch: Bool { batchColumn != nil }

    /// Whether a column is data: neither the key nor the batch.
    package func isData(_ column: Int) -> Bool {
        column != keyColumn && column != batchColumn
    }

    /// See ``JoinRowScanner/next(in:from:isLast:)``.
    func next(in window: [UInt8], from position: inout Int, isLast: Bool) throws(JoinRowFault) -> JoinRowStep {
        while true {
            guard position < window.count else { return isLast ? .end : .needsMore }
            guard
                let (cells, end) = try Self.record(in: window, at: position, separator: separator, isLast: isLast)
            else { return .needsMore }
            let start = position
            if cells.count == 1, cells[0].range.isEmpty {
                position = end
                continue
            }
            let row = try row(of: cells, in: window, range: start..<end)
            position = end
            return .row(row)
        }
    }

    private func row(of cells: [Cell], in window: [UInt8], range: Range<Int>) throws(JoinRowFault) -> JoinRow {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard cells.count == header.count else {
            let counts = "\(cells.count) \(cells.count == 1 ? "cell" : "cells"), the header has \(header.count)"
            throw JoinRowFault(at: start, "the row has \(counts)", next: end)
        }
        guard Self.isUTF8(window[range]) else { throw JoinRowFault(at: start, "bytes that are not UTF-8", next: end) }
        let id = Self.text(of: cells[keyColumn], in: window)
        guard !id.isEmpty else { throw JoinRowFault(at: start, "its \(header[keyColumn]) is empty", next: end) }
        let batch = batchColumn.map { Self.text(of: cells[$0], in: window) }
        if batch?.isEmpty == true { throw JoinRowFault(at: start, "its batch_id is empty", next: end) }
        return JoinRow(key: JoinKey(id: id, batch: batch), idText: Self.quoted(id), range: range)
    }

    /// The text of every cell of a record that stands at the start of some bytes, in the order of the header.
    package func cells(atStartOf bytes: [UInt8]) -> [[UInt8]] {
        guard let record = try? Self.record(in: bytes, at: 0, separator: separator, isLast: true) else { return [] }
        return record.cells.map { Self.text(of: $0, in: bytes) }
    }
}

// MARK: RFC 4180

extension DelimitedRowScanner {
    private static let quote = UInt8(ascii: "\"")

    /// The cells of the record at `start` and the place behind its line end; nil if the window may end too early.
    private static func record(
        in window: [UInt8],
        at start: Int,
        separator: UInt8,
        isLast: Bool
    ) throws(JoinRowFault) -> (cells: [Cell], end: Int)? {
        var cells: [Cell] = []
        var position = start
        while true {
            let isQuoted = position < window.count && window[position] == quote
            let found =
                isQuoted
                ? try quotedCell(in: window, at: position, isLast: isLast)
                : try plainCell(in: window, at: position, separator: separator)
            guard let (cell, end) = found else { return nil }
            cells.append(cell)
            guard end < window.count else { return isLast ? (cells, end) : nil }
            switch window[end] {
            case separator: position = end + 1
            case 0x0A: return (cells, end + 1)
            case 0x0D where end + 1 < window.count && window[end + 1] == 0x0A: return (cells, end + 2)
            case 0x0D where end + 1 == window.count: return isLast ? (cells, end + 1) : nil
            default: throw JoinRowFault(at: end, "text behind a closing quote")
            }
        }
    }

    /// A cell without quotes, up to its separator or line end.
    private static func plainCell(
        in window: [UInt8],
        at start: Int,
        separator: UInt8
    ) throws(JoinRowFault) -> (Cell, end: Int)? {
        var end = start
        while end < window.count {
            let byte = window[end]
            if byte == separator || byte == 0x0A { break }
            if byte == 0x0D, end + 1 == window.count || window[end + 1] == 0x0A { break }
            if byte == quote { throw JoinRowFault(at: end, "a quote inside a cell without quotes") }
            end += 1
        }
        return (Cell(range: start..<end, isEscaped: false), end)
    }

    private static func quotedCell(
        in window: [UInt8],
        at start: Int,
        isLast: Bool
    ) throws(JoinRowFault) -> (Cell, end: Int)? {
        var position = start + 1
        var isEscaped = false
        while let closing = window[min(position, window.count)...].firstIndex(of: quote) {
            guard closing + 1 < window.count else {
                return isLast ? (Cell(range: start + 1..<closing, isEscaped: isEscaped), closing + 1) : nil
            }
            guard window[closing + 1] == quote else {
                return (Cell(range: start + 1..<closing, isEscaped: isEscaped), closing + 1)
            }
            isEscaped = true
            position = closing + 2
        }
        if isLast { throw JoinRowFault(at: start, "a quote that is never closed") }
        return nil
    }

    private static func text(of cell: Cell, in window: [UInt8]) -> [UInt8] {
        guard cell.isEscaped else { return Array(window[cell.range]) }
        var text: [UInt8] = []
        var isSecond = false
        for byte in window[cell.range] {
            // Quotes come in pairs here; the first of a pair is dropped.
            isSecond = byte == quote && !isSecond
            if !isSecond { text.append(byte) }
        }
        return text
    }

    /// Text as a JSON string with its quotes.
    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        var json: [UInt8] = []
        JSONString.append(String(decoding: text, as: UTF8.self), to: &json)
        return json
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}
