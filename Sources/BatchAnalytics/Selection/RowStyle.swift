import JSONLines

/// How rows are written, one behind the other.
package enum RowStyle: Sendable {
    /// An object a line.
    case ndjson
    /// RFC 4180 as in the tables of reports: a missing value is an empty field, empty text is `""`.
    case csv
    /// Tabs between the fields; tab, line feed, carriage return and backslash inside are written `\t`, `\n`, `\r`, `\\`.
    case tsv
    /// The JSON text of each value on a line of its own: JSON text holds no line end, so nothing has to be escaped.
    case cells
    /// The lines as archived, with the line ends they have.
    case raw

    /// The first line, where the style has one.
    package func header(_ names: [String]) -> [UInt8] {
        switch self {
        case .csv, .tsv:
            let cells = names.map { name in
                var json: [UInt8] = []
                JSONString.append(name, to: &json)
                return json
            }
            var row = RowCells()
            for cell in cells { row.add { $0 += cell } }
            var output: [UInt8] = []
            RowWriter(self, names: names).append(row, to: &output)
            return output
        case .ndjson, .cells, .raw: return []
        }
    }
}

/// The values of one row as JSON text, one behind the other.
package struct RowCells {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    package init() {}

    package mutating func add(_ append: (inout [UInt8]) -> Void) {
        append(&bytes)
        ends.append(bytes.count)
    }

    package mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    subscript(_ index: Int) -> JSONCell {
        JSONCell(bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
    }
}

/// Writes rows in one style.
package struct RowWriter {
    private let style: RowStyle
    /// `,"name":` for each column.
    private let labels: [[UInt8]]

    package init(_ style: RowStyle, names: [String]) {
        self.style = style
        labels = names.enumerated()
            .map { index, name in
                var label = Array((index == 0 ? "{" : ",").utf8)
                JSONString.append(name, to: &label)
                return label + [UInt8(ascii: ":")]
            }
    }

    package func append(_ row: RowCells, to output: inout [UInt8]) {
        var start = 0
        for (index, end) in row.ends.enumerated() {
            switch style {
            case .ndjson:
                output += labels[index]
                output += row.bytes[start..<end]
            case .csv:
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.appendCSV(row[index], to: &output)
            case .tsv:
                if index > 0 { output.append(0x09) }
                Self.appendTSV(row[index], to: &output)
            case .cells, .raw:
                output += row.bytes[start..<end]
                if index + 1 < row.ends.count { output.append(0x0A) }
            }
            start = end
        }
        if style == .ndjson { output.append(UInt8(ascii: "}")) }
        // Readers skip an empty line; the only value of a row must not vanish.
        if style == .csv, row.ends.count == 1, row[0].isMissing { output += [UInt8(ascii: "\""), UInt8(ascii: "\"")] }
        output.append(0x0A)
    }

    private static func appendCSV(_ cell: JSONCell, to output: inout [UInt8]) {
        guard !cell.isMissing else { return }
        let text = cell.textBytes
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

    /// Text with a comma, a quote or a line end, with a blank at an end, and empty text.
    private static func needsQuotes(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 { return true }
        return text.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
    }

    private static func appendTSV(_ cell: JSONCell, to output: inout [UInt8]) {
        guard !cell.isMissing else { return }
        for byte in cell.textBytes {
            switch byte {
            case 0x09: output += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0x0A: output += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0x0D: output += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\\"): output += [byte, byte]
            default: output.append(byte)
            }
        }
    }
}
