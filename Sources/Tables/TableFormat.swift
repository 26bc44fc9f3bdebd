/// The ways a table can be written, named as on the command line.
///
/// A new format is a new file in `Tables/Formats` with its ``TableRenderer``, and a case here.
package enum TableFormat: String, Sendable, CaseIterable {
    case table
    case json
    case ndjson
    case csv
    case tsv
    case markdown

    /// The renderer of this format; `style` matters to ``table`` only.
    package func renderer(style: TerminalStyle = .plain) -> any TableRenderer {
        switch self {
        case .table: .terminal(style)
        case .json: .json
        case .ndjson: .ndjson
        case .csv: .csv
        case .tsv: .tsv
        case .markdown: .markdown
        }
    }

    /// The table in this format, ending in a line end.
    package func render(_ table: Table, style: TerminalStyle = .plain) -> String {
        renderer(style: style).render(table)
    }
}

/// Writes a table in one format.
package protocol TableRenderer: Sendable {
    /// The whole text. Every line ends in 0x0A, the last one too.
    func render(_ table: Table) -> String
}

extension Table {
    /// The column keys and the rows as lines of fields with a separator between them.
    ///
    /// `append` writes the text of a field, which may need quotes or escapes; numbers and moments need none.
    func lines(
        separator: Unicode.Scalar,
        emptyLine: String = "",
        append: (_ text: String, _ output: inout [UInt8]) -> Void
    ) -> String {
        var output: [UInt8] = []
        for row in CollectionOfOne(columns.map { Cell.text($0.key) }) + rows {
            let start = output.count
            for (index, cell) in filled(row).enumerated() {
                if index > 0 { output.append(UInt8(ascii: separator)) }
                switch cell {
                case .text(let text), .money(let text): append(text, &output)
                case .missing, .integer, .decimal, .timestamp: cell.appendData(to: &output)
                }
            }
            if output.count == start { output.append(contentsOf: emptyLine.utf8) }
            output.append(UInt8(ascii: "\n"))
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The cells of a row, filled up with missing ones to the number of columns.
    package func filled(_ row: [Cell]) -> [Cell] {
        if row.count == columns.count { return row }
        precondition(row.count < columns.count, "more cells than columns")
        return row + Array(repeating: .missing, count: columns.count - row.count)
    }
}
