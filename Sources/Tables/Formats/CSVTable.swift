/// Comma-separated values after RFC 4180, with the column keys in the first line.
///
/// Three choices the RFC leaves open or other tools make differently:
/// - Lines end in LF alone, as in every file of the archive; all readers we know take it.
/// - A missing cell is an empty field and empty text is `""`, so that DuckDB and PostgreSQL can tell NULL from `''`.
/// - Text is passed on as it is. A spreadsheet may take text that starts with `=` for a formula; putting something in
///   front of it would change the data for everybody else.
///
/// Caption, totals and notes are left out: every line after the first is a row.
struct CSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        // Readers skip an empty line; the only cell of a row must not vanish.
        table.lines(separator: ",", emptyLine: "\"\"", append: Self.append)
    }

    /// Appends a text, quoted where it holds a comma, a quote or a line end, has blanks at an end, or is empty.
    static func append(_ text: String, to output: inout [UInt8]) {
        // Bytes, not Characters: CR LF is one Character, and so is a quote with a combining accent.
        let bytes = text.utf8.span
        guard isPlain(bytes) else {
            output.append(UInt8(ascii: "\""))
            for index in bytes.indices {
                if bytes[index] == UInt8(ascii: "\"") { output.append(UInt8(ascii: "\"")) }
                output.append(bytes[index])
            }
            output.append(UInt8(ascii: "\""))
            return
        }
        output.append(contentsOf: text.utf8)
    }

    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty, !isBlank(bytes[0]), !isBlank(bytes[bytes.count - 1]) else { return false }
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return false
            default: continue
            }
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}

extension TableRenderer where Self == CSVTable {
    /// See ``CSVTable``.
    static var csv: CSVTable { CSVTable() }
}
