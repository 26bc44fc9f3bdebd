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

    /// Whether people read it: they get the columns that matter, programs get all.
    package var isForPeople: Bool {
        self == .table || self == .markdown
    }

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
