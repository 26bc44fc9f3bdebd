/// Comma-separated values as in RFC 4180, with the column keys in the first line.
///
/// Three choices that the RFC leaves open or that other tools make differently:
/// - Lines end in LF alone, as in every file of the archive. All readers we know accept it.
/// - A missing cell is an empty field and empty text is `""`, so that DuckDB and PostgreSQL can distinguish NULL from `''`.
/// - Text is written as it is. A spreadsheet may read text that starts with `=` as a formula, but a prefix would change
///   the data for every other reader.
///
/// Caption, totals and notes are left out: every line after the first is a row.
struct CSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(.csv)
    }
}

extension TableRenderer where Self == CSVTable {
    /// See ``CSVTable``.
    static var csv: CSVTable { CSVTable() }
}
