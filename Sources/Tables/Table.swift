/// A table as a value: columns with a meaning, rows of typed cells.
///
/// How it looks is up to a ``TableFormat``.
package struct Table: Sendable, Hashable {
    /// One line above the table, where the format has room for it.
    package var caption: String?
    package var columns: [Column]
    /// Cells in column order; a row that is too short ends in missing cells.
    package var rows: [[Cell]]
    /// The last row of a table for people.
    ///
    /// Formats that hold one row a line leave it out, so that a sum over a column of the file is not twice the truth.
    package var totals: [Cell]?
    /// Lines below the table: where figures come from and what they leave out.
    package var notes: [String]

    /// Two columns with one key are a programming error.
    package init(
        caption: String? = nil,
        columns: [Column],
        rows: [[Cell]] = [],
        totals: [Cell]? = nil,
        notes: [String] = []
    ) {
        precondition(Set(columns.map(\.key)).count == columns.count, "two columns share a key")
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.totals = totals
        self.notes = notes
    }
}

/// What stands in a column, and how people and programs are told about it.
package struct Column: Sendable, Hashable {
    /// The name in JSON and in the first line of CSV, `snake_case`.
    package var key: String
    /// The heading people read.
    package var title: String
    package var kind: ValueKind
    package var alignment: Alignment
    /// Whether a narrow terminal may cut the cells; false for numbers and for ids that people copy.
    package var canShrink: Bool

    /// Alignment and shrinking follow from the kind where they are not given: text starts left and may be cut.
    package init(
        _ key: String,
        _ title: String,
        kind: ValueKind = .text,
        alignment: Alignment? = nil,
        canShrink: Bool? = nil
    ) {
        self.key = key
        self.title = title
        self.kind = kind
        self.alignment = alignment ?? (kind.isNumber ? .right : .left)
        self.canShrink = canShrink ?? (kind == .text)
    }

    /// On which side of a column its cells stand.
    package enum Alignment: Sendable, Hashable {
        case left
        case right
    }
}

/// The meaning of a figure: which unit the cell holds and how people read it.
package enum ValueKind: Sendable, Hashable {
    /// Words and ids.
    case text
    /// A count, read as `1,234,567`.
    case integer
    /// A number with this many places after the point.
    case decimal(places: Int)
    /// A number of bytes, read as `1.4 GB`.
    case bytes
    /// Bytes a second, read as `48.1 MB/s`.
    case byteRate
    /// Seconds, read as `3.4 s` or `1h02m`.
    case duration
    /// A moment, read as `2024-08-20 17:23:24Z`.
    case timestamp
    /// A fraction: 0.25 is read as `25.0%`.
    case percent
    /// US dollars, read as `$1,234.50`.
    case money

    /// Whether cells of this kind line up at their right end.
    package var isNumber: Bool {
        switch self {
        case .text, .timestamp: false
        case .integer, .decimal, .bytes, .byteRate, .duration, .percent, .money: true
        }
    }
}
