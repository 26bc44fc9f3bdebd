extension JSONCursor {
    /// Appends a range of the buffer without changes.
    package func append(_ range: Range<Int>, to output: inout [UInt8]) {
        unsafe output.append(contentsOf: slice(range))
    }

    /// Returns whether a token contains a `\u` escape, which may be half of a surrogate pair.
    package func containsUnicodeEscape(_ token: JSONToken) -> Bool {
        guard token.isEscaped else { return false }
        var offset = token.range.lowerBound
        while offset < token.range.upperBound {
            guard unsafe base[offset] == UInt8(ascii: "\\") else {
                offset += 1
                continue
            }
            // The grammar is checked, so the byte after a backslash exists and belongs to the same escape.
            if unsafe base[offset + 1] == UInt8(ascii: "u") { return true }
            offset += 2
        }
        return false
    }
}
