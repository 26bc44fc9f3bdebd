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
        let header = table.columns.map { Self.field($0.key) }.joined(separator: ",")
        return ([header] + table.rows.map { line($0, of: table) }).map { $0 + "\n" }.joined()
    }

    private func line(_ row: [Cell], of table: Table) -> String {
        let line = table.filled(row).map { $0.dataText.map(Self.field) ?? "" }.joined(separator: ",")
        // Readers skip an empty line; the only cell of a row must not vanish.
        return line.isEmpty ? "\"\"" : line
    }

    /// Quoted where the text holds a comma, a quote or a line end, has blanks at an end, or is empty.
    static func field(_ text: String) -> String {
        // Scalars, not Characters: CR LF is one Character, and so is a quote with a combining accent.
        let scalars = text.unicodeScalars
        let isPlain =
            !scalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
            && scalars.first.map { $0 != " " && $0 != "\t" } ?? false
            && scalars.last.map { $0 != " " && $0 != "\t" } ?? false
        if isPlain { return text }
        var result = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in scalars {
            if scalar == "\"" { result.append(scalar) }
            result.append(scalar)
        }
        result.append("\"")
        return String(result)
    }
}

extension TableRenderer where Self == CSVTable {
    /// See ``CSVTable``.
    static var csv: CSVTable { CSVTable() }
}
