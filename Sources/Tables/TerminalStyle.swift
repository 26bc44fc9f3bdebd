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
    /// The text in the color of its tone (ECMA-48 SGR, the sixteen-color set), or unchanged if colors are off.
    package func paint(_ text: String, _ tone: Tone) -> String {
        guard colors, !text.isEmpty, let code = tone.sgr else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

extension Tone {
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
