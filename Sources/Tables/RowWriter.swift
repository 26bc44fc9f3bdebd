import JSONLines

/// Writes rows, one per line, from table cells or from values that are already JSON text.
package struct RowWriter: Sendable {
    package enum Format: Sendable {
        /// One object per line, with the keys in column order.
        case ndjson
        /// Comma-separated values as in RFC 4180; see ``CSVTable``.
        case csv
        /// Tab-separated values; see ``TSVTable``.
        case tsv
    }

    private let format: Format
    /// The bytes before each value: `{"key":` or `,"key":` in NDJSON, nothing or the separator in CSV and TSV.
    private let prefixes: [[UInt8]]
    /// The first line: the keys in CSV and TSV, empty in NDJSON.
    package let header: [UInt8]

    package init(_ format: Format, keys: [String]) {
        self.format = format
        let separator = Array((format == .csv ? "," : "\t").utf8)
        prefixes = keys.enumerated()
            .map { index, key in
                guard format == .ndjson else { return index == 0 ? [] : separator }
                var prefix = Array((index == 0 ? "{" : ",").utf8)
                JSONString.append(key, to: &prefix)
                return prefix + [UInt8(ascii: ":")]
            }
        var header: [UInt8] = []
        if format != .ndjson {
            for (prefix, key) in zip(prefixes, keys) {
                header += prefix
                Self.append(key.utf8, format, to: &header)
            }
            Self.endRow(format, isEmpty: header.isEmpty, to: &header)
        }
        self.header = header
    }

    /// Appends a row of cells, one per key.
    package func append(_ cells: [Cell], to output: inout [UInt8]) {
        let start = output.count
        for (prefix, cell) in zip(prefixes, cells) {
            output += prefix
            if format == .ndjson {
                cell.appendJSON(to: &output)
            } else if case .text(let text) = cell {
                Self.append(text.utf8, format, to: &output)
            } else {
                cell.appendData(to: &output)
            }
        }
        end(isEmpty: output.count == start, to: &output)
    }

    /// Appends a row of values that are JSON text, concatenated in `json`; `ends` has the offset after each value.
    package func append(json: [UInt8], ends: [Int], to output: inout [UInt8]) {
        let rowStart = output.count
        var start = 0
        for index in ends.indices {
            let value = start..<ends[index]
            start = value.upperBound
            if format == .ndjson {
                output += prefixes[index]
                output += json[value]
            } else {
                if index > 0 { output.append(UInt8(ascii: format == .csv ? "," : "\t")) }
                appendField(json, value, to: &output)
            }
        }
        end(isEmpty: output.count == rowStart, to: &output)
    }

    /// Appends JSON text as a field of CSV or TSV: null is empty, a string loses its quotes and escapes.
    private func appendField(_ json: [UInt8], _ value: Range<Int>, to output: inout [UInt8]) {
        switch json[value.lowerBound] {
        case UInt8(ascii: "n"): return
        case UInt8(ascii: "\""):
            let body = value.lowerBound + 1..<value.upperBound - 1
            // Most strings need neither quotes nor escapes and are copied whole.
            if isPlain(json, body) {
                output += json[body]
            } else if json[body].contains(UInt8(ascii: "\\")) {
                Self.append(JSONString.decoded(json[body], isEscaped: true).utf8, format, to: &output)
            } else {
                Self.append(json[body], format, to: &output)
            }
        case UInt8(ascii: "{"), UInt8(ascii: "["): Self.append(json[value], format, to: &output)
        default: output += json[value]
        }
    }

    /// Whether a string is the same text in JSON, CSV and TSV.
    private func isPlain(_ json: [UInt8], _ body: Range<Int>) -> Bool {
        guard !body.isEmpty else { return format == .tsv }
        if json[body.lowerBound] == 0x20 || json[body.upperBound - 1] == 0x20 { return false }
        for index in body {
            switch json[index] {
            case UInt8(ascii: ","), UInt8(ascii: "\\"), 0...0x1F: return false
            default: continue
            }
        }
        return true
    }

    private func end(isEmpty: Bool, to output: inout [UInt8]) {
        if format == .ndjson { output += (prefixes.isEmpty ? "{}" : "}").utf8 }
        Self.endRow(format, isEmpty: isEmpty, to: &output)
    }

    private static func endRow(_ format: Format, isEmpty: Bool, to output: inout [UInt8]) {
        // Readers skip an empty line, which would lose a row with one empty value.
        if format == .csv, isEmpty { output += "\"\"".utf8 }
        output.append(UInt8(ascii: "\n"))
    }

    private static func append(_ text: some BidirectionalCollection<UInt8>, _ format: Format, to output: inout [UInt8])
    {
        if format == .csv { appendCSV(text, to: &output) } else { appendTSV(text, to: &output) }
    }

    /// Appends a text, quoted if it contains a comma, a quote or a line end, starts or ends with a space, or is empty.
    ///
    /// It compares bytes instead of Characters, because CR LF is one Character, and so is a quote with a combining
    /// accent.
    static func appendCSV(_ text: some BidirectionalCollection<UInt8>, to output: inout [UInt8]) {
        guard needsQuotes(text) else {
            output += text
            return
        }
        output.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func needsQuotes(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return true }
        return text.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
    }

    /// Appends a text, with escapes for bytes that would end its field.
    static func appendTSV(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\t"): output += "\\t".utf8
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            case UInt8(ascii: "\\"): output += "\\\\".utf8
            default: output.append(byte)
            }
        }
    }
}

extension Table {
    /// The header and all rows in a format with one row per line.
    func lines(_ format: RowWriter.Format) -> String {
        let writer = RowWriter(format, keys: columns.map(\.key))
        var output = writer.header
        for row in rows { writer.append(filled(row), to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// The cells of a row, padded with missing cells to the number of columns.
    package func filled(_ row: [Cell]) -> [Cell] {
        if row.count == columns.count { return row }
        precondition(row.count < columns.count, "more cells than columns")
        return row + Array(repeating: .missing, count: columns.count - row.count)
    }
}
