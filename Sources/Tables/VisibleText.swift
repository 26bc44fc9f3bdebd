extension StringProtocol {
    /// The text with all control characters and bidirectional marks made visible, so that it is safe to print.
    ///
    /// Data can contain any character, and an escape sequence in a custom_id must not control the user's terminal. C0
    /// controls and DEL become control pictures (`␛`). C1 controls, line separators, invisible and bidirectional marks
    /// become `<U+202E>`. Joiners and variation selectors stay, because emoji and many scripts need them.
    package var visible: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(self) }
        guard unicodeScalars.contains(where: \.needsPicture) else { return String(self) }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            result.append(contentsOf: scalar.needsPicture ? scalar.picture : String.UnicodeScalarView([scalar]))
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    fileprivate var needsPicture: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        default: false
        }
    }

    fileprivate var picture: String.UnicodeScalarView {
        if value < 0x20, let symbol = Unicode.Scalar(0x2400 + value) { return .init([symbol]) }
        if value == 0x7F { return "\u{2421}".unicodeScalars }
        let hex = String(value, radix: 16, uppercase: true)
        return "<U+\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex)>".unicodeScalars
    }
}
