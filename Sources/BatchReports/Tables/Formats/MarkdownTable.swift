/// A GitHub-flavoured Markdown table for issues and pull requests, with the numbers people read.
///
/// Characters that would be markup are escaped with a backslash, so that data shows as it is; line ends become blanks
/// and other control characters visible.
struct MarkdownTable: TableRenderer {
    func render(_ table: Table) -> String {
        var lines: [String] = []
        if let caption = table.caption { lines += ["**\(Self.escaped(caption))**", ""] }
        lines.append(line(table.columns.map { Self.escaped($0.title) }))
        lines.append(line(table.columns.map { $0.alignment == .right ? "---:" : "---" }))
        lines += table.rows.map { line(cells($0, of: table)) }
        if let totals = table.totals {
            lines.append(line(cells(totals, of: table).map { $0.isEmpty ? "" : "**\($0)**" }))
        }
        for note in table.notes { lines += ["", Self.escaped(note)] }
        return lines.map { $0 + "\n" }.joined()
    }

    private func cells(_ row: [Cell], of table: Table) -> [String] {
        zip(table.columns, table.filled(row))
            .map { column, cell in
                cell.readingText(column.kind).map(Self.escaped) ?? ""
            }
    }

    private func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }

    static func escaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 })
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\\", "`", "*", "[", "]", "<", ">", "|", "~", "&", "#", "$":
                result.append("\\")
            case "_" where !isInsideWord(scalars, index):
                result.append("\\")
            default:
                break
            }
            result.append(scalar)
        }
        return String(result).visible
    }

    /// CommonMark sees no emphasis in `custom_id`, and ids stay readable in the source.
    private static func isInsideWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        guard index > 0, index + 1 < scalars.count else { return false }
        return isWord(scalars[index - 1]) && isWord(scalars[index + 1])
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

extension TableRenderer where Self == MarkdownTable {
    /// See ``MarkdownTable``.
    static var markdown: MarkdownTable { MarkdownTable() }
}
