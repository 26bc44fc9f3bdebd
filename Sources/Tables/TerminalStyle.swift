/// The width and color support of the output terminal.
///
/// The caller determines them from the terminal and `NO_COLOR`.
package struct TerminalStyle: Sendable, Hashable {
    /// The maximum width of a line in columns; nil for no limit.
    package var width: Int?
    /// Whether escape sequences for color and weight may be written.
    package var colors: Bool

    package init(width: Int? = nil, colors: Bool = false) {
        self.width = width
        self.colors = colors
    }

    /// No colors and no width limit, for files and pipes.
    package static let plain = TerminalStyle()
}

/// The emphasis of a piece of text.
package enum Tone: Sendable, Hashable, CaseIterable {
    case normal
    /// Headings and totals.
    case strong
    /// Less important text: rules, notes, missing cells, zeros.
    case faint
    case good
    case warning
    case bad
}

extension TerminalStyle {
    /// The lines of notes below a table, wrapped at the terminal's width.
    ///
    /// A note that begins with a blank is a command: it stays on its line, so that it can be copied.
    func lines(of notes: [String]) -> [String] {
        notes.map(\.visible)
            .flatMap { note in
                guard let width, !note.hasPrefix(" ") else { return [note] }
                return note.wrapped(toWidth: width)
            }
    }

    /// The text in the color of its tone (ECMA-48 SGR, the sixteen-color set), or unchanged if colors are off.
    package func paint(_ text: String, _ tone: Tone) -> String {
        guard colors, !text.isEmpty, let code = tone.sgr else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The text as it may reach a terminal.
    ///
    /// Line feeds stay, and with colors also the sequences that ``paint(_:_:)`` writes. All other control characters are
    /// made visible, see `visible`.
    package func printable(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 == 0x0A || ($0 >= 0x20 && $0 < 0x7F) }) { return text }
        // Bytes, because CR LF is one Character.
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { line in
                let parts = line.split(separator: 0x1B, omittingEmptySubsequences: false).map { Substring($0) }
                return parts.dropFirst().reduce(parts.first?.visible ?? "") { $0 + printable(afterEscape: $1) }
            }
        return lines.joined(separator: "\n")
    }

    private func printable(afterEscape text: Substring) -> String {
        guard colors, let own = Tone.sequences.first(where: text.hasPrefix) else {
            return "\u{1B}".visible + text.visible
        }
        return "\u{1B}\(own)\(text.dropFirst(own.count).visible)"
    }

    /// The control sequence that erases the last lines of a terminal: cursor up, then erase below (ECMA-48 CUU, ED).
    package static func erasure(lines: Int) -> String {
        lines > 0 ? "\u{1B}[\(lines)A\u{1B}[0J" : ""
    }
}

extension Tone {
    /// What follows the escape character in the sequences of all tones.
    fileprivate static let sequences = (allCases.compactMap(\.sgr) + ["0"]).map { "[\($0)m" }

    fileprivate var sgr: String? {
        switch self {
        case .normal: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .warning: "33"
        case .bad: "31"
        }
    }
}
