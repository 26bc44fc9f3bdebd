import Mustache
import Tables

extension StringProtocol {
    /// The text as it may stand in HTML and SVG, in an element or in a quoted attribute.
    ///
    /// Works on Unicode scalars. To a `Character` comparison a quote followed by a combining accent is not a quote, but
    /// to an HTML parser it is. Controls and marks that reorder a line are made visible first.
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

/// Whether a byte is an ASCII character that stands for itself, as in nearly every cell of a table.
private func isPlainMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
    case UInt8(ascii: "`"): false
    default: (0x20...0x7E).contains(byte)
    }
}

/// Escapes what templates put in, scalar by scalar; the library's own HTML type goes by `Character`.
struct ScalarEscaping: MustacheContentType {
    /// The name templates select it by.
    static let name = "SCALARS"

    func escapeText(_ text: String) -> String {
        text.escapedForMarkup
    }
}
