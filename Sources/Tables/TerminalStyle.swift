/// What the terminal at hand can do.
///
/// The caller finds out whether there is one, its width, and what `NO_COLOR` says.
package struct TerminalStyle: Sendable, Hashable {
    /// Columns a line may take; nil for as many as it needs.
    package var width: Int?
    /// Whether escape sequences for colour and weight may be written.
    package var colours: Bool

    package init(width: Int? = nil, colours: Bool = false) {
        self.width = width
        self.colours = colours
    }

    /// No colours, no limit: a file or a pipe.
    package static let plain = TerminalStyle()
}

/// Why a piece of text is set apart.
package enum Tone: Sendable, Hashable, CaseIterable {
    case normal
    /// Headings and totals.
    case strong
    /// What may be passed over: rules, notes, missing cells, zeros.
    case faint
    case good
    case warning
    case bad
}

extension TerminalStyle {
    /// The text in its tone (ECMA-48 SGR, the sixteen-colour set), or as it is without colours.
    package func paint(_ text: String, _ tone: Tone) -> String {
        guard colours, !text.isEmpty, let code = tone.sgr else { return text }
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
