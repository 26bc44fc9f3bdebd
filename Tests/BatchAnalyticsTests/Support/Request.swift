import BatchPipeline
import JSONLines
import MessageBatches
import Prices

/// One result line of a test, with the values that summaries read.
struct Request {
    var customID = "req-1"
    var type = ResultType.succeeded
    var model: String? = "claude-haiku-4-5-20251001"
    var stopReason: String? = "end_turn"
    var tier: String? = "batch"
    var geo: String? = "not_available"
    var usage = TokenUsage()
    var usageIsReadable = true
    var textBytes = 10
    var toolUses = 0
    var errorType: String?
    var errorMessage: String?
    var errorRequestID: String?
    /// Writes every character of every string as an escape, as JSON writers may.
    var isEscaped = false

    static func succeeded(
        _ customID: String = "req-1",
        model: String? = "claude-haiku-4-5-20251001",
        input: Int64 = 0,
        output: Int64 = 0,
        write5m: Int64 = 0,
        write1h: Int64 = 0,
        read: Int64 = 0,
        searches: Int64 = 0
    ) -> Request {
        var request = Request(customID: customID, model: model)
        request.usage.input = input
        request.usage.output = output
        request.usage.cacheCreation5m = write5m
        request.usage.cacheCreation1h = write1h
        request.usage.cacheRead = read
        request.usage.webSearches = searches
        return request
    }

    static func errored(
        _ customID: String = "req-1",
        type: String = "invalid_request_error",
        message: String,
        requestID: String? = nil
    ) -> Request {
        Request(
            customID: customID,
            type: .errored,
            errorType: type,
            errorMessage: message,
            errorRequestID: requestID
        )
    }

    static func other(_ type: ResultType, _ customID: String = "req-1") -> Request {
        Request(customID: customID, type: type)
    }
}

// MARK: - As a line

extension Request {
    /// The line as the API writes it.
    var line: String {
        "{\"custom_id\":\(json(customID)),\"result\":{\"type\":\(json(type.name))\(detail)}}\n"
    }

    private var detail: String {
        switch type {
        case .succeeded: ",\"message\":{\(message)}"
        case .errored:
            """
            ,"error":{"type":"error","request_id":\(json(errorRequestID)),\
            "error":{"type":\(json(errorType)),"message":\(json(errorMessage))}}
            """
        default: ""
        }
    }

    private var message: String {
        let text = "{\"type\":\"text\",\"text\":\"\(String(repeating: "x", count: textBytes))\"}"
        let tool = "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}}"
        let content = [text] + Array(repeating: tool, count: toolUses)
        return """
            "model":\(json(model)),"id":"msg_1","type":"message","role":"assistant",\
            "content":[\(content.joined(separator: ","))],"stop_reason":\(json(stopReason)),"usage":{\(usageFields)}
            """
    }

    private var usageFields: String {
        """
        "input_tokens":\(usageIsReadable ? String(usage.input) : "\"many\""),"output_tokens":\(usage.output),\
        "cache_creation_input_tokens":\(usage.cacheCreation5m + usage.cacheCreation1h),\
        "cache_creation":{"ephemeral_5m_input_tokens":\(usage.cacheCreation5m),\
        "ephemeral_1h_input_tokens":\(usage.cacheCreation1h)},"cache_read_input_tokens":\(usage.cacheRead),\
        "output_tokens_details":{"thinking_tokens":\(usage.thinking)},\
        "server_tool_use":{"web_search_requests":\(usage.webSearches),"web_fetch_requests":\(usage.webFetches)},\
        "service_tier":\(json(tier)),"inference_geo":\(json(geo))
        """
    }

    private func json(_ text: String?) -> String {
        guard let text else { return "null" }
        let units = text.utf16.map { unit in
            let isPlain = unit >= 0x20 && unit < 0x7F && unit != UInt16(ascii: "\"") && unit != UInt16(ascii: "\\")
            guard isEscaped || !isPlain else { return String(UnicodeScalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(units.joined())\""
    }
}

extension UInt16 {
    fileprivate init(ascii: Unicode.Scalar) {
        self.init(UInt8(ascii: ascii))
    }
}

// MARK: - As a block

extension DecodedBlock {
    /// Decodes the block of some lines.
    ///
    /// `firstLine` is the line number of the first one.
    init(_ requests: [Request], firstLine: Int = 1) {
        self.init(lines: requests.map(\.line), firstLine: firstLine)
    }

    /// Decodes the block of some lines, each of which ends in a line feed.
    init(lines: [String], firstLine: Int = 1) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for line in lines {
            bytes += line.utf8
            ends.append(bytes.count)
        }
        let sequence = firstLine == 1 ? 0 : 1
        self = ResultDecoder.decode(
            LineBlock(bytes: bytes, lineEnds: ends, sequence: sequence, firstLine: firstLine, byteOffset: 0)
        )
    }
}

extension RequestPricing {
    /// The built-in prices.
    static let builtIn = RequestPricing(table: .builtIn, origin: nil)
}

extension DecodedBlock {
    /// The block with prices.
    func priced(by pricing: RequestPricing = .builtIn, of batch: MessageBatch) -> DecodedBlock {
        var block = self
        block.price(by: pricing, of: batch)
        return block
    }
}

extension Summary {
    /// The summary of some requests of one batch.
    init(_ requests: [Request], of batch: MessageBatch = .ended(), firstLine: Int = 1) {
        self.init()
        fold(DecodedBlock(requests, firstLine: firstLine).priced(of: batch), of: batch)
    }
}

extension MessageBatch {
    /// An ended batch with only an ID and times.
    static func ended(
        _ id: String = "msgbatch_1",
        created: String = "2026-03-02T10:00:00Z",
        ended: String? = "2026-03-02T11:30:00Z"
    ) -> MessageBatch {
        MessageBatch(
            id: id,
            status: .ended,
            counts: RequestCounts(),
            createdAt: Timestamp(created) ?? Timestamp(seconds: 0),
            endedAt: ended.flatMap { Timestamp($0) },
            json: Array("{}".utf8)
        )
    }
}
