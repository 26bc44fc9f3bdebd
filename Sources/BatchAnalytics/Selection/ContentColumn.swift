import BatchPipeline
import JSONLines

/// A column that is computed from the content blocks of an answer.
enum ContentColumn: String, CaseIterable, Sendable {
    /// The texts of all text blocks, joined.
    ///
    /// With citations, one sentence is split over several blocks.
    case text
    /// The texts of all thinking blocks, joined.
    case thinking
    /// The input of the tool call; an array of inputs if there are several calls.
    case toolInput = "tool_input"
    /// Whether the text is a JSON value; see ``JSONAnswer``.
    case jsonValid = "json_valid"

    /// Appends the column as JSON text; `null` if the answer has no such block.
    func append(of record: ResultRecord, _ cursor: inout JSONCursor, to output: inout [UInt8]) {
        if self == .jsonValid {
            let answer = JSONAnswer(of: record, &cursor)
            output += answer.map { Array("\"\($0.name)\"".utf8) } ?? FlatValue.nullText
            return
        }
        let end = output.count
        do throws(JSONSyntaxError) {
            if try appendBlocks(of: record, &cursor, to: &output) { return }
        } catch {
            // The decoder has already checked the line, so a value that cannot be read does not exist.
        }
        output.removeLast(output.count - end)
        output += Array("null".utf8)
    }

    private static let message = JSONKeyTable(["message"])
    private static let content = JSONKeyTable(["content"])
    private enum BlockType: String, CaseIterable {
        case text, thinking
        case toolUse = "tool_use"
    }

    private enum Key: String, CaseIterable {
        case type, text, thinking, input
    }

    private static let types = JSONKeys<BlockType>()
    private static let keys = JSONKeys<Key>()

    /// The type of the blocks to read, and the key of their value.
    private var wanted: (type: BlockType, value: Key) {
        switch self {
        case .text, .jsonValid: (.text, .text)
        case .thinking: (.thinking, .thinking)
        case .toolInput: (.toolUse, .input)
        }
    }

    private func appendBlocks(
        of record: ResultRecord,
        _ cursor: inout JSONCursor,
        to output: inout [UInt8]
    ) throws(JSONSyntaxError) -> Bool {
        let values = try values(of: record, &cursor)
        guard !values.isEmpty else { return false }
        if self == .toolInput {
            try appendInputs(values, &cursor, to: &output)
        } else {
            try appendTexts(values, &cursor, to: &output)
        }
        return true
    }

    /// The ranges of the values of the blocks that the column is computed from.
    func values(of record: ResultRecord, _ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [Range<Int>] {
        guard record.contentBlocks > 0, let message = try cursor.member(Self.message, in: record.result),
            let content = try cursor.member(Self.content, in: message)
        else { return [] }
        var values: [Range<Int>] = []
        for block in try cursor.elements(in: content) {
            if let value = try value(ofBlock: block, &cursor) { values.append(value) }
        }
        return values
    }

    /// The range of the value of a content block; nil if the block has another type.
    private func value(
        ofBlock block: Range<Int>,
        _ cursor: inout JSONCursor
    ) throws(JSONSyntaxError) -> Range<Int>? {
        cursor.move(to: block)
        guard try cursor.kind() == .object else { return nil }
        var type: JSONToken?
        var value: Range<Int>?
        try cursor.beginObject()
        var place = -1
        while let key = try cursor.nextKey(in: Self.keys, &place) {
            switch key {
            case .type: type = try cursor.string()
            case wanted.value: value = try cursor.skipValue()
            case .text, .thinking, .input: try cursor.skipValue()
            }
        }
        guard let type, cursor.key(of: type, in: Self.types) == wanted.type else { return nil }
        return value
    }

    private func appendTexts(
        _ values: [Range<Int>],
        _ cursor: inout JSONCursor,
        to output: inout [UInt8]
    ) throws(JSONSyntaxError) {
        output.append(UInt8(ascii: "\""))
        for value in values {
            cursor.move(to: value)
            if let token = try cursor.string() { cursor.appendBody(of: token, to: &output) }
        }
        output.append(UInt8(ascii: "\""))
    }

    private func appendInputs(
        _ values: [Range<Int>],
        _ cursor: inout JSONCursor,
        to output: inout [UInt8]
    ) throws(JSONSyntaxError) {
        if values.count > 1 { output.append(UInt8(ascii: "[")) }
        for (index, value) in values.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            try cursor.appendValue(in: value, to: &output)
        }
        if values.count > 1 { output.append(UInt8(ascii: "]")) }
    }
}
