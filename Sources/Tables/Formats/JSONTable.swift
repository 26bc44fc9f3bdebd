import JSONLines

/// One array of objects, one row per line: `[{…},\n{…}]`.
///
/// The keys of a row are the column keys in column order. Money is a number in US dollars with all its digits, fractions
/// stay fractions (0.25, not 25 %), durations are in seconds, and timestamps follow RFC 3339. A missing value is `null`.
/// Caption, totals and notes are omitted.
struct JSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        let writer = RowWriter(.ndjson, keys: table.columns.map(\.key))
        var output: [UInt8] = []
        for (index, row) in table.rows.enumerated() {
            output += JSONArrayFrame.start(isFirst: index == 0)
            writer.append(table.filled(row), to: &output)
            // The line feed after the row.
            output.removeLast()
        }
        output += JSONArrayFrame.end(isEmpty: table.rows.isEmpty).utf8
        return String(decoding: output, as: UTF8.self)
    }
}

extension TableRenderer where Self == JSONTable {
    /// See ``JSONTable``.
    static var json: JSONTable { JSONTable() }
}
