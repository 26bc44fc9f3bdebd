import BatchPipeline
import JSONLines
import MessageBatches
import Testing

extension MessageBatch {
    /// A batch as the API describes it, decoded from its JSON text.
    static func sample(
        _ id: String = "msgbatch_01",
        status: String = "ended",
        created: String = "2024-08-20T18:37:24.100435Z",
        counts: [String: Int] = [:],
        archived: String? = nil
    ) throws -> MessageBatch {
        let all = ["processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0]
            .merging(counts) { _, given in given }
        let numbers = all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        let text = """
            {"id":"\(id)","type":"message_batch","processing_status":"\(status)","request_counts":{\(numbers)},\
            "created_at":"\(created)","expires_at":null,"ended_at":"2024-08-20T19:00:00Z","cancel_initiated_at":null,\
            "archived_at":\(archived.map { "\"\($0)\"" } ?? "null"),"results_url":"/v1/messages/batches/\(id)/results"}
            """
        return try MessageBatch(json: Array(text.utf8))
    }
}

/// Result lines as the API writes them, without line ends.
enum ResultLine {
    static func succeeded(_ id: String, text: String = "Hello.") -> String {
        """
        {"custom_id":"\(id)","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5-20251001","id":"msg_\(id)",\
        "type":"message","role":"assistant","content":[{"type":"text","text":"\(text)"}],"stop_reason":"end_turn",\
        "stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":5}}}}
        """
    }

    static func errored(_ id: String) -> String {
        """
        {"custom_id":"\(id)","result":{"type":"errored","error":{"type":"error","error":{"details":null,\
        "type":"overloaded_error","message":"Overloaded"},"request_id":null}}}
        """
    }

    static func other(_ id: String, type: String) -> String {
        "{\"custom_id\":\"\(id)\",\"result\":{\"type\":\"\(type)\"}}"
    }

    /// The bytes of a file with these lines, each with a line end.
    static func file(_ lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [0x0A] }
    }
}

extension LineBlock {
    /// All of `bytes` as one block, at the start of a stream or after other blocks.
    static func holding(_ bytes: [UInt8], sequence: Int = 0, firstLine: Int = 1, byteOffset: Int = 0) throws
        -> LineBlock
    {
        var splitter = LineSplitter(
            blockSize: bytes.count + 1,
            sequence: sequence,
            firstLine: firstLine,
            byteOffset: byteOffset
        )
        _ = try splitter.append(bytes)
        let block = splitter.finish()
        return try #require(block)
    }
}

extension LinesDigest {
    /// The digest of the lines of a body.
    init(of body: [UInt8]) {
        self.init(LineBlock(wholeLines: body, sequence: 0, firstLine: 1, byteOffset: 0))
    }
}

extension ResultDecoder {
    /// The decoded lines of `text`.
    static func decode(text: String) throws -> DecodedBlock {
        decode(try LineBlock.holding(Array(text.utf8)))
    }
}
