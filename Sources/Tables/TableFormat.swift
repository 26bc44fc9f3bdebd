/// The output formats of tables, named as on the command line.
///
/// A new format is a new file in `Tables/Formats` with its ``TableRenderer``, and a case here.
package enum TableFormat: String, Sendable, CaseIterable {
    case table
    case json
    case ndjson
    case csv
    case tsv
    case markdown

    /// Whether the format is for people, who get the main columns and the notes; programs get all columns and no notes.
    package var isForPeople: Bool {
        self == .table || self == .markdown
    }

    /// The format of rows if the user requests none: a table on a terminal, otherwise one JSON object per line.
    package static func standard(outputIsTerminal: Bool) -> TableFormat {
        outputIsTerminal ? .table : .ndjson
    }

    /// The renderer of this format.
    ///
    /// Only ``table`` uses `style`.
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

    /// The table in this format, with a line feed at the end.
    package func render(_ table: Table, style: TerminalStyle = .plain) -> String {
        renderer(style: style).render(table)
    }
}

/// Writes a table in one format.
package protocol TableRenderer: Sendable {
    /// Returns the whole text.
    ///
    /// Every line ends in 0x0A, including the last one.
    func render(_ table: Table) -> String
}
