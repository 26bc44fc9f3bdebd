import BatchPipeline
import JSONLines
import MessageBatches

/// What the rows of one block have in common.
struct RowSource {
    let bytes: [UInt8]
    let day: CalendarDay
    /// JSON text of what the batch says for each of its rows.
    let batchID: [UInt8]
    let createdAt: [UInt8]
    let endedAt: [UInt8]

    init(_ block: DecodedBlock, of batch: MessageBatch) {
        bytes = block.block.bytes
        day = batch.day
        batchID = Self.json(batch.id)
        createdAt = Self.json(batch.createdAt.text)
        endedAt = batch.endedAt.map { Self.json($0.text) } ?? FlatColumns.null
    }

    private static func json(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        JSONString.append(text, to: &output)
        return output
    }
}

/// The columns of the flat table (``FlatSchema``), read straight from a decoded line.
///
/// A value is appended as JSON text, exactly as ``FlatRowWriter`` writes it.
enum FlatColumns {
    typealias Writer = @Sendable (ResultRecord, RowSource, inout [UInt8]) -> Void

    static let null = Array("null".utf8)
    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)

    /// The writers by the names of ``FlatSchema/columns``.
    static let writers: [String: Writer] = {
        var all = batchColumns
        all.merge(textColumns) { first, _ in first }
        all.merge(numberColumns) { first, _ in first }
        return all
    }()

    private static let batchColumns: [String: Writer] = [
        "batch_id": { _, source, output in output += source.batchID },
        "batch_created_at": { _, source, output in output += source.createdAt },
        "batch_ended_at": { _, source, output in output += source.endedAt },
        "usable": { record, _, output in output += record.isUsable ? yes : no },
        "error_class": { record, _, output in
            guard let name = record.errorClass?.rawValue else {
                output += null
                return
            }
            JSONString.append(name, to: &output)
        },
    ]

    private static let textColumns: [String: Writer] = [
        "custom_id": { append($0.customID, $1, &$2) },
        "result_type": { append($0.resultType, $1, &$2) },
        "model": { append($0.model, $1, &$2) },
        "message_id": { append($0.messageID, $1, &$2) },
        "stop_reason": { append($0.stopReason, $1, &$2) },
        "service_tier": { append($0.serviceTier, $1, &$2) },
        "inference_geo": { append($0.inferenceGeo, $1, &$2) },
        "error_type": { append($0.errorType, $1, &$2) },
        "error_message": { append($0.errorMessage, $1, &$2) },
        "error_request_id": { append($0.errorRequestID, $1, &$2) },
    ]

    private static let numberColumns: [String: Writer] = [
        "line_number": { append(Int64($0.lineNumber), &$2) },
        "input_tokens": { append($0.usage.input, &$2) },
        "cache_creation_5m_tokens": { append($0.usage.cacheCreation5m, &$2) },
        "cache_creation_1h_tokens": { append($0.usage.cacheCreation1h, &$2) },
        "cache_read_tokens": { append($0.usage.cacheRead, &$2) },
        "output_tokens": { append($0.usage.output, &$2) },
        "thinking_tokens": { append($0.usage.thinking, &$2) },
        "web_search_requests": { append($0.usage.webSearches, &$2) },
        "web_fetch_requests": { append($0.usage.webFetches, &$2) },
        "content_blocks": { append(Int64($0.contentBlocks), &$2) },
        "tool_uses": { append(Int64($0.toolUses), &$2) },
        "text_bytes": { append(Int64($0.textBytes), &$2) },
        "raw_bytes": { append(Int64($0.line.count), &$2) },
    ]

    private static func append(_ slice: TextSlice?, _ source: RowSource, _ output: inout [UInt8]) {
        guard let slice else {
            output += null
            return
        }
        guard !slice.isEscaped else {
            return JSONString.append(JSONString.decoded(source.bytes[slice.range], isEscaped: true), to: &output)
        }
        output.append(UInt8(ascii: "\""))
        output += source.bytes[slice.range]
        output.append(UInt8(ascii: "\""))
    }

    private static func append(_ number: Int64, _ output: inout [UInt8]) {
        guard number > 0 else { return output.append(UInt8(ascii: "0")) }
        var (low, rest) = (output.count, number)
        while rest > 0 {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        var high = output.count - 1
        while low < high {
            output.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }
}
