/// Pieces of JSON text, written by hand because the order of keys and the form of numbers are part of the format.
enum JSONText {
    /// A string token.
    static func string(_ text: String) -> String {
        var output: [UInt8] = []
        append(text, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends a string token.
    ///
    /// Beside what RFC 8259 asks for, DEL and the C1 controls are escaped: some terminals obey them.
    static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        if isPlain(text.utf8.span) {
            output.append(contentsOf: text.utf8)
        } else {
            for scalar in text.unicodeScalars { output.append(contentsOf: escaped(scalar).utf8) }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
            let hex = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: return String(scalar)
        }
    }

    /// Whether every byte stands for itself; 0xC2 may begin a C1 control.
    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            let isSafe = byte >= 0x20 && byte != 0x7F && byte != 0xC2
            guard isSafe, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return false }
        }
        return true
    }

    /// Appends a value: numbers as numbers, money and moments as strings, `null` for what is missing or is no number.
    static func append(_ cell: Cell, to output: inout [UInt8]) {
        switch cell {
        case .text(let text), .money(let text): append(text, to: &output)
        case .timestamp:
            output.append(UInt8(ascii: "\""))
            cell.appendData(to: &output)
            output.append(UInt8(ascii: "\""))
        case .missing, .integer, .decimal:
            let start = output.count
            cell.appendData(to: &output)
            if output.count == start { output.append(contentsOf: "null".utf8) }
        }
    }
}

/// Writes rows of a table as `{"key":value,…}` in column order.
struct JSONRows {
    private let table: Table
    /// What stands before each value.
    private let keys: [[UInt8]]

    init(_ table: Table) {
        self.table = table
        keys = table.columns.enumerated().map { Array((($0 == 0 ? "{" : ",") + JSONText.string($1.key) + ":").utf8) }
    }

    /// Appends a row.
    func append(_ row: [Cell], to output: inout [UInt8]) {
        for (key, cell) in zip(keys, table.filled(row)) {
            output += key
            JSONText.append(cell, to: &output)
        }
        output.append(contentsOf: (keys.isEmpty ? "{}" : "}").utf8)
    }
}
