/// One document: `{"caption":…,"rows":[{…}],"totals":{…},"notes":[…]}`, a row a line.
///
/// Keys of a row are the column keys in column order. Numbers are numbers, money is a decimal string in US dollars,
/// fractions stay fractions (0.25, not 25 %), durations are seconds, moments RFC 3339; what is missing is `null`.
struct JSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        let rows = JSONRows(table)
        var output = Array("{\"caption\":\(table.caption.map(JSONText.string) ?? "null"),\n\"rows\":[".utf8)
        for (index, row) in table.rows.enumerated() {
            output.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            rows.append(row, to: &output)
        }
        output.append(contentsOf: "],\n\"totals\":".utf8)
        if let totals = table.totals {
            rows.append(totals, to: &output)
        } else {
            output.append(contentsOf: "null".utf8)
        }
        let notes = table.notes.map(JSONText.string).joined(separator: ",")
        return String(decoding: output, as: UTF8.self) + ",\n\"notes\":[\(notes)]}\n"
    }
}

extension TableRenderer where Self == JSONTable {
    /// See ``JSONTable``.
    static var json: JSONTable { JSONTable() }
}
