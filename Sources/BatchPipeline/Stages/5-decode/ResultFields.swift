import JSONLines
import MessageBatches

/// The fields of one line as read, before they are combined into a ``ResultRecord``.
struct ResultFields {
    private var customID: JSONToken?
    private var result: Range<Int>?
    private var body = ResultBody()

    mutating func readLine(_ cursor: inout JSONCursor) throws(ResultFault) {
        do throws(JSONSyntaxError) {
            try readObject(&cursor)
            try cursor.expectEnd()
        } catch {
            throw .syntax(error)
        }
    }

    private mutating func readObject(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.beginObject()
        var place = -1
        while try cursor.nextKey(in: Self.keys.table, &place) {
            switch place < 0 ? nil : Self.keys.cases[place] {
            case .customID:
                customID = try cursor.string()
            case .result:
                // The last of equal keys wins, so drop the fields of an earlier one.
                (body, result) = (ResultBody(), nil)
                if try cursor.kind() == .object {
                    let start = cursor.position
                    try body.read(&cursor)
                    result = start..<cursor.position
                } else {
                    try cursor.skipValue()
                }
            case nil: try cursor.skipValue()
            }
        }
    }

    private enum Key: String, CaseIterable {
        case customID = "custom_id"
        case result
    }

    private static let keys = JSONKeys<Key>()

    /// Combines the fields into a record.
    func record(
        lineNumber: Int,
        line: Range<Int>,
        cursor: borrowing JSONCursor,
        errors: inout ErrorClassCache
    ) throws(ResultFault) -> ResultRecord {
        guard let customID else { throw .noCustomID }
        guard let result else { throw .noResult }
        guard let typeToken = body.type else { throw .noResultType }
        let type = ResultBody.type(of: typeToken, in: cursor)
        let message = type == .succeeded ? body.message : MessageFields()
        let error = type == .errored ? body.error : ErrorFields()
        // Without usage, only a succeeded request is unreadable: the other results are not billed.
        let billed = message.usage?.billed ?? UsageFields.Billed(isReadable: type != .succeeded)
        return ResultRecord(
            lineNumber: lineNumber,
            line: line,
            result: result,
            customID: TextSlice(customID),
            customIDHash: cursor.hash(customID),
            resultType: TextSlice(typeToken),
            type: type,
            model: message.model.map { TextSlice($0) },
            messageID: message.id.map { TextSlice($0) },
            stopReason: message.stopReason.map { TextSlice($0) },
            serviceTier: message.usage?.serviceTier.map { TextSlice($0) },
            inferenceGeo: message.usage?.inferenceGeo.map { TextSlice($0) },
            stopCategory: message.stopCategory.map { TextSlice($0) },
            isEmptyRefusal: message.hasStopDetails && message.contentBlocks == 0
                && Usability.isRefusal(message.stopReason, in: cursor),
            usage: billed.usage,
            entries: billed.entries,
            iterations: billed.iterations,
            hasUnusualIterations: billed.isUnusual,
            usageIsReadable: billed.isReadable,
            errorType: error.code.map { TextSlice($0) },
            errorMessage: error.text.map { TextSlice($0) },
            errorRequestID: error.requestID.map { TextSlice($0) },
            errorClass: type == .errored ? errors.errorClass(type: error.code, message: error.text, in: cursor) : nil,
            contentBlocks: message.contentBlocks,
            toolUses: message.toolUses,
            textBytes: message.textBytes,
            hasVisibleText: message.hasVisibleText,
            isUsable: Usability.isUsable(
                type: type,
                isOrderly: Usability.isOrderly(message.stopReason, in: cursor),
                hasVisibleText: message.hasVisibleText,
                toolUses: message.toolUses
            )
        )
    }
}

extension TextSlice {
    init(_ token: JSONToken) {
        self.init(start: token.range.lowerBound, end: token.range.upperBound, isEscaped: token.isEscaped)
    }
}

/// The fields of `result`: the type, and the message or the error.
private struct ResultBody {
    var type: JSONToken?
    var message = MessageFields()
    var error = ErrorFields()

    private enum Key: String, CaseIterable {
        case type, message, error
    }

    private static let keys = JSONKeys<Key>()
    private static let typeNames = JSONKeyTable(ResultType.known.map { $0.name })

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try cursor.beginObject()
        var place = -1
        while try cursor.nextKey(in: Self.keys.table, &place) {
            switch place < 0 ? nil : Self.keys.cases[place] {
            case .type: type = try cursor.string()
            case .message:
                message = MessageFields()
                try message.read(&cursor)
            case .error:
                error = ErrorFields()
                try error.read(&cursor)
            case nil: try cursor.skipValue()
            }
        }
    }

    static func type(of token: JSONToken, in cursor: borrowing JSONCursor) -> ResultType {
        cursor.index(of: token, in: typeNames).map { ResultType.known[$0] } ?? .other(cursor.text(token))
    }
}

/// Decides whether a result contains a usable answer.
///
/// The type `succeeded` only means that no error was reported.
package enum Usability {
    /// The stop reasons of complete messages.
    ///
    /// Excluded are `max_tokens` and `model_context_window_exceeded` (truncated), `refusal`, `pause_turn` (unfinished
    /// tool loop), and all reasons that this version does not know.
    package static let orderlyStopReasons = ["end_turn", "stop_sequence", "tool_use"]

    private static let orderly = JSONKeyTable(orderlyStopReasons)

    /// Returns whether a stop reason is one of ``orderlyStopReasons``; compares bytes because it runs for every line.
    static func isOrderly(_ stopReason: JSONToken?, in cursor: borrowing JSONCursor) -> Bool {
        guard let stopReason else { return false }
        return cursor.index(of: stopReason, in: orderly) != nil
    }

    private static let refusal = JSONKeyTable(["refusal"])

    /// Returns whether a stop reason is `refusal`.
    static func isRefusal(_ stopReason: JSONToken?, in cursor: borrowing JSONCursor) -> Bool {
        stopReason.flatMap { cursor.index(of: $0, in: refusal) } != nil
    }

    /// Returns whether a result succeeded, stopped normally, and contains visible text or a tool call.
    static func isUsable(type: ResultType, isOrderly: Bool, hasVisibleText: Bool, toolUses: Int) -> Bool {
        type == .succeeded && isOrderly && (hasVisibleText || toolUses > 0)
    }
}
