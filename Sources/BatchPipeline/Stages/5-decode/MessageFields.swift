import JSONLines
import MessageBatches

/// The fields of `result.message` that Batchkeep reads and counts.
///
/// All other fields are checked and skipped.
struct MessageFields {
    var id: JSONToken?
    var model: JSONToken?
    var stopReason: JSONToken?
    /// `stop_details.category`; nil if it is missing or null.
    var stopCategory: JSONToken?
    var hasStopDetails = false
    /// The usage; nil if there is none.
    var usage: UsageFields?
    var contentBlocks = 0
    var toolUses = 0
    var textBytes = 0
    var hasVisibleText = false

    /// The keys in the order in which the API writes them, including skipped keys between them.
    private enum Key: String, CaseIterable {
        case model, id, type, role, content, container
        case stopReason = "stop_reason"
        case stopSequence = "stop_sequence"
        case stopDetails = "stop_details"
        case usage
    }

    private static let keys = JSONKeys<Key>()

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.enterObject() else { return }
        var place = -1
        while try cursor.nextKey(in: Self.keys.table, &place) {
            switch place < 0 ? nil : Self.keys.cases[place] {
            case .model: model = try cursor.string()
            case .id: id = try cursor.string()
            case .content: try readContent(&cursor)
            case .stopReason: stopReason = try cursor.string()
            case .stopDetails: try readStopDetails(&cursor)
            case .usage:
                var fields = UsageFields()
                try fields.read(&cursor)
                usage = fields
            case .type, .role, .container, .stopSequence, nil: try cursor.skipValue()
            }
        }
    }

    private enum DetailKey: String, CaseIterable {
        case category
    }

    private static let detailKeys = JSONKeys<DetailKey>()

    private mutating func readStopDetails(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var category: JSONToken?
        hasStopDetails = try cursor.members(Self.detailKeys) { _, cursor throws(JSONSyntaxError) in
            category = try cursor.string()
        }
        stopCategory = category
    }

    private mutating func readContent(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        (contentBlocks, toolUses, textBytes, hasVisibleText) = (0, 0, 0, false)
        guard try cursor.enterArray() else { return }
        while try cursor.nextElement() {
            contentBlocks += 1
            try readContentBlock(&cursor)
        }
    }

    private enum BlockKey: String, CaseIterable {
        case type, text
    }

    private enum BlockType: String, CaseIterable {
        case text
        case toolUse = "tool_use"
    }

    private static let blockKeys = JSONKeys<BlockKey>()
    private static let blockTypes = JSONKeys<BlockType>()

    private mutating func readContentBlock(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.enterObject() else { return }
        var type: JSONToken?
        var text: JSONToken?
        var place = -1
        while try cursor.nextKey(in: Self.blockKeys.table, &place) {
            switch place < 0 ? nil : Self.blockKeys.cases[place] {
            case .type: type = try cursor.string()
            case .text: text = try cursor.string()
            case nil: try cursor.skipValue()
            }
        }
        switch type.flatMap({ cursor.index(of: $0, in: Self.blockTypes.table) }).map({ Self.blockTypes.cases[$0] }) {
        case .text:
            guard let text else { return }
            textBytes += text.decodedLength
            hasVisibleText = hasVisibleText || !cursor.isBlank(text)
        case .toolUse: toolUses += 1
        case nil: break
        }
    }
}

/// The fields of `result.error`.
///
/// The API nests the type and message one level deeper, at `error.error.type`. Some other writers do not, and some write
/// a text or a list instead of the object, which is then the message.
struct ErrorFields {
    private var outer = ErrorLevel()
    private var inner: ErrorLevel?

    /// The specific error type: the inner one, or the outer one unless it is only "error".
    var code: JSONToken? { inner?.type ?? (outerIsEnvelope ? nil : outer.type) }
    var text: JSONToken? { inner?.message ?? outer.message }
    var requestID: JSONToken? { outer.requestID ?? inner?.requestID }

    private var outerIsEnvelope = false

    private struct ErrorLevel {
        var type: JSONToken?
        var message: JSONToken?
        var requestID: JSONToken?
    }

    private enum Key: String, CaseIterable {
        case type, message
        case requestID = "request_id"
        case error
    }

    private static let keys = JSONKeys<Key>()
    private static let envelope = JSONKeyTable(["error"])

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard
            let level = try Self.level(
                &cursor,
                inner: { cursor throws(JSONSyntaxError) in
                    inner = try Self.level(&cursor) { cursor throws(JSONSyntaxError) in try cursor.skipValue() }
                }
            )
        else { return }
        outer = level
        outerIsEnvelope = outer.type.flatMap { cursor.index(of: $0, in: Self.envelope) } != nil
    }

    /// Reads the members of an object; a text or a list becomes the message, and anything else returns nil.
    ///
    /// `inner` reads the member `error`.
    private static func level(
        _ cursor: inout JSONCursor,
        inner: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) -> ErrorLevel? {
        var level = ErrorLevel()
        guard try cursor.kind() == .object else {
            level.message = try cursor.stringOrContainer()
            return level.message == nil ? nil : level
        }
        try cursor.members(keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .type: level.type = try cursor.string()
            case .message: level.message = try cursor.stringOrContainer()
            case .requestID: level.requestID = try cursor.string()
            case .error: try inner(&cursor)
            }
        }
        return level
    }
}
