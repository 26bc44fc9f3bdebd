/// A string inside a buffer, without its quotes, not decoded yet.
package struct JSONToken: Sendable, Hashable {
    /// The bytes between the quotes, as offsets into the buffer.
    package var range: Range<Int>
    /// Whether there is a backslash in it.
    package var isEscaped: Bool
    /// The length of the decoded text in UTF-8; a lone surrogate counts as U+FFFD.
    package var decodedLength: Int
}

/// What kind of value starts at a byte.
package enum JSONKind: Sendable, Hashable {
    case object
    case array
    case string
    case number
    case literal
}
