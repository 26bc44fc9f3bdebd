/// One document: `{"caption":…,"rows":[{…}],"totals":{…},"notes":[…]}`, a row a line.
///
/// Keys of a row are the column keys in column order. Numbers are numbers, money is a decimal string in US dollars,
/// fractions stay fractions (0.25, not 25 %), durations are seconds, moments RFC 3339; what is missing is `null`.
struct JSONTable: TableRenderer {
    func render(_ table: Table) -> String {
        var result = "{\"caption\":\(table.caption.map(JSONText.string) ?? "null"),\n\"rows\":["
        for (index, row) in table.rows.enumerated() {
            result += index == 0 ? "\n" : ",\n"
            result += JSONText.object(row, of: table)
        }
        result += "],\n\"totals\":\(table.totals.map { JSONText.object($0, of: table) } ?? "null"),\n\"notes\":["
        result += table.notes.map(JSONText.string).joined(separator: ",")
        return result + "]}\n"
    }
}

extension TableRenderer where Self == JSONTable {
    /// See ``JSONTable``.
    static var json: JSONTable { JSONTable() }
}
