/// A table for a terminal: aligned columns, a rule below the headings, and totals below a second rule.
///
/// On a narrow terminal, text columns shrink first, the widest before the others, down to ``narrowest``. If that is not
/// enough, the rightmost columns are hidden and a note names them. Numbers are never cut, because a part of a number is
/// a wrong number.
struct TerminalTable: TableRenderer {
    let style: TerminalStyle

    /// The minimum width of a text column on a narrow terminal, unless its heading is longer.
    static let narrowest = 12
    static let gap = "  "

    func render(_ table: Table) -> String {
        let grid = Grid(table)
        let layout = Layout(grid, of: table, width: style.width)
        var output: [UInt8] = []
        func append(_ line: String) { output.append(contentsOf: (line + "\n").utf8) }
        if let caption = table.caption { append(style.paint(caption.visible, .strong) + "\n") }
        let rule = style.paint(layout.rule(), .faint)
        self.append(grid.titles, layout, .strong, to: &output)
        append(rule)
        for row in grid.rows { self.append(row, layout, .normal, to: &output) }
        if let totals = grid.totals {
            append(rule)
            self.append(totals, layout, .strong, to: &output)
        }
        let notes = table.notes.map(\.visible) + layout.note(about: table)
        if !notes.isEmpty { append("") }
        for note in notes { append(style.paint(note, .faint)) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends a line of cells.
    private func append(_ cells: [String?], _ layout: Layout, _ tone: Tone, to output: inout [UInt8]) {
        let start = output.count
        for (index, column) in layout.columns.enumerated() {
            if index > 0 { output.append(contentsOf: Self.gap.utf8) }
            let cell = cells[column.index]
            let text = (cell ?? "–").truncated(toWidth: column.width)
            if style.colors {
                let padded = text.padded(toWidth: column.width, column.alignment)
                output.append(contentsOf: style.paint(padded, cell == nil ? .faint : tone).utf8)
            } else {
                let blanks = repeatElement(UInt8(ascii: " "), count: max(0, column.width - text.displayWidth))
                if column.alignment == .right { output.append(contentsOf: blanks) }
                output.append(contentsOf: text.utf8)
                if column.alignment == .left { output.append(contentsOf: blanks) }
            }
        }
        // Remove the padding of the last column. Padding inside color sequences is harmless and stays.
        while output.count > start, output.last == UInt8(ascii: " ") { output.removeLast() }
        output.append(UInt8(ascii: "\n"))
    }
}

extension TableRenderer where Self == TerminalTable {
    /// See ``TerminalTable``.
    static func terminal(_ style: TerminalStyle) -> TerminalTable { TerminalTable(style: style) }
}

/// The cells of a table as safe text; nil for a missing cell.
private struct Grid {
    let titles: [String]
    let rows: [[String?]]
    let totals: [String?]?
    /// The natural width of each column.
    private(set) var widths: [Int]

    init(_ table: Table) {
        func texts(_ row: [Cell]) -> [String?] {
            zip(table.columns, table.filled(row)).map { $1.displayText($0.kind)?.visible }
        }
        titles = table.columns.map(\.title.visible)
        rows = table.rows.map(texts)
        // A missing total stays blank, because it usually means that a total makes no sense for the column.
        totals = table.totals.map { texts($0).map { $0 ?? "" } }
        widths = titles.map(\.displayWidth)
        for row in rows { widen(to: row) }
        if let totals { widen(to: totals) }
    }

    private mutating func widen(to row: [String?]) {
        for index in row.indices { widths[index] = max(widths[index], row[index]?.displayWidth ?? 1) }
    }
}

/// The columns that are shown, and their widths.
private struct Layout {
    struct Placed {
        var index: Int
        var width: Int
        /// The minimum width when shrinking.
        var minimumWidth: Int
        var alignment: Column.Alignment
    }

    private(set) var columns: [Placed]

    init(_ grid: Grid, of table: Table, width limit: Int?) {
        let natural = table.columns.enumerated()
            .map { index, column in
                let width = grid.widths[index]
                let shortest = max(TerminalTable.narrowest, grid.titles[index].displayWidth)
                let minimumWidth = column.canShrink ? min(width, shortest) : width
                return Placed(index: index, width: width, minimumWidth: minimumWidth, alignment: column.alignment)
            }
        columns = natural
        guard let limit else { return }
        shrink(to: limit)
        while total > limit, columns.count > 1 {
            columns = Array(natural.prefix(columns.count - 1))
            shrink(to: limit)
        }
        if columns.count == 1 { columns[0].width = min(columns[0].width, max(1, limit)) }
    }

    private var total: Int {
        columns.reduce(0) { $0 + $1.width } + TerminalTable.gap.count * (columns.count - 1)
    }

    /// Reduces the widest column that can shrink, repeatedly, until the line fits or no column can shrink.
    private mutating func shrink(to limit: Int) {
        while total > limit {
            let candidates = columns.indices.filter { columns[$0].width > columns[$0].minimumWidth }
            guard let widest = candidates.max(by: { columns[$0].width < columns[$1].width }) else { return }
            columns[widest].width -= 1
        }
    }

    func rule() -> String {
        columns.map { String(repeating: "─", count: $0.width) }.joined(separator: TerminalTable.gap)
    }

    /// Returns a note that names the hidden columns; empty if there are none.
    func note(about table: Table) -> [String] {
        let hidden = table.columns.count - columns.count
        guard hidden > 0 else { return [] }
        let names = table.columns.suffix(hidden).map(\.title.visible).joined(separator: ", ")
        return ["Not shown for lack of room: \(names). A wider terminal or --format csv has all columns."]
    }
}
