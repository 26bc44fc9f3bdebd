import Mustache
import Tables

extension StringProtocol {
    /// The text escaped for HTML and SVG, in an element or in a quoted attribute.
    ///
    /// It compares Unicode scalars. A quote followed by a combining accent is not equal to a quote as a `Character`,
    /// but an HTML parser reads it as a quote. Controls and bidirectional marks are made visible first.
    var escapedForMarkup: String {
        if utf8.allSatisfy(isPlainMarkup) { return String(self) }
        var result = ""
        for scalar in visible.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "`": result += "&#96;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension String {
    /// The text as markup, with the parts between two backticks as code.
    ///
    /// A backtick without a partner stays unchanged.
    var codeMarkup: String {
        let parts = split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count > 1, !parts.count.isMultiple(of: 2) else { return escapedForMarkup }
        return parts.enumerated()
            .map { $0.isMultiple(of: 2) ? $1.escapedForMarkup : "<code>\($1.escapedForMarkup)</code>" }
            .joined()
    }
}

/// Whether a byte is an ASCII character that needs no escape, like most bytes of a table.
private func isPlainMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
    case UInt8(ascii: "`"): false
    default: (0x20...0x7E).contains(byte)
    }
}

/// Escapes the values of templates by Unicode scalar; the library's own HTML type compares `Character`s.
struct ScalarEscaping: MustacheContentType {
    /// The name by which templates select it.
    static let name = "SCALARS"

    func escapeText(_ text: String) -> String {
        text.escapedForMarkup
    }
}
