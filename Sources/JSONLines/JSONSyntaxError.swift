/// Where and why text is no JSON (RFC 8259), or not the JSON that its reader has to find.
package struct JSONSyntaxError: Error, Sendable, Hashable {
    /// What broke the grammar.
    package enum Reason: String, Sendable, Hashable {
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
        case trailingBytes = "text behind the end of the value"
        case unexpectedContent = "a value that means nothing where it stands"
        case tooDeep = "nesting deeper than 1024 levels"
    }

    package let reason: Reason
    /// The offset of the offending byte in the buffer.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
