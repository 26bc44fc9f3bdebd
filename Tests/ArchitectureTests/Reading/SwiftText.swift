/// Swift source in which comments and literals are replaced by blanks, so that only code is searched.
///
/// Every byte keeps its line and column. Handles line comments, nested block comments, and all string literals with
/// their interpolations, which are code. Regex literals are not handled: the sources have none.
struct SwiftText {
    /// The source without comments, with literals.
    let withoutComments: String
    /// The source without comments and without the content of literals.
    let code: String

    init(_ source: String) {
        var scanner = Scanner(Array(source.utf8))
        scanner.code(untilParenthesis: false)
        withoutComments = String(decoding: scanner.withoutComments, as: UTF8.self)
        code = String(decoding: scanner.code, as: UTF8.self)
    }

    /// The lines of ``code``, numbered from 1.
    var codeLines: [(number: Int, text: Substring)] {
        Self.lines(of: code)
    }

    /// The lines of a text, numbered from 1.
    static func lines(of text: String) -> [(number: Int, text: Substring)] {
        // Bytes, not Characters: this is several times faster in debug builds, and a line end is one byte.
        text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated().map { ($0.offset + 1, Substring($0.element)) }
    }

    /// The identifiers and keywords of a piece of code; an identifier in backticks keeps them.
    static func words(of code: Substring) -> [String] {
        code.utf8.split { !isWord($0) }.map { String(Substring($0)) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default: false
        }
    }
}

private struct Scanner {
    private let source: [UInt8]
    private var position = 0
    private(set) var withoutComments: [UInt8]
    private(set) var code: [UInt8]

    init(_ source: [UInt8]) {
        self.source = source
        withoutComments = source
        code = source
    }

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    mutating func code(untilParenthesis: Bool) {
        var depth = 0
        while position < source.count {
            if starts("//") {
                lineComment()
            } else if starts("/*") {
                blockComment()
            } else if source[position] == UInt8(ascii: "\"") || source[position] == UInt8(ascii: "#") {
                literal()
            } else {
                if source[position] == UInt8(ascii: "(") { depth += 1 }
                if source[position] == UInt8(ascii: ")") { depth -= 1 }
                position += 1
                if untilParenthesis, depth < 0 { return }
            }
        }
    }

    private mutating func lineComment() {
        while position < source.count, source[position] != 0x0A { blank(inCodeOnly: false) }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            let opens = starts("/*")
            let closes = starts("*/")
            if opens { depth += 1 }
            if closes { depth -= 1 }
            for _ in 0..<(opens || closes ? 2 : 1) { blank(inCodeOnly: false) }
        } while depth > 0 && position < source.count
    }

    /// Reads a string literal, or a single `#` of something else, such as `#if`.
    private mutating func literal() {
        let start = position
        while starts("#") { position += 1 }
        let marks = String(repeating: "#", count: position - start)
        guard starts("\"") else { return }
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        position += quote.utf8.count
        while position < source.count, !starts(quote + marks) {
            if starts("\\" + marks + "(") {
                position += 2 + marks.utf8.count
                code(untilParenthesis: true)
            } else if starts("\\" + marks) {
                for _ in 0..<(marks.utf8.count + 2) { blank(inCodeOnly: true) }
            } else {
                blank(inCodeOnly: true)
            }
        }
        position = min(position + quote.utf8.count + marks.utf8.count, source.count)
    }

    private mutating func blank(inCodeOnly: Bool) {
        guard position < source.count else { return }
        if source[position] != 0x0A {
            code[position] = UInt8(ascii: " ")
            if !inCodeOnly { withoutComments[position] = UInt8(ascii: " ") }
        }
        position += 1
    }

    private func starts(_ text: String) -> Bool {
        // The first byte nearly always decides, and comparing slices is slow in debug builds.
        guard position < source.count, source[position] == text.utf8.first else { return false }
        return source[position...].starts(with: text.utf8)
    }
}
