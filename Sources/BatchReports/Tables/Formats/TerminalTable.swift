/// A table for a terminal: aligned columns, a rule under the headings, totals under a second rule.
///
/// On a narrow terminal the text columns give way first, the widest before the others, down to ``narrowest``; if that
/// is not enough, columns are left out from the right and named below. Numbers are never cut: half a number is a lie.
struct TerminalTable: TableRenderer {
    let style: TerminalStyle

    /// The columns a text column keeps when room is short, if its heading does not need more.
    static let narrowest = 12
    static let gap = "  "

    func render(_ table: Table) -> String {
        let grid = Grid(table)
        let layout = Layout(grid, of: table, width: style.width)
        var lines: [String] = []
        if let caption = table.caption { lines += [style.paint(caption.visible, .strong), ""] }
        let rule = layout.rule()
        lines.append(line(grid.titles, layout, .strong))
        lines.append(style.paint(rule, .faint))
        lines += grid.rows.map { line($0, layout, .normal) }
        if let totals = grid.totals {
            lines.append(style.paint(rule, .faint))
            lines.append(line(totals, layout, .strong))
        }
        let notes = table.notes.map(\.visible) + layout.note(about: table)
        if !notes.isEmpty { lines.append("") }
        lines += notes.map { style.paint($0, .faint) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func line(_ cells: [String?], _ layout: Layout, _ tone: Tone) -> String {
        let parts = layout.columns.map { column in
            let text = (cells[column.index] ?? "–").truncated(toWidth: column.width)
            let padded = text.padded(toWidth: column.width, column.alignment)
            return style.paint(padded, cells[column.index] == nil ? .faint : tone)
        }
        return trimmed(parts.joined(separator: Self.gap))
    }

    /// Without the blanks that pad the last column; inside colours they do no harm.
    private func trimmed(_ line: String) -> String {
        let end = line.utf8.lastIndex { $0 != 0x20 }.map(line.utf8.index(after:))
        return String(line[..<(end ?? line.startIndex)])
    }
}

extension TableRenderer where Self == TerminalTable {
    /// See ``TerminalTable``.
    static func terminal(_ style: TerminalStyle) -> TerminalTable { TerminalTable(style: style) }
}

/// The cells of a table as safe text; nil where a cell is missing.
private struct Grid {
    var titles: [String?]
    var rows: [[String?]]
    var totals: [String?]?

    init(_ table: Table) {
        func texts(_ row: [Cell]) -> [String?] {
            zip(table.columns, table.filled(row)).map { $1.readingText($0.kind)?.visible }
        }
        titles = table.columns.map(\.title.visible)
        rows = table.rows.map(texts)
        // A total that makes no sense for its column is left blank rather than marked as missing.
        totals = table.totals.map { texts($0).map { $0 ?? "" } }
    }
}

/// Which columns are shown, and how wide.
private struct Layout {
    struct Placed {
        var index: Int
        var width: Int
        /// The width below which the column is not shrunk.
        var least: Int
        var alignment: Column.Alignment
    }

    private(set) var columns: [Placed]

    init(_ grid: Grid, of table: Table, width limit: Int?) {
        let lines = [grid.titles] + grid.rows + (grid.totals.map { [$0] } ?? [])
        let natural = table.columns.enumerated()
            .map { index, column in
                let width = lines.map { ($0[index] ?? "–").displayWidth }.max() ?? 0
                let shortest = max(TerminalTable.narrowest, (grid.titles[index] ?? "").displayWidth)
                let least = column.canShrink ? min(width, shortest) : width
                return Placed(index: index, width: width, least: least, alignment: column.alignment)
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

    /// Takes room away from the widest column that can give some, until the line fits or none can.
    private mutating func shrink(to limit: Int) {
        while total > limit {
            let candidates = columns.indices.filter { columns[$0].width > columns[$0].least }
            guard let widest = candidates.max(by: { columns[$0].width < columns[$1].width }) else { return }
            columns[widest].width -= 1
        }
    }

    func rule() -> String {
        columns.map { String(repeating: "─", count: $0.width) }.joined(separator: TerminalTable.gap)
    }

    /// Names the columns that had no room.
    func note(about table: Table) -> [String] {
        let hidden = table.columns.count - columns.count
        guard hidden > 0 else { return [] }
        let names = table.columns.suffix(hidden).map(\.title.visible).joined(separator: ", ")
        return ["Not shown for lack of room: \(names). A wider terminal or --format csv has all columns."]
    }
}
