import JSONLines
import MessageBatches

/// The parts of a request's `params` that determine its result.
struct SubmittedParams {
    var model: String?
    var maxTokens: Int64?
    var isStreaming = false
    /// The text of the last message, at most ``echoLimit`` characters.
    var lastText = ""
    /// The size of the params in bytes, from which the number of input tokens is estimated.
    var bytes = 0

    static let echoLimit = 2_000

    init() {}

    /// Reads the value at the cursor; a value that is not an object has no members.
    init(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return
        }
        let start = cursor.position
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch cursor.text(key) {
            case "model": model = try cursor.string().map { cursor.text($0) }
            case "max_tokens": maxTokens = try cursor.wholeNumber(upTo: .max)
            case "stream": isStreaming = try cursor.optionalBoolean() ?? false
            case "messages": try readMessages(&cursor)
            default: try cursor.skipValue()
            }
        }
        bytes = cursor.position - start
    }

    private mutating func readMessages(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        guard try cursor.kind() == .array else {
            try cursor.skipValue()
            return
        }
        try cursor.beginArray()
        while try cursor.nextElement() {
            try Self.readMembers(&cursor) { cursor, key throws(JSONSyntaxError) in
                guard key == "content" else { return false }
                try readContent(&cursor)
                return true
            }
        }
    }

    /// Reads a text, or the text blocks of a list of blocks.
    private mutating func readContent(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        switch try cursor.kind() {
        case .string:
            lastText = try cursor.string().map { cursor.text($0) } ?? ""
        case .array:
            lastText = ""
            try cursor.beginArray()
            while try cursor.nextElement() {
                try Self.readMembers(&cursor) { cursor, key throws(JSONSyntaxError) in
                    guard key == "text" else { return false }
                    lastText += try cursor.string().map { cursor.text($0) } ?? ""
                    return true
                }
            }
        default:
            try cursor.skipValue()
        }
        lastText = String(lastText.prefix(Self.echoLimit))
    }

    /// Reads the members of an object; skips any other value.
    ///
    /// `read` consumes the value of a key that it knows and then returns true.
    private static func readMembers(
        _ cursor: inout JSONCursor,
        _ read: (inout JSONCursor, String) throws(JSONSyntaxError) -> Bool
    ) throws(JSONSyntaxError) {
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return
        }
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            let name = cursor.text(key)
            if try !read(&cursor, name) { try cursor.skipValue() }
        }
    }
}

extension SubmittedParams {
    /// The result of the request: an answer that repeats its text, or an error if the params are invalid.
    func outcome(customID: String, random: inout SeededRandom) -> BatchProgress.Request {
        guard let problem else {
            return BatchProgress.Request(
                customID: customID,
                type: .succeeded,
                result: succeeded(messageID: SimulatedID.make("msg_01", from: &random))
            )
        }
        let error = APIError.invalidRequest(problem).body(requestID: SimulatedID.make("req_01", from: &random))
        let result = JSONNode.object([("type", .text("errored")), ("error", .verbatim(error))])
        return BatchProgress.Request(customID: customID, type: .errored, result: result.text)
    }

    /// The error in the params; nil if they are valid.
    private var problem: String? {
        guard let model else { return "model: Field required" }
        guard KnownModels.resolve(model) != nil else { return "model: \(model)" }
        guard let maxTokens else { return "max_tokens: Field required" }
        guard maxTokens >= 1 else { return "max_tokens: must be greater than or equal to 1" }
        return isStreaming ? "stream: streaming is not supported in batches" : nil
    }

    private func succeeded(messageID: String) -> [UInt8] {
        let text = "You wrote: \(lastText)"
        var json = Array(#"{"type":"succeeded","message":{"model":"#.utf8)
        JSONString.append(model.flatMap { KnownModels.resolve($0) } ?? "", to: &json)
        json += Array(
            #","id":"\#(messageID)","type":"message","role":"assistant","content":[{"type":"text","text":"#.utf8
        )
        JSONString.append(text, to: &json)
        let usage = """
            "input_tokens":\(max(1, bytes / 4)),"cache_creation_input_tokens":0,"cache_read_input_tokens":0,\
            "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},\
            "output_tokens":\(text.utf8.count / 4 + 1),"service_tier":"batch","inference_geo":"global"
            """
        json += Array(
            #"}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"usage":{\#(usage)}}}"#.utf8
        )
        return json
    }
}
