/// One object per line, with the values of ``JSONTable``.
///
/// Caption, totals and notes are left out: every line is a row.
struct NDJSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(.ndjson)
    }
}

extension TableRenderer where Self == NDJSONTable {
    /// See ``NDJSONTable``.
    static var ndjson: NDJSONTable { NDJSONTable() }
}
