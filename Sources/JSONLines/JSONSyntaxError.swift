/// An error in JSON text (RFC 8259), or JSON that is not what its reader requires, with its place.
package struct JSONSyntaxError: Error, Sendable, Hashable {
    /// The rule that the text violates.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case unexpectedEnd = "the text ends in the middle of a value"
        case expectedValue = "expected a value"
        case expectedObject = "expected an object"
        case expectedArray = "expected an array"
        case expectedString = "expected a string"
        case expectedNumber = "expected a whole number"
        case expectedKey = "expected a key in quotes"
        case expectedColon = "expected ':' after a key"
        case expectedCommaOrBrace = "expected ',' or '}' in an object"
        case expectedCommaOrBracket = "expected ',' or ']' in an array"
        case controlCharacter = "a control character inside a string"
        case badEscape = "an unknown escape inside a string"
        case badUTF8 = "bytes that are not UTF-8"
        case badNumber = "a malformed number"
        case badLiteral = "expected true, false or null"
        case trailingBytes = "text after the end of the value"
        case unexpectedContent = "an unexpected value"
        case tooDeep = "nesting deeper than 1024 levels"
    }

    package let reason: Reason
    /// The offset of the invalid byte in the buffer.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
