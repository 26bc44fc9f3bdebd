/// A help text, arranged and wrapped for a terminal.
///
/// The option parser wraps examples like paragraphs, leaves the line with the usage unchanged, and prints the options of
/// a command after those that it shares with others. So it renders without a limit, and this type does the rest.
struct HelpText {
    /// A paragraph that begins with a heading.
    private struct Section {
        var heading: String
        var lines: [Substring]

        /// The place among the other sections: common options first, advanced ones last.
        var rank: Int {
            if heading.hasSuffix(Self.commands) { return 1 }
            return switch heading {
            case "ARGUMENTS": 0
            case "WHICH BATCHES": 2
            case "OPTIONS": 3
            case HelpText.advanced.uppercased(): 5
            default: 4
            }
        }

        /// The heading in sentence case.
        var title: String {
            let words = heading.hasSuffix(Self.commands) ? heading.dropLast(Self.commands.count) : heading[...]
            return words.prefix(1) + words.dropFirst().lowercased()
        }

        private static let commands = " SUBCOMMANDS"
    }

    /// The title of the options that few users need: pacing, TLS, compression, locks.
    static let advanced = "Advanced"
    /// The columns at which the option parser renders: no line is longer.
    static let unlimited = 100_000

    private static let overview = "OVERVIEW: "
    private static let usage = "USAGE: "
    /// The column at which the option parser begins descriptions.
    private static let descriptionColumn = 26

    private let introduction: [Substring]
    private let synopsis: [Substring]
    private let sections: [Section]
    private let closing: String?

    /// Reads a help text of the option parser; nil if the text is another one, such as a version.
    init?(_ text: String) {
        let parts = text.split(separator: "\n\n\(Self.usage)", maxSplits: 1)
        guard text.hasPrefix(Self.overview), parts.count == 2 else { return nil }
        introduction = Self.lines(parts[0].dropFirst(Self.overview.count))
        var paragraphs = Self.paragraphs(parts[1])
        synopsis = paragraphs.removeFirst()
        closing = paragraphs.last?.first.flatMap { $0.hasPrefix("  See ") ? String($0.dropFirst(2)) : nil }
        if closing != nil { paragraphs.removeLast() }
        let sections = paragraphs.map { Section(heading: String($0[0].dropLast()), lines: Array($0.dropFirst())) }
        let ranks = Set(sections.map(\.rank)).sorted()
        self.sections = ranks.flatMap { rank in sections.filter { $0.rank == rank } }
    }

    /// The text in lines of at most `width` columns; only examples and single words may be longer.
    func wrapped(to width: Int) -> String {
        var blocks = [introduction.map { Self.isExample($0) ? String($0) : Self.wrap($0, to: width, indent: 0) }]
        blocks.append(synopsis.enumerated().map { Self.wrapUsage($1, isFirst: $0 == 0, to: width) })
        for section in sections {
            let lines = section.lines.map { Self.wrap($0, to: width, indent: Self.descriptionColumn) }
            blocks.append(["\(section.title):"] + lines)
        }
        if let closing { blocks.append([Self.wrap(closing[...], to: width, indent: 0)]) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// Wraps a paragraph or a list entry; lines after the first begin at the column `indent`.
    static func wrap(_ text: Substring, to width: Int, indent: Int) -> String {
        var lines: [String] = []
        var line = String(text.prefix { $0 == " " })
        var isEmpty = true
        // Several spaces in a row separate the name of a list entry from its description.
        for word in text.drop(while: { $0 == " " }).split(separator: " ", omittingEmptySubsequences: false) {
            let longer = isEmpty ? line + word : "\(line) \(word)"
            if isEmpty || longer.count <= width {
                (line, isEmpty) = (longer, false)
            } else {
                lines.append(line)
                line = String(repeating: " ", count: min(indent, width / 2)) + word
            }
        }
        lines.append(line)
        // A description that begins on the next line would leave spaces at the end of a name.
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
    }

    /// Wraps a line of the usage between its parts, such as `[--since <time>]`.
    private static func wrapUsage(_ line: Substring, isFirst: Bool, to width: Int) -> String {
        var depth = 0
        let bound = line.drop { $0 == " " }
            .map { character -> Character in
                if character == "[" { depth += 1 } else if character == "]" { depth -= 1 }
                return character == " " && depth > 0 ? "\u{A0}" : character
            }
        let indent = "Usage: ".count
        let start = isFirst ? "Usage: " : String(repeating: " ", count: indent)
        return wrap("\(start)\(String(bound))"[...], to: width, indent: indent + 2).replacing("\u{A0}", with: " ")
    }

    /// Whether a line of the introduction is an example, which must stay on one line to be copied.
    private static func isExample(_ line: Substring) -> Bool {
        line.hasPrefix("  ")
    }

    private static func lines(_ text: Substring) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func paragraphs(_ text: Substring) -> [[Substring]] {
        lines(text).split(whereSeparator: \.isEmpty).map(Array.init)
    }
}
