/// Pieces of JSON text, written by hand because the order of keys and the form of numbers are part of the format.
enum JSONText {
    /// A string token.
    ///
    /// Beside what RFC 8259 asks for, DEL and the C1 controls are escaped: some terminals obey them.
    static func string(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return "\"\(text)\"" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Whether a byte stands for itself in any string; 0xC2 may begin a C1 control.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != 0xC2 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Numbers as numbers, money and moments as strings, `null` for what is missing or is no number.
    static func value(_ cell: Cell) -> String {
        guard let text = cell.dataText else { return "null" }
        switch cell {
        case .integer, .decimal: return text
        case .text, .timestamp, .money, .missing: return string(text)
        }
    }

    /// `{"key":value,…}` in column order.
    static func object(_ cells: [Cell], of table: Table) -> String {
        let members = zip(table.columns, table.filled(cells)).map { "\(string($0.key)):\(value($1))" }
        return "{" + members.joined(separator: ",") + "}"
    }
}
