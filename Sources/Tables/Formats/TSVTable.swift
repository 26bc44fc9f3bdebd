/// Tab-separated values for `cut` and `awk`, with the column keys in the first line.
///
/// A tab always separates fields, and a line is always a row. In text, tab, line feed, carriage return and backslash
/// are written `\t`, `\n`, `\r` and `\\`, as in PostgreSQL's text format. A missing cell is an empty field. Caption,
/// totals and notes are omitted.
struct TSVTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(.tsv)
    }
}

extension TableRenderer where Self == TSVTable {
    /// See ``TSVTable``.
    static var tsv: TSVTable { TSVTable() }
}
