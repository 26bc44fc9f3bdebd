/// Tab-separated values for `cut` and `awk`, with the column keys in the first line.
///
/// A tab separates and a line is a row, always: in text, tab, line feed, carriage return and backslash are written
/// `\t`, `\n`, `\r` and `\\`, as PostgreSQL's text format does. A missing cell is an empty field. Caption, totals and
/// notes are left out.
struct TSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        let header = table.columns.map { Self.field($0.key) }
        let lines = table.rows.map { table.filled($0).map { $0.dataText.map(Self.field) ?? "" } }
        return ([header] + lines).map { $0.joined(separator: "\t") + "\n" }.joined()
    }

    static func field(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension TableRenderer where Self == TSVTable {
    /// See ``TSVTable``.
    static var tsv: TSVTable { TSVTable() }
}
