package import BatchPipeline
package import JSONLines
package import MessageBatches
import Tables

/// A result line from an archive, exactly as it is stored.
package struct FoundLine: Sendable {
    package var batch: MessageBatch
    /// A block that contains only this line, with its line number.
    package var block: LineBlock

    /// Returns the lines of a block that have a given custom_id.
    package static func lines(withCustomID id: String, in block: LineBlock, of batch: MessageBatch) -> [FoundLine] {
        let decoded = ResultDecoder.decode(block)
        let wanted = KeyHash(Array(id.utf8))
        return decoded.records
            .filter { $0.customIDHash == wanted && decoded.text($0.customID).utf8.elementsEqual(id.utf8) }
            .map { record in
                let line = Array(block.bytes[record.line]) + [0x0A]
                let first = record.lineNumber
                return FoundLine(
                    batch: batch,
                    // The record does not include a byte order mark.
                    block: LineBlock(wholeLines: line, sequence: 0, firstLine: first, byteOffset: 1)
                )
            }
    }

    /// Returns the decoded and priced line, which is valid.
    package func decoded(by pricing: RequestPricing) -> DecodedBlock {
        var decoded = ResultDecoder.decode(block)
        decoded.price(by: pricing, of: batch)
        return decoded
    }

    /// The line without its end.
    package var bytes: ArraySlice<UInt8> { block.bytes.dropLast() }

    /// Returns columns of the line as one JSON object.
    package func row(_ columns: [SelectedColumn], pricing: RequestPricing) -> [UInt8] {
        let selection = RowSelection(filter: LineFilter(), columns: columns, style: .format(.ndjson))
        return Array(selection.rows(of: block, in: batch, pricing: pricing).bytes.dropLast())
    }
}

/// A content block of an answer, for display.
package struct AnswerBlock: Sendable, Hashable {
    /// The type as in the line: `text`, `thinking`, `tool_use` or another.
    package var type: String
    /// The name of the tool, if the block calls one.
    package var name: String?
    /// The text, or for other types of blocks their value as JSON.
    package var text: String

    private static let path = JSONKeyTable(["message"])
    private static let content = JSONKeyTable(["content"])
    private enum Key: String, CaseIterable {
        case type, name, text, thinking, input
    }

    private static let keys = JSONKeys<Key>()

    /// Returns the content blocks of a line; empty if it has no message.
    package static func blocks(of line: FoundLine) -> [AnswerBlock] {
        guard let record = ResultDecoder.decode(line.block).records.first else { return [] }
        return JSONCursor.read(line.block.bytes) { cursor in
            do throws(JSONSyntaxError) {
                guard let message = try cursor.member(path, in: record.result),
                    let content = try cursor.member(content, in: message)
                else { return [] }
                var blocks: [AnswerBlock] = []
                for range in try cursor.elements(in: content) { blocks.append(try block(in: range, &cursor)) }
                return blocks
            } catch {
                // The decoder has already checked the line, so a value that cannot be read does not exist.
                return []
            }
        }
    }

    private static func block(
        in range: Range<Int>,
        _ cursor: inout JSONCursor
    ) throws(JSONSyntaxError) -> AnswerBlock {
        var block = AnswerBlock(type: "", name: nil, text: "")
        var values: [Key: Range<Int>] = [:]
        cursor.move(to: range)
        if try cursor.kind() == .object {
            try cursor.members(keys) { key, cursor throws(JSONSyntaxError) in values[key] = try cursor.skipValue() }
        }
        block.type = try cursor.plainText(in: values[.type]) ?? "unknown"
        block.name = try cursor.plainText(in: values[.name])
        switch block.type {
        case "text": block.text = try cursor.plainText(in: values[.text]) ?? ""
        case "thinking": block.text = try cursor.plainText(in: values[.thinking]) ?? ""
        default: block.text = String(decoding: cursor.bytes(values[.input] ?? range), as: UTF8.self)
        }
        return block
    }
}

extension JSONCursor {
    /// Decodes the string in a range; nil if there is none.
    fileprivate mutating func plainText(in range: Range<Int>?) throws(JSONSyntaxError) -> String? {
        guard let range else { return nil }
        move(to: range)
        return try string().map { text($0) }
    }
}
