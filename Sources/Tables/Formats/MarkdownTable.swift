/// A GitHub-flavored Markdown table for issues and pull requests, with numbers formatted for people.
///
/// Markup characters are escaped with a backslash, so that data appears unchanged. Line ends become spaces, and other
/// control characters are made visible.
struct MarkdownTable: TableRenderer {
    func render(_ table: Table) -> String {
        var output: [UInt8] = []
        if let caption = table.caption { output.append(contentsOf: "**\(Self.escaped(caption))**\n\n".utf8) }
        append(table.columns.map { Self.escaped($0.title) }, to: &output)
        append(table.columns.map { $0.alignment == .right ? "---:" : "---" }, to: &output)
        let places = table.moneyPlaces
        for row in table.rows { append(cells(row, of: table, places), to: &output) }
        if let totals = table.totals {
            append(cells(totals, of: table, places).map { $0.isEmpty ? "" : "**\($0)**" }, to: &output)
        }
        for note in table.notes { output.append(contentsOf: "\n\(Self.escaped(note))\n".utf8) }
        return String(decoding: output, as: UTF8.self)
    }

    private func cells(_ row: [Cell], of table: Table, _ places: [Int?]) -> [String] {
        zip(table.columns.indices, table.filled(row))
            .map { index, cell in
                let text = cell.displayText(table.columns[index].kind, moneyPlaces: places[index])
                return text.map(Self.escaped) ?? ""
            }
    }

    private func append(_ cells: [String], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "|"))
        for cell in cells {
            output.append(UInt8(ascii: " "))
            output.append(contentsOf: cell.utf8)
            output.append(contentsOf: " |".utf8)
        }
        output.append(UInt8(ascii: "\n"))
    }

    static func escaped(_ text: String) -> String {
        // Nearly every cell is ASCII. Processing it by scalar took half of the time for a large table.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return escaped(ascii: Array(text.utf8)) }
        let scalars = Array(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 })
        var result = String.UnicodeScalarView()
        for index in scalars.indices {
            if isMarkup(index, of: scalars.count, { scalars[$0] }) { result.append("\\") }
            result.append(scalars[index])
        }
        return String(result).visible
    }

    private static func escaped(ascii bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 4)
        for index in bytes.indices {
            if isMarkup(index, of: bytes.count, { Unicode.Scalar(bytes[$0]) }) { result.append(UInt8(ascii: "\\")) }
            result.append(bytes[index])
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether the scalar at a position needs a backslash.
    ///
    /// CommonMark does not read the underscore in `custom_id` as emphasis, so IDs stay readable in the source.
    private static func isMarkup(_ place: Int, of count: Int, _ scalar: (Int) -> Unicode.Scalar) -> Bool {
        switch scalar(place) {
        case "\\", "`", "*", "[", "]", "<", ">", "|", "~", "&", "#", "$": return true
        case "_": return place == 0 || place + 1 == count || !isWord(scalar(place - 1)) || !isWord(scalar(place + 1))
        default: return false
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

extension TableRenderer where Self == MarkdownTable {
    /// See ``MarkdownTable``.
    static var markdown: MarkdownTable { MarkdownTable() }
}
