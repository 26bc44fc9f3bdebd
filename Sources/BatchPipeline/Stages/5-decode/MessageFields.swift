import JSONLines
import MessageBatches

/// `result.message`: what is counted of it.
///
/// Anything else is checked and skipped.
struct MessageFields {
    var id: JSONToken?
    var model: JSONToken?
    var stopReason: JSONToken?
    var usage = UsageFields()
    var contentBlocks = 0
    var toolUses = 0
    var textBytes = 0
    var hasVisibleText = false

    /// In the order in which the service writes them, with those in between that are not read.
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
        while let key = try cursor.nextKey(in: Self.keys, &place) {
            switch key {
            case .model: model = try cursor.string()
            case .id: id = try cursor.string()
            case .content: try readContent(&cursor)
            case .stopReason: stopReason = try cursor.string()
            case .usage:
                usage = UsageFields()
                try usage.read(&cursor)
            case .type, .role, .container, .stopSequence, .stopDetails: try cursor.skipValue()
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
        while let key = try cursor.nextKey(in: Self.blockKeys, &place) {
            switch key {
            case .type: type = try cursor.string()
            case .text: text = try cursor.string()
            }
        }
        switch type.flatMap({ cursor.key(of: $0, in: Self.blockTypes) }) {
        case .text:
            guard let text else { return }
            textBytes += text.decodedLength
            hasVisibleText = hasVisibleText || !cursor.isBlank(text)
        case .toolUse: toolUses += 1
        case nil: break
        }
    }
}

/// `result.error`: the code is one level deeper than expected, `error.error.type`; some writers flatten it.
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

    /// The members of an object, nil if the value is not an object; `inner` reads the member `error`.
    private static func level(
        _ cursor: inout JSONCursor,
        inner: (inout JSONCursor) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) -> ErrorLevel? {
        var level = ErrorLevel()
        let isObject = try cursor.members(keys) { key, cursor throws(JSONSyntaxError) in
            switch key {
            case .type: level.type = try cursor.string()
            case .message: level.message = try cursor.string()
            case .requestID: level.requestID = try cursor.string()
            case .error: try inner(&cursor)
            }
        }
        return isObject ? level : nil
    }
}
