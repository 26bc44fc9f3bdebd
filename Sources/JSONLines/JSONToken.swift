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
