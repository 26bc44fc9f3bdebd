/// A table as a value: typed columns and rows of cells.
///
/// A ``TableFormat`` determines its appearance.
package struct Table: Sendable, Hashable {
    /// One line above the table, in formats that can show it.
    package var caption: String?
    package var columns: [Column]
    /// Cells in column order.
    ///
    /// A row that is too short is padded with missing cells.
    package var rows: [[Cell]]
    /// The row of totals in formats for people.
    ///
    /// Formats with one row per line omit it, so that the sum of a column of the file is not twice the correct value.
    package var totals: [Cell]?
    /// Lines below the table: the source of the values and what they do not include.
    package var notes: [String]

    /// Creates a table.
    ///
    /// Column keys must be unique.
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

/// The key, heading and kind of values of a column.
package struct Column: Sendable, Hashable {
    /// The key in JSON and in the first line of CSV, in `snake_case`.
    package var key: String
    /// The heading in formats for people.
    package var title: String
    package var kind: ValueKind
    package var alignment: Alignment
    /// Whether a narrow terminal may cut the cells; false for numbers and for IDs that people copy.
    package var canShrink: Bool
    /// How much the column matters on a narrow terminal, which hides the columns of the lowest weight first.
    package var weight: Weight
    /// Whether the cells are IDs, which remain distinct if a narrow terminal cuts them.
    package var isID: Bool
    /// Whether a terminal shows the cells below their rows, at full length.
    package var isBelow: Bool

    /// Creates a column.
    ///
    /// Text is left-aligned and may be cut by default, unless `alignment` or `canShrink` are given.
    package init(
        _ key: String,
        _ title: String,
        kind: ValueKind = .text,
        alignment: Alignment? = nil,
        canShrink: Bool? = nil,
        weight: Weight = .normal,
        isID: Bool = false,
        isBelow: Bool = false
    ) {
        self.key = key
        self.title = title
        self.kind = kind
        self.alignment = alignment ?? (kind.isNumber ? .right : .left)
        self.canShrink = canShrink ?? (kind == .text)
        self.weight = weight
        self.isID = isID
        self.isBelow = isBelow
    }

    /// How much a column matters, from least to most.
    package enum Weight: Int, Sendable, Hashable, Comparable {
        /// Hidden before an ID is cut.
        case detail
        case normal
        /// What the reader looks for in the table.
        case important
        /// The column that an option names, such as the one that rows are sorted by.
        case named

        package static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    /// The horizontal alignment of the cells in a column.
    package enum Alignment: Sendable, Hashable {
        case left
        case right
    }
}

/// The unit of a value and its format for people.
package enum ValueKind: Sendable, Hashable {
    /// Words and IDs.
    case text
    /// A count, shown as `1,234,567`.
    case integer
    /// A number with this many decimal places.
    case decimal(places: Int)
    /// A number of bytes, shown as `1.4 GB`.
    case bytes
    /// Bytes per second, shown as `48.1 MB/s`.
    case byteRate
    /// Seconds, shown as `3.4 s` or `1h02m`.
    case duration
    /// A timestamp, shown as `2024-08-20 17:23:24Z`.
    case timestamp
    /// A timestamp in UTC without seconds, shown as `2024-08-20 17:23`.
    case minute
    /// A fraction: 0.25 is shown as `25.0%`.
    case percent
    /// US dollars, shown as `$1,234.50`.
    case money

    /// Whether cells of this kind are right-aligned.
    package var isNumber: Bool {
        switch self {
        case .text, .timestamp, .minute: false
        case .integer, .decimal, .bytes, .byteRate, .duration, .percent, .money: true
        }
    }
}
