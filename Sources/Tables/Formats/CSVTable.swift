/// Comma-separated values as in RFC 4180, with the column keys in the first line.
///
/// The RFC leaves these choices open, or other tools make different ones:
/// - Lines end in LF alone, as in every file of the archive. All known readers accept it.
/// - A missing cell is an empty field and an empty text is `""`, so that DuckDB and PostgreSQL can distinguish NULL
///   from `''`.
/// - Text is written unchanged. A spreadsheet may read text that starts with `=` as a formula, but a prefix would
///   change the data for every other reader.
///
/// Caption, totals and notes are omitted: every line after the first is a row.
struct CSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(.csv)
    }
}

extension TableRenderer where Self == CSVTable {
    /// See ``CSVTable``.
    static var csv: CSVTable { CSVTable() }
}
