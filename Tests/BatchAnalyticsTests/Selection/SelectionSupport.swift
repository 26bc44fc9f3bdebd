import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Tables

/// Lines of one batch to select from.
struct SelectionLines {
    let batch: MessageBatch
    let block: LineBlock

    init(_ lines: [String], id: String = "msgbatch_01") {
        batch = MessageBatch(
            id: id,
            status: .ended,
            counts: RequestCounts(),
            createdAt: Timestamp("2026-10-20T08:00:00Z")!,
            endedAt: Timestamp("2026-10-20T09:30:00.5Z")!,
            json: []
        )
        let text = lines.map { $0 + "\n" }.joined()
        block = LineBlock(wholeLines: Array(text.utf8), sequence: 0, firstLine: 1, byteOffset: 0)
    }

    /// A succeeded line with the given content blocks.
    static func succeeded(
        _ id: String,
        content: String = #"{"type":"text","text":"Hello"}"#,
        stop: String = "end_turn",
        output: Int = 10,
        model: String = "claude-haiku-4-5-20251001"
    ) -> String {
        """
        {"custom_id":"\(id)","result":{"type":"succeeded","message":{"id":"msg_\(id)","model":"\(model)",\
        "content":[\(content)],"stop_reason":"\(stop)","usage":{"input_tokens":100,"output_tokens":\(output)}}}}
        """
    }

    static func errored(_ id: String, _ message: String = "overloaded") -> String {
        """
        {"custom_id":"\(id)","result":{"type":"errored","error":{"type":"error","error":{"type":"overloaded_error",\
        "message":"\(message)"},"request_id":null}}}
        """
    }

    /// The given columns of the lines that meet the conditions.
    func rows(
        _ columns: String = "custom_id",
        where conditions: [String] = [],
        results: Set<String>? = nil,
        usable: Bool? = nil,
        style: RowStyle = .format(.csv)
    ) throws -> [String] {
        let filter = LineFilter(
            conditions: try conditions.map { try Condition($0) },
            resultTypes: results,
            usable: usable
        )
        let columns = try SelectedColumn.list(columns)
        let rows = RowSelection(filter: filter, columns: columns, style: style)
            .rows(of: block, in: batch, pricing: .builtIn)
        // Split bytes, because CR LF is one Character.
        return rows.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
