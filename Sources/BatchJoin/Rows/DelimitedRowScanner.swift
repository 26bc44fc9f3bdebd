import JSONLines

/// Reads the rows of a CSV or TSV source with a header.
struct DelimitedRowScanner: Sendable {
    private let records: DelimitedRecords
    /// The column names in the header, in order.
    let header: [String]
    private let keyColumn: Int
    private let batchColumn: Int?

    /// The reasons why a header is invalid.
    enum HeaderError: Error, Sendable, Hashable {
        case record(JoinRowError)
        /// No column has the name of the key; the value lists the names in the header.
        case noKeyColumn([String])
        case repeatedColumn(String)
    }

    /// Reads the header at the start of a window.
    ///
    /// If the header ends with CR alone, so do the rows. Returns the scanner for the rows and the position of the first
    /// row; nil if the window does not contain the whole header.
    static func reading(
        headerOf window: [UInt8],
        records: DelimitedRecords,
        keyName: String,
        isLast: Bool
    ) throws(HeaderError) -> (scanner: DelimitedRowScanner, end: Int)? {
        var records = records
        records.endsAtCarriageReturn = true
        let found: (cells: [DelimitedRecords.Cell], end: Int)?
        do throws(DelimitedRecords.SyntaxError) {
            found = try records.record(in: window, at: 0, isLast: isLast)
        } catch {
            throw .record(JoinRowError(error))
        }
        guard let found else { return nil }
        records.endsAtCarriageReturn = found.end > 0 && window[found.end - 1] == 0x0D
        let names = found.cells.map { String(decoding: $0.text(in: window), as: UTF8.self) }
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(Array(name.utf8)).inserted { throw .repeatedColumn(name) }
        guard let key = names.firstIndex(where: { $0.utf8.elementsEqual(keyName.utf8) }) else {
            throw .noKeyColumn(names)
        }
        let batch = names.firstIndex { $0.utf8.elementsEqual("batch_id".utf8) }
        let scanner = DelimitedRowScanner(records: records, header: names, keyColumn: key, batchColumn: batch)
        return (scanner, found.end)
    }

    private init(records: DelimitedRecords, header: [String], keyColumn: Int, batchColumn: Int?) {
        self.records = records
        self.header = header
        self.keyColumn = keyColumn
        self.batchColumn = batchColumn
    }

    var hasBatch: Bool { batchColumn != nil }

    /// The byte at which lines end.
    var lineEnd: UInt8 { records.endsAtCarriageReturn ? 0x0D : 0x0A }

    /// Whether a column contains data, which is neither the key nor the batch.
    func isData(_ column: Int) -> Bool {
        column != keyColumn && column != batchColumn
    }

    /// See ``JoinRowScanner/next(in:from:isLast:)``.
    func next(in window: [UInt8], from position: inout Int, isLast: Bool) throws(JoinRowError) -> JoinRowStep {
        while true {
            guard position < window.count else { return isLast ? .end : .needsMore }
            let found: (cells: [DelimitedRecords.Cell], end: Int)?
            do throws(DelimitedRecords.SyntaxError) {
                found = try records.record(in: window, at: position, isLast: isLast)
            } catch {
                throw JoinRowError(error)
            }
            guard let (cells, end) = found else { return .needsMore }
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

    private func row(
        of cells: [DelimitedRecords.Cell],
        in window: [UInt8],
        range: Range<Int>
    ) throws(JoinRowError) -> JoinRow {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard cells.count == header.count else {
            let counts = "\(cells.count) \(cells.count == 1 ? "cell" : "cells"), the header has \(header.count)"
            throw JoinRowError(at: start, "the row has \(counts)", next: end)
        }
        guard Self.isUTF8(window[range]) else { throw JoinRowError(at: start, "bytes that are not UTF-8", next: end) }
        let id = cells[keyColumn].text(in: window)
        guard !id.isEmpty else { throw JoinRowError(at: start, "its \(header[keyColumn]) is empty", next: end) }
        let batch = batchColumn.map { cells[$0].text(in: window) }
        if batch?.isEmpty == true { throw JoinRowError(at: start, "its batch_id is empty", next: end) }
        var idText: [UInt8] = []
        JSONString.append(String(decoding: id, as: UTF8.self), to: &idText)
        return JoinRow(key: JoinKey(id: id, batch: batch), idText: idText, range: range)
    }

    /// The text of every cell of the first record in some bytes, in the order of the header.
    func cells(atStartOf bytes: [UInt8]) -> [[UInt8]] {
        guard let record = try? records.record(in: bytes, at: 0, isLast: true) else { return [] }
        return record.cells.map { $0.text(in: bytes) }
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}

extension JoinRowError {
    init(_ error: DelimitedRecords.SyntaxError) {
        self.init(at: error.offset, error.reason)
    }
}
