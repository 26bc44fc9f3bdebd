/// One JSON object per line, with the same values as ``JSONTable``.
///
/// Caption, totals and notes are omitted: every line is a row.
struct NDJSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        table.lines(.ndjson)
    }
}

extension TableRenderer where Self == NDJSONTable {
    /// See ``NDJSONTable``.
    static var ndjson: NDJSONTable { NDJSONTable() }
}
