package import JSONLines
package import MessageBatches
package import Prices

/// The range of a JSON string in a block, without its quotes; it is decoded only when the text is needed.
package struct TextSlice: Sendable, Hashable {
    package var start: UInt32
    package var end: UInt32
    /// Whether the string contains backslash escapes that must be decoded.
    package var isEscaped: Bool

    package init(start: Int, end: Int, isEscaped: Bool) {
        self.start = UInt32(start)
        self.end = UInt32(end)
        self.isEscaped = isEscaped
    }

    /// The range of the bytes in the block.
    package var range: Range<Int> {
        Int(start)..<Int(end)
    }
}

/// The fields that the pipeline reads from one result line.
///
/// Text stays in the block as ``TextSlice``. Fields that a line of this result type does not have are nil or zero.
/// Source of names and formats: API reference, results line, Message and usage.
package struct ResultRecord: Sendable {
    /// The physical line number in the file, from 1.
    package var lineNumber: Int
    /// The range of the line in the block, without its 0x0A and a 0x0D before it.
    package var line: Range<Int>
    /// The range of the value of `result` in the block, including the braces.
    package var result: Range<Int>
    package var customID: TextSlice
    /// The 128-bit hash of the decoded bytes of `custom_id`.
    package var customIDHash: KeyHash
    package var resultType: TextSlice
    /// The result type as an enum; undocumented types are `.other`.
    package var type: ResultType
    package var model: TextSlice?
    package var messageID: TextSlice?
    package var stopReason: TextSlice?
    package var serviceTier: TextSlice?
    package var inferenceGeo: TextSlice?
    /// `stop_details.category` of a refusal.
    package var stopCategory: TextSlice?
    /// Whether the message is a refusal with `stop_details` and without content.
    package var isEmptyRefusal: Bool
    /// The counts that are billed; zero if they are not readable.
    ///
    /// If `usage.iterations` has entries, these are the sums over the billed entries.
    package var usage: TokenUsage
    /// The billed parts of `usage`; empty if the request is billed as a whole, at its own model.
    package var entries: [BilledEntry]
    /// The number of entries of `usage.iterations`.
    package var iterations: Int
    /// Whether `usage.iterations` has an entry of an unknown type, or entries that do not add up to the other counts.
    package var hasUnusualIterations: Bool
    /// Whether all token counts can be read; if not, the request has no price.
    ///
    /// False if a succeeded request has no usage, if its input or output tokens are missing, if a count is not a whole
    /// number from 0 to 10^12, or if the object that should contain it is not an object.
    package var usageIsReadable: Bool
    /// The price of the request; see ``RequestPricing``.
    package var price = RequestPrice()
    package var errorType: TextSlice?
    package var errorMessage: TextSlice?
    package var errorRequestID: TextSlice?
    /// What would make the request succeed; nil unless its type is `errored`.
    package var errorClass: ErrorClass?
    /// The number of content blocks of the message.
    package var contentBlocks: Int
    /// The number of content blocks of type `tool_use`.
    package var toolUses: Int
    /// The length of all text blocks together, decoded, in UTF-8 bytes.
    package var textBytes: Int
    /// Whether a text block contains more than white space.
    package var hasVisibleText: Bool
    /// Whether the request succeeded, stopped normally, and contains text or a tool call; see ``Usability``.
    package var isUsable: Bool
}

/// A part of a request's usage that is billed at a model and a prompt size of its own.
package struct BilledEntry: Sendable {
    /// The type of an entry of `usage.iterations`.
    package enum Kind: String, Sendable, CaseIterable {
        /// One iteration of the model; these are part of the top-level counts, all others are not.
        case message
        case compaction
        case advisor = "advisor_message"
        /// A declined attempt, which is not billed.
        case fallback = "fallback_message"
        /// A type that this version does not know.
        case other
    }

    package var kind: Kind
    /// The model of the entry; nil for the model of the message.
    package var model: TextSlice?
    package var usage: TokenUsage
    /// The price of the entry; zero if the request has no price.
    package var amounts = Amounts()
}

/// What would make a failed request succeed.
package enum ErrorClass: String, Sendable, CaseIterable, Codable {
    /// The same request may succeed later.
    case retry
    /// The request must be changed.
    case fixInput = "fix_input"
    /// Credit, limits or permissions must be changed; a change of the request does not help.
    case fixAccount = "fix_account"
}
