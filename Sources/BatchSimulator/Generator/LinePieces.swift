/// The fixed parts of result lines, as bytes.
struct LinePieces: Sendable {
    let customID = bytes(#"{"custom_id":""#)
    let namedID = bytes("order-2026-")
    let canceled = bytes(#"","result":{"type":"canceled""#)
    let expired = bytes(#"","result":{"type":"expired""#)
    let lineEnd = bytes("}}\n")

    let content = bytes(#"","type":"message","role":"assistant","content":["#)
    let text = bytes(#"{"type":"text","text":""#)
    let textEnd = bytes(#""}"#)
    let thinking = bytes(#"{"type":"thinking","thinking":""#)
    let signature = bytes(#"","signature":""#)
    let closedBlock = bytes(#""},"#)
    let toolUse = bytes(#",{"type":"tool_use","id":"toolu_01"#)
    let toolName = bytes(#"","name":"record_extraction","input":{"title":""#)
    let toolScore = bytes(#"","confidence":0."#)
    let toolEnd = bytes(
        #","labels":["delivery","billing"],"custom_id":"not this one","parent":null,"nested":{"type":"errored"}}}"#
    )
    let searchUse = bytes(#"{"type":"server_tool_use","id":"srvtoolu_01"#)
    let searchQuery = bytes(
        #"","name":"web_search","input":{"query":"delivery times 2026"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_01"#
    )
    let searchResult = bytes(
        #"","content":[{"type":"web_search_result","url":"https://example.com/delivery","title":"Delivery times","encrypted_content":""#
    )
    let searchEnd = bytes(#"","page_age":null}]},"#)

    let endTurn = bytes(#""stop_reason":"end_turn","stop_sequence":null"#)
    let maxTokens = bytes(#""stop_reason":"max_tokens","stop_sequence":null"#)
    let stopForTool = bytes(#""stop_reason":"tool_use","stop_sequence":null"#)
    let refusal = bytes(#""stop_reason":"refusal","stop_sequence":null"#)
    let noDetails = bytes(#","stop_details":null"#)
    let refusalDetails = bytes(#","stop_details":{"type":"refusal","category":"general_harms","explanation":null}"#)

    let inputTokens = bytes(#","usage":{"input_tokens":"#)
    let cacheWrites = bytes(#","cache_creation_input_tokens":"#)
    let cacheReads = bytes(#","cache_read_input_tokens":"#)
    let writes5m = bytes(#","cache_creation":{"ephemeral_5m_input_tokens":"#)
    let writes1h = bytes(#","ephemeral_1h_input_tokens":"#)
    let splitEnd = bytes("}")
    let outputTokens = bytes(#","output_tokens":"#)
    let thinkingTokens = bytes(#","output_tokens_details":{"thinking_tokens":"#)
    let oneSearch = bytes(#"},"server_tool_use":{"web_search_requests":1,"web_fetch_requests":0}"#)
    let noSearch = bytes(#"},"server_tool_use":null"#)
    let endingWithoutGeo = bytes(#","service_tier":"batch"}}"#)

    fileprivate static func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8)
    }
}

/// The fixed parts of result lines that depend on the model.
struct ModelPieces: Sendable {
    let isLate2026: Bool
    /// The bytes before the message ID.
    let opening: [UInt8]
    /// The bytes after the content, up to the stop reason.
    let closing: [UInt8]
    /// The bytes after the last count of `usage` up to the end of the message, for each inference geo.
    let endings: [[UInt8]]

    init(_ model: ModelProfile) {
        isLate2026 = model.era == .late2026
        let container = isLate2026 ? #"],"container":null,"# : "],"
        let diagnostics = isLate2026 ? #","diagnostics":null"# : ""
        opening = LinePieces.bytes(
            #"","result":{"type":"succeeded","message":{"model":"\#(model.name)","id":"msg_01"#
        )
        closing = LinePieces.bytes(container)
        endings = model.geos.map { geo in
            LinePieces.bytes(#","service_tier":"batch","inference_geo":"\#(geo)"}\#(diagnostics)}"#)
        }
    }
}

extension [UInt8] {
    /// Appends a non-negative number in decimal digits, padded with zeros to `width`.
    mutating func appendDecimal(_ value: Int, width: Int = 1) {
        var divisor = 1
        var digits = 1
        while value / divisor >= 10 || digits < width {
            divisor *= 10
            digits += 1
        }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends the lowest hexadecimal digits of a number.
    mutating func appendHex(_ value: UInt64, digits: Int) {
        for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift) & 15)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
