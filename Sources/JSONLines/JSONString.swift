/// Decoding of string tokens whose grammar a cursor has checked.
package enum JSONString {
    /// Returns the decoded text of a token's bytes; a lone surrogate becomes U+FFFD.
    package static func decoded(_ bytes: ArraySlice<UInt8>, isEscaped: Bool) -> String {
        guard isEscaped else { return String(decoding: bytes, as: UTF8.self) }
        return unsafe bytes.withUnsafeBufferPointer { unsafe decoded($0) }
    }

    /// Returns the bytes that a token is compared by: its text in UTF-8.
    ///
    /// A lone surrogate becomes 0xFF, which never occurs in UTF-8, and its six escape bytes. So different lone
    /// surrogates stay different keys.
    package static func keyBytes(_ bytes: ArraySlice<UInt8>, isEscaped: Bool) -> [UInt8] {
        guard isEscaped else { return Array(bytes) }
        return unsafe bytes.withUnsafeBufferPointer { unsafe keyBytes(of: $0) }
    }

    /// Appends text as a JSON string with quotes, escaping only what RFC 8259 requires.
    package static func append(_ text: String, to output: inout [UInt8]) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in unsafe appendEscaped(bytes, to: &output) }
        output.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var start = 0
        for index in bytes.indices where unsafe needsEscape(bytes[index]) {
            unsafe output += UnsafeBufferPointer(rebasing: bytes[start..<index])
            unsafe output += escape(of: bytes[index])
            start = index + 1
        }
        unsafe output += UnsafeBufferPointer(rebasing: bytes[start...])
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(of byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x0A: return Array("\\n".utf8)
        case 0x0D: return Array("\\r".utf8)
        case 0x09: return Array("\\t".utf8)
        case ..<0x20: return unicodeEscape(of: byte)
        default: return [UInt8(ascii: "\\"), byte]
        }
    }

    private static func unicodeEscape(of byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    static func decoded(_ raw: UnsafeBufferPointer<UInt8>) -> String {
        let bytes = unsafe unescaped(raw) { _ in [0xEF, 0xBF, 0xBD] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func keyBytes(of raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        unsafe unescaped(raw) { escape in unsafe [0xFF] + Array(escape) }
    }

    /// Returns the code unit of a `\u` escape with four digits at the start of `bytes`, or nil.
    static func hexUnit(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard bytes.count >= 6, unsafe bytes[0] == UInt8(ascii: "\\"), unsafe bytes[1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for index in 2..<6 {
            let byte = unsafe bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    private static func unescaped(
        _ raw: UnsafeBufferPointer<UInt8>,
        loneSurrogate: (UnsafeBufferPointer<UInt8>) -> [UInt8]
    ) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(raw.count)
        var offset = 0
        while offset < raw.count {
            let byte = unsafe raw[offset]
            guard byte == UInt8(ascii: "\\"), offset + 1 < raw.count else {
                output.append(byte)
                offset += 1
                continue
            }
            guard let unit = unsafe hexUnit(UnsafeBufferPointer(rebasing: raw[offset...])) else {
                unsafe output.append(simpleEscape(raw[offset + 1]))
                offset += 2
                continue
            }
            if let scalar = Unicode.Scalar(unit) {
                output += Array(scalar.utf8)
                offset += 6
                continue
            }
            let low = unsafe hexUnit(UnsafeBufferPointer(rebasing: raw[min(offset + 6, raw.count)...]))
            if unit < 0xDC00, let low, (0xDC00..<0xE000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            {
                output += Array(scalar.utf8)
                offset += 12
            } else {
                unsafe output += loneSurrogate(UnsafeBufferPointer(rebasing: raw[offset..<offset + 6]))
                offset += 6
            }
        }
        return output
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }
}
