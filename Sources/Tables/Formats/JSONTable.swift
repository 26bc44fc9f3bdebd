import JSONLines

/// One document: `{"caption":…,"rows":[{…}],"totals":{…},"notes":[…]}`, one row per line.
///
/// The keys of a row are the column keys in column order. Money is a decimal string in US dollars, fractions stay
/// fractions (0.25, not 25 %), durations are in seconds, and timestamps follow RFC 3339. A missing value is `null`.
struct JSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        let writer = RowWriter(.ndjson, keys: table.columns.map(\.key))
        var output = Array("{\"caption\":".utf8)
        Cell.text(table.caption).appendJSON(to: &output)
        output += ",\n\"rows\":[".utf8
        for (index, row) in table.rows.enumerated() {
            output += (index == 0 ? "\n" : ",\n").utf8
            append(table.filled(row), writer, to: &output)
        }
        output += "],\n\"totals\":".utf8
        if let totals = table.totals {
            append(table.filled(totals), writer, to: &output)
        } else {
            output += "null".utf8
        }
        output += ",\n\"notes\":[".utf8
        for (index, note) in table.notes.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            Cell.text(note).appendJSON(to: &output)
        }
        output += "]}\n".utf8
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends a row as an object, without a line feed.
    private func append(_ row: [Cell], _ writer: RowWriter, to output: inout [UInt8]) {
        writer.append(row, to: &output)
        output.removeLast()
    }
}

extension TableRenderer where Self == JSONTable {
    /// See ``JSONTable``.
    static var json: JSONTable { JSONTable() }
}
