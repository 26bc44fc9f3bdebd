/// One object a line, with the values of ``JSONTable``.
///
/// Caption, totals and notes are left out: every line is a row.
struct NDJSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.rows.map { JSONText.object($0, of: table) + "\n" }.joined()
    }
}

extension TableRenderer where Self == NDJSONTable {
    /// See ``NDJSONTable``.
    static var ndjson: NDJSONTable { NDJSONTable() }
}
