extension JSONCursor {
    /// Appends a part of the buffer as it stands.
    package func append(_ range: Range<Int>, to output: inout [UInt8]) {
        unsafe output.append(contentsOf: slice(range))
    }

    /// Whether a token holds a `\u` escape: half of a character may stand in it.
    package func holdsUnicodeEscape(_ token: JSONToken) -> Bool {
        guard token.isEscaped else { return false }
        var offset = token.range.lowerBound
        while offset < token.range.upperBound {
            guard unsafe base[offset] == UInt8(ascii: "\\") else {
                offset += 1
                continue
            }
            // The grammar is checked, so something follows; behind a backslash stands no start of another escape.
            if unsafe base[offset + 1] == UInt8(ascii: "u") { return true }
            offset += 2
        }
        return false
    }
}
