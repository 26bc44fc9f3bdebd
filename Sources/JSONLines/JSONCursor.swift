/// A pull parser that reads JSON text in place: it checks the grammar (RFC 8259) and UTF-8, and copies nothing.
///
/// After `beginObject`, call `nextKey` until it returns nil, and consume exactly one value after each key, with
/// a reading call or `skipValue`. `beginArray` and `nextElement` work the same way. Skipped values are checked as
/// strictly as read values. One cursor can read many values of a buffer one after another, see `move(to:)`.
@safe
package struct JSONCursor: ~Copyable {
    /// The maximum nesting depth of containers.
    package static let maxDepth = 1_024

    let base: UnsafePointer<UInt8>
    /// The offset of the next byte to read.
    package internal(set) var position: Int
    /// The offset after the last byte of the value's text.
    var end: Int
    /// The number of open containers.
    var depth = 0
    /// Whether no member of the container just opened was read yet.
    var isFresh = false
    /// One bit per container that `skipValue` is in, set for objects.
    var objectBits = [UInt64](repeating: 0, count: JSONCursor.maxDepth / 64 + 1)

    private init(base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        position = 0
        end = count
    }

    /// Runs `body` with a cursor over the whole buffer.
    ///
    /// The cursor cannot outlive the call.
    package static func read<Result, Failure: Error>(
        _ bytes: [UInt8],
        _ body: (inout JSONCursor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(Failure) in
            // An empty array may have no address. Nothing is read through this placeholder.
            let base = unsafe buffer.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
            var cursor = unsafe JSONCursor(base: base, count: buffer.count)
            return try body(&cursor)
        }
    }

    /// Restarts the cursor on a range of the buffer.
    package mutating func move(to range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
        depth = 0
        isFresh = false
    }

    /// Returns the kind of the next value without consuming it.
    @inline(__always)
    package mutating func kind() throws(JSONSyntaxError) -> JSONKind {
        skipWhitespace()
        guard position < end else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        switch unsafe base[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
        default: throw JSONSyntaxError(.expectedValue, at: position)
        }
    }

    /// Returns whether only white space is left.
    package mutating func isAtEnd() -> Bool {
        skipWhitespace()
        return position == end
    }

    /// Checks that only white space is left.
    package mutating func expectEnd() throws(JSONSyntaxError) {
        guard isAtEnd() else { throw JSONSyntaxError(.trailingBytes, at: position) }
    }

    // MARK: Values

    /// Reads the next value as a string token; skips it and returns nil if it is not a string.
    package mutating func string() throws(JSONSyntaxError) -> JSONToken? {
        guard try kind() == .string else {
            try skipValue()
            return nil
        }
        return try stringToken()
    }

    /// Reads the next value as a whole number from 0 to `limit`; skips it and returns nil if it is anything else.
    package mutating func wholeNumber(upTo limit: Int64) throws(JSONSyntaxError) -> Int64? {
        guard try kind() == .number else {
            try skipValue()
            return nil
        }
        let start = position
        if let value = shortNumber() { return value <= limit ? value : nil }
        try skipNumber()
        // Nineteen digits fit into the word. A longer number is larger than any limit.
        guard position - start <= 19 else { return nil }
        var value: UInt64 = 0
        for offset in start..<position {
            let digit = unsafe base[offset] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        return value <= UInt64(clamping: limit) ? Int64(value) : nil
    }

    /// Consumes and returns a whole number of a few digits that is followed by another member or element; otherwise
    /// returns nil.
    ///
    /// Most counts have this form.
    private mutating func shortNumber() -> Int64? {
        var offset = position
        var value: Int64 = 0
        let stop = min(end, position + 18)
        while offset < stop {
            let digit = unsafe base[offset] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value &* 10 &+ Int64(digit)
            offset &+= 1
        }
        guard offset > position, offset < end else { return nil }
        switch unsafe base[offset] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): break
        default: return nil
        }
        // JSON numbers have no leading zeros.
        guard unsafe offset == position + 1 || base[position] != UInt8(ascii: "0") else { return nil }
        position = offset
        return value
    }

    /// Consumes the next value if it is `null`, and returns whether it was.
    package mutating func consumeNull() throws(JSONSyntaxError) -> Bool {
        skipWhitespace()
        guard position < end, unsafe base[position] == UInt8(ascii: "n") else { return false }
        try skipLiteral()
        return true
    }

    // MARK: Tokens

    /// Returns the position of a key in a table, or nil.
    package func index(of token: JSONToken, in table: JSONKeyTable) -> Int? {
        guard !token.isEscaped else {
            let bytes = keyBytes(token)
            return unsafe bytes.withUnsafeBufferPointer { unsafe table.index(of: $0) }
        }
        return unsafe table.index(of: slice(token.range))
    }

    /// Returns the bytes that a key is compared by; see ``JSONString/keyBytes(_:isEscaped:)``.
    package func keyBytes(_ token: JSONToken) -> [UInt8] {
        let raw = unsafe slice(token.range)
        return unsafe token.isEscaped ? JSONString.keyBytes(of: raw) : Array(raw)
    }

    /// Returns a 128-bit hash of the bytes that a key is compared by.
    package func hash(_ token: JSONToken) -> KeyHash {
        unsafe token.isEscaped ? KeyHash(keyBytes(token)) : KeyHash(slice(token.range))
    }

    /// Returns the decoded text of a token.
    package func text(_ token: JSONToken) -> String {
        let raw = unsafe slice(token.range)
        return unsafe token.isEscaped ? JSONString.decoded(raw) : String(decoding: raw, as: UTF8.self)
    }

    /// Returns whether a token contains only white space.
    ///
    /// It stops at the first character that is not white space.
    package func isBlank(_ token: JSONToken) -> Bool {
        var offset = token.range.lowerBound
        while offset < token.range.upperBound {
            let lead = unsafe base[offset]
            let length: Int
            switch lead {
            case 0x20:
                offset += 1
                continue
            case UInt8(ascii: "\\"): length = unsafe base[offset + 1] == UInt8(ascii: "u") ? 6 : 2
            // The number of leading one bits of a UTF-8 lead byte is the length of its character.
            case 0x80...: length = (~lead).leadingZeroBitCount
            default: return false
            }
            let character = JSONToken(range: offset..<offset + length, isEscaped: lead < 0x80, decodedLength: 0)
            guard text(character).unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) else { return false }
            offset += length
        }
        return true
    }

    /// Calls `body` with the decoded bytes of a token, in place if the token has no escapes.
    package func withBytes<Result, Failure: Error>(
        of token: JSONToken,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard !token.isEscaped else { return try body(keyBytes(token).span) }
        return try body(unsafe slice(token.range).span)
    }

    /// Returns a copy of a range of the buffer.
    package func bytes(_ range: Range<Int>) -> [UInt8] {
        unsafe Array(slice(range))
    }

    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}

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

/// A JSON string in a buffer, without its quotes and not decoded.
package struct JSONToken: Sendable, Hashable {
    /// The range of the bytes between the quotes in the buffer.
    package var range: Range<Int>
    /// Whether the token contains a backslash.
    package var isEscaped: Bool
    /// The length of the decoded text in UTF-8 bytes; a lone surrogate counts as U+FFFD.
    package var decodedLength: Int
}

/// The kind of a JSON value, which its first byte determines.
package enum JSONKind: Sendable, Hashable {
    case object
    case array
    case string
    case number
    case literal
}
