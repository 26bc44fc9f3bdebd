import JSONLines
import MessageBatches

/// `result.message`: what is counted of it.
///
/// Anything else is checked and passed over.
struct MessageFields {
    var id: JSONToken?
    var model: JSONToken?
    var stopReason: JSONToken?
    var usage = UsageFields()
    var contentBlocks = 0
    var toolUses = 0
    var textBytes = 0
    var hasVisibleText = false

    /// In the order in which the service writes them, with those between that nobody reads.
    private static let keys = JSONKeyTable([
        "model", "id", "type", "role", "content", "container", "stop_reason", "stop_sequence", "stop_details", "usage",
    ])

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.enterObject() else { return }
        var place = -1
        while try cursor.nextKey(in: Self.keys, &place) {
            switch place {
            case 0: model = try cursor.string()
            case 1: id = try cursor.string()
            case 4: try readContent(&cursor)
            case 6: stopReason = try cursor.string()
            case 9:
                usage = UsageFields()
                try usage.read(&cursor)
            default: try cursor.skipValue()
            }
        }
    }

    private mutating func readContent(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        (contentBlocks, toolUses, textBytes, hasVisibleText) = (0, 0, 0, false)
        guard try cursor.enterArray() else { return }
        while try cursor.nextElement() {
            contentBlocks += 1
            try readContentBlock(&cursor)
        }
    }

    private static let blockKeys = JSONKeyTable(["type", "text"])
    private static let blockTypes = JSONKeyTable(["text", "tool_use"])

    private mutating func readContentBlock(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.enterObject() else { return }
        var type: JSONToken?
        var text: JSONToken?
        var place = -1
        while try cursor.nextKey(in: Self.blockKeys, &place) {
            switch place {
            case 0: type = try cursor.string()
            case 1: text = try cursor.string()
            default: try cursor.skipValue()
            }
        }
        switch type.flatMap({ cursor.index(of: $0, in: Self.blockTypes) }) {
        case 0:
            guard let text else { return }
            textBytes += text.decodedLength
            hasVisibleText = hasVisibleText || !cursor.isBlank(text)
        case 1: toolUses += 1
        default: break
        }
    }
}

/// `result.error`: the code stands one level deeper than expected, `error.error.type`; some writers flatten it.
struct ErrorFields {
    private var outer = ErrorLevel()
    private var inner: ErrorLevel?

    /// The error type that says something: the inner one, else the outer one unless that is only "error".
    var code: JSONToken? { inner?.type ?? (outerIsEnvelope ? nil : outer.type) }
    var text: JSONToken? { inner?.message ?? outer.message }
    var requestID: JSONToken? { outer.requestID ?? inner?.requestID }

    private var outerIsEnvelope = false

    private struct ErrorLevel {
        var type: JSONToken?
        var message: JSONToken?
        var requestID: JSONToken?
    }

    private static let keys = JSONKeyTable(["type", "message", "request_id", "error"])
    private static let envelope = JSONKeyTable(["error"])

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.enterObject() else { return }
        while let key = try cursor.nextKey() {
            switch cursor.index(of: key, in: Self.keys) {
            case 3: inner = try readInner(&cursor)
            case let field: try Self.read(field, into: &outer, from: &cursor)
            }
        }
        outerIsEnvelope = outer.type.flatMap { cursor.index(of: $0, in: Self.envelope) } != nil
    }

    private func readInner(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> ErrorLevel? {
        guard try cursor.enterObject() else { return nil }
        var level = ErrorLevel()
        while let key = try cursor.nextKey() {
            try Self.read(cursor.index(of: key, in: Self.keys), into: &level, from: &cursor)
        }
        return level
    }

    private static func read(
        _ field: Int?,
        into level: inout ErrorLevel,
        from cursor: inout JSONCursor
    ) throws(JSONSyntaxError) {
        switch field {
        case 0: level.type = try cursor.string()
        case 1: level.message = try cursor.string()
        case 2: level.requestID = try cursor.string()
        default: try cursor.skipValue()
        }
    }
}
