extension StringProtocol {
    /// The text with every character made visible that a terminal obeys or that hides in a line.
    ///
    /// Data can contain any character, and an escape sequence in a custom_id must not control the user's terminal. C0
    /// controls and DEL, also line feeds, become control pictures (`␛`). The other characters of
    /// `Unicode.Scalar.isObeyed` become `<U+202E>`. Joiners and variation selectors stay, because emoji and many scripts
    /// need them.
    package var visible: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(self) }
        guard unicodeScalars.contains(where: \.isObeyed) else { return String(self) }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            result.append(contentsOf: scalar.isObeyed ? scalar.picture : String.UnicodeScalarView([scalar]))
        }
        return String(result)
    }
}

extension [UInt8] {
    /// The JSON text with the characters that ``StringProtocol/visible`` replaces written as escapes (`\u009b`).
    ///
    /// Parsers read the same values: valid JSON has such characters only in strings, and C0 controls not even there. A
    /// line feed or tab between values stays. The text must not end within a UTF-8 sequence.
    package var visibleJSON: [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while index < count {
            let byte = self[index]
            guard byte >= 0x7F else {
                index += 1
                continue
            }
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let end = Swift.min(index + length, count)
            if Self.canBeObeyed(byte), let scalar = Unicode.Scalar(value(from: index, to: end)), scalar.isObeyed {
                result += self[copied..<index]
                for unit in UTF16.encode(scalar) ?? .init() { result += Self.escape(of: unit) }
                copied = end
            }
            index = end
        }
        guard copied > 0 else { return self }
        return result + self[copied...]
    }

    /// Whether a character that terminals obey can begin with this byte; other text is not decoded.
    private static func canBeObeyed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x7F...0xBF, 0xC2, 0xD8, 0xE1, 0xE2, 0xE3, 0xEF, 0xF3: true
        default: false
        }
    }

    /// The value of the UTF-8 sequence at these positions.
    private func value(from start: Int, to end: Int) -> UInt32 {
        let lead = UInt32(self[start]) & (end - start == 1 ? 0xFF : 0xFF >> UInt32(end - start + 1))
        return self[(start + 1)..<end].reduce(lead) { $0 << 6 | UInt32($1 & 0x3F) }
    }

    private static func escape(of unit: UInt16) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("\\u".utf8) + [12, 8, 4, 0].map { digits[Int(unit >> $0 & 15)] }
    }
}

extension Unicode.Scalar {
    /// Whether terminals obey this character or show nothing for it: C0, DEL and C1 controls, line and paragraph
    /// separators, bidirectional controls, and characters without width or ink, among them the tag characters.
    fileprivate var isObeyed: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0xAD, 0x061C, 0x115F...0x1160, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        case 0x3164, 0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
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
