/// Tab-separated values for `cut` and `awk`, with the column keys in the first line.
///
/// A tab separates and a line is a row, always: in text, tab, line feed, carriage return and backslash are written
/// `\t`, `\n`, `\r` and `\\`, as PostgreSQL's text format does. A missing cell is an empty field. Caption, totals and
/// notes are left out.
struct TSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(separator: "\t", append: Self.append)
    }

    /// Appends a text without what would end its field.
    static func append(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\t"): output.append(contentsOf: "\\t".utf8)
            case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): output.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
            default: output.append(byte)
            }
        }
    }
}

extension TableRenderer where Self == TSVTable {
    /// See ``TSVTable``.
    static var tsv: TSVTable { TSVTable() }
}
