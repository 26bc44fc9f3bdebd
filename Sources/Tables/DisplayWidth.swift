extension Character {
    /// The number of terminal columns of this character: 0, 1 or 2, or more for conjuncts that are several letters
    /// wide.
    ///
    /// An emoji has 2 columns, even if it is joined from several scalars. Characters with East Asian Width W or F
    /// (Unicode 18, EastAsianWidth.txt) have 2 columns. Combining and format characters have 0, as in wcwidth.
    var displayWidth: Int {
        let scalars = unicodeScalars
        if scalars.contains(where: \.isEmojiBase) { return 2 }
        return scalars.reduce(0) { $0 + $1.displayWidth }
    }
}

extension StringProtocol {
    /// The number of terminal columns of this text, which must not contain control characters.
    var displayWidth: Int {
        // Nearly every cell is ASCII. Reading the properties of its characters took a third of the time for a large
        // table.
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to at most `width` columns.
    ///
    /// If anything was cut, the last column is an ellipsis.
    package func truncated(toWidth width: Int) -> String {
        guard displayWidth > width else { return String(self) }
        var result = ""
        var used = 0
        for character in self {
            let next = character.displayWidth
            if used + next > width - 1 { break }
            result.append(character)
            used += next
        }
        return width > 0 ? result + "…" : ""
    }

    /// The words of the text in lines of at most `width` columns.
    ///
    /// A longer word has a line of its own, or several if words may be broken.
    func wrapped(toWidth width: Int, breakingWords: Bool = false) -> [String] {
        split(separator: " ").flatMap { breakingWords ? $0.pieces(ofWidth: width) : [String($0)] }
            .reduce(into: []) { lines, word in
                if let last = lines.last, last.displayWidth + 1 + word.displayWidth <= width {
                    lines[lines.count - 1] += " " + word
                } else {
                    lines.append(word)
                }
            }
    }

    /// The text in pieces of at most `width` columns; a wider character is a piece of its own.
    private func pieces(ofWidth width: Int) -> [String] {
        guard displayWidth > width else { return [String(self)] }
        var (pieces, used) = ([""], 0)
        for character in self {
            let next = character.displayWidth
            if used + next > width, used > 0 { (pieces, used) = (pieces + [""], 0) }
            pieces[pieces.count - 1].append(character)
            used += next
        }
        return pieces
    }

    /// The text padded with spaces to `width` columns.
    ///
    /// Longer text is not cut.
    func padded(toWidth width: Int, _ alignment: Column.Alignment) -> String {
        let blanks = String(repeating: " ", count: Swift.max(0, width - displayWidth))
        return alignment == .left ? self + blanks : blanks + String(self)
    }
}

extension Unicode.Scalar {
    /// Whether this scalar makes its character an emoji, which is two columns wide.
    fileprivate var isEmojiBase: Bool {
        // U+FE0F selects the emoji presentation of a character that is text by default.
        properties.isEmojiPresentation || value == 0xFE0F
    }

    fileprivate var displayWidth: Int {
        if value < 0x300 { return value == 0xAD ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator:
            return 0
        default:
            break
        }
        if isHangulVowelOrFinal || properties.isDefaultIgnorableCodePoint { return 0 }
        return isWide ? 2 : 1
    }

    /// Whether this is a Hangul vowel or final consonant, which is drawn inside the square of the preceding consonant.
    private var isHangulVowelOrFinal: Bool {
        (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value)
    }

    private var isWide: Bool {
        guard value >= wideRanges[0].lowerBound else { return false }
        return wideRanges.contains { $0.contains(value) }
    }
}

/// Ranges with East Asian Width W or F, without emoji, which have a Unicode property.
///
/// Adjacent ranges are joined across unassigned code points.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3040...0x3247,
    0x3250...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x191FF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D37F,
    0x1F200...0x1F265, 0x20000...0x3FFFD,
]
