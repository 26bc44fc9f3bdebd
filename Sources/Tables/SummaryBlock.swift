/// The summary at the end of a run: sections of labeled values in three columns, for people only.
///
///     Export of 2024-08-01 to 2026-11-22
///
///     Batches  listed          18
///              archived now    11
///              pending          2  not finished processing
///     Speed    bytes       1.4 GB
///
/// On a narrow terminal, labels are cut and notes move to the next line. Numbers are never cut.
package struct SummaryBlock: Sendable, Hashable {
    package var title: String
    package var sections: [Section]
    /// Sentences below the values, for example the next step.
    package var notes: [String]

    package init(title: String, sections: [Section], notes: [String] = []) {
        self.title = title
        self.sections = sections
        self.notes = notes
    }

    /// Related values, with a title in the left column.
    package struct Section: Sendable, Hashable {
        package var title: String
        package var entries: [Metric]

        package init(_ title: String, _ entries: [Metric]) {
            self.title = title
            self.entries = entries
        }
    }
}

extension SummaryBlock {
    /// The block as lines, each with a line feed.
    ///
    /// Sections without entries are omitted.
    package func render(style: TerminalStyle = .plain) -> String {
        let shown = sections.filter { !$0.entries.isEmpty }
        let entries = shown.flatMap(\.entries)
        var widths = Widths(
            title: shown.map(\.title.visible.displayWidth).max() ?? 0,
            label: entries.map(\.label.visible.displayWidth).max() ?? 0,
            // A long text such as a path extends to the right and does not widen the column of numbers.
            value: entries.filter(\.kind.isNumber).map(\.text.displayWidth).max() ?? 0
        )
        if let limit = style.width {
            widths.label = min(widths.label, max(TerminalTable.narrowest, limit - widths.title - widths.value - 4))
        }
        var lines = [style.paint(title.visible, .strong), ""]
        for section in shown {
            for (index, entry) in section.entries.enumerated() {
                lines += self.lines(entry, title: index == 0 ? section.title.visible : "", widths, style)
            }
        }
        if !notes.isEmpty { lines.append("") }
        lines += style.lines(of: notes)
        return lines.map { $0 + "\n" }.joined()
    }

    private struct Widths {
        var title: Int
        var label: Int
        var value: Int
    }

    private func lines(_ entry: Metric, title: String, _ widths: Widths, _ style: TerminalStyle) -> [String] {
        let tone = entry.isZero ? .faint : entry.tone
        let label = entry.label.visible.truncated(toWidth: widths.label).padded(toWidth: widths.label, .left)
        let value = value(entry, widths)
        var line = style.paint(title.padded(toWidth: widths.title, .left), .strong) + "  "
        line += style.paint(label, entry.isZero ? .faint : .normal)
        line += "  " + style.paint(value, tone)
        guard let note = entry.note?.visible, !note.isEmpty, !entry.isZero else { return [line] }
        let used = widths.title + widths.label + value.displayWidth + 6
        guard let limit = style.width, used + note.displayWidth > limit else {
            return [line + "  " + style.paint(note, .faint)]
        }
        let indent = String(repeating: " ", count: widths.title + 4)
        return [line] + note.wrapped(toWidth: limit - indent.count).map { indent + style.paint($0, .faint) }
    }

    private func value(_ entry: Metric, _ widths: Widths) -> String {
        entry.kind.isNumber ? entry.text.padded(toWidth: widths.value, .right) : entry.text
    }
}
