/// One object a line, with the values of ``JSONTable``.
///
/// Caption, totals and notes are left out: every line is a row.
struct NDJSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        let rows = JSONRows(table)
        var output: [UInt8] = []
        for row in table.rows {
            rows.append(row, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension TableRenderer where Self == NDJSONTable {
    /// See ``NDJSONTable``.
    static var ndjson: NDJSONTable { NDJSONTable() }
}
