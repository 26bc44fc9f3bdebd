/// A table for a terminal: aligned columns, a rule below the headings, and totals below a second rule.
///
/// The cells of columns that are shown below their rows follow each row at full length, wrapped at the terminal's width.
/// ``TerminalLayout`` fits the table to a narrow terminal. Numbers are never cut, because a part of a number is a wrong
/// number. A note names what is hidden or cut.
struct TerminalTable: TableRenderer {
    let style: TerminalStyle

    /// The minimum width of a text column on a narrow terminal, unless its heading is longer.
    static let narrowest = 12
    static let gap = "  "

    func render(_ table: Table) -> String {
        let grid = TerminalGrid(table)
        let layout = TerminalLayout(grid, of: table, width: style.width)
        var output: [UInt8] = []
        func append(_ line: String) { output.append(contentsOf: (line + "\n").utf8) }
        if let caption = table.caption { append(style.paint(caption.visible, .strong) + "\n") }
        let rule = style.paint(layout.rule(), .faint)
        self.append(grid.titles, layout, .strong, to: &output)
        let used = layout.below.filter { index in grid.rows.contains { $0[index] != nil } }
        for index in used { append(Self.gap + style.paint(grid.titles[index], .strong)) }
        append(rule)
        for row in grid.rows {
            self.append(row, layout, .normal, to: &output)
            for text in used.compactMap({ row[$0] }) { for line in wrapped(text) { append(line) } }
        }
        if let totals = grid.totals {
            append(rule)
            self.append(totals, layout, .strong, to: &output)
        }
        let notes = style.lines(of: table.notes + [layout.note(about: table)].compactMap(\.self))
        if !notes.isEmpty { append("") }
        for note in notes { append(style.paint(note, .faint)) }
        return String(decoding: output, as: UTF8.self)
    }

    /// The lines of a cell below its row.
    private func wrapped(_ text: String) -> [String] {
        guard let limit = style.width else { return [Self.gap + text] }
        // A terminal that has no room for the indentation gets none.
        let indent = limit > 2 * Self.gap.count ? Self.gap : ""
        return text.wrapped(toWidth: max(1, limit - indent.count), breakingWords: true).map { indent + $0 }
    }

    /// Appends a line of cells.
    private func append(_ cells: [String?], _ layout: TerminalLayout, _ tone: Tone, to output: inout [UInt8]) {
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
