package import JSONLines
package import MessageBatches

/// A piece of a block's bytes: a JSON string token without its quotes, read only where the text is needed.
package struct TextSlice: Sendable, Hashable {
    package var start: UInt32
    package var end: UInt32
    /// Whether the token holds backslash escapes, so that its bytes are not yet the text.
    package var isEscaped: Bool

    package init(start: Int, end: Int, isEscaped: Bool) {
        self.start = UInt32(start)
        self.end = UInt32(end)
        self.isEscaped = isEscaped
    }

    /// The token's bytes as offsets into the block.
    package var range: Range<Int> {
        Int(start)..<Int(end)
    }
}

/// What the pipeline reads out of one result line.
///
/// Text stays in the block as ``TextSlice``.
///
/// Field names and shapes: API reference, results line, Message and usage. Fields that a line of this result type
/// does not have are nil or zero.
package struct ResultRecord: Sendable {
    /// The physical line in the file, from 1.
    package var lineNumber: Int
    /// The line in the block without its 0x0A and without a 0x0D before it.
    package var line: Range<Int>
    /// The value of `result` in the block, braces included.
    package var result: Range<Int>
    package var customID: TextSlice
    /// 128 bits over the decoded bytes of `custom_id`.
    package var customIDHash: KeyHash
    package var resultType: TextSlice
    /// The result type as a case; names nobody documented stand in `.other`.
    package var type: ResultType
    package var model: TextSlice?
    package var messageID: TextSlice?
    package var stopReason: TextSlice?
    package var serviceTier: TextSlice?
    package var inferenceGeo: TextSlice?
    package var usage: TokenUsage
    /// False where a token count is no whole number from 0 to 10^12, or stands in something that is no object: the request
    /// can then not be priced.
    package var usageIsReadable: Bool
    package var errorType: TextSlice?
    package var errorMessage: TextSlice?
    package var errorRequestID: TextSlice?
    /// What would help against the error; nil unless the request errored.
    package var errorClass: ErrorClass?
    /// Content blocks of the message.
    package var contentBlocks: Int
    /// Content blocks of type `tool_use`.
    package var toolUses: Int
    /// Bytes of all text blocks together, decoded, UTF-8.
    package var textBytes: Int
    /// Whether any text block holds more than white space.
    package var hasVisibleText: Bool
    /// Succeeded, stopped in an orderly way, and with something to read or to run (see ``Usability``).
    package var isUsable: Bool
}

/// What would make a failed request succeed.
package enum ErrorClass: String, Sendable, CaseIterable, Codable {
    /// The same request may succeed later.
    case retry
    /// The request itself has to change.
    case fixInput = "fix_input"
    /// Credit, limits, permissions: nothing in the request helps.
    case fixAccount = "fix_account"
}
