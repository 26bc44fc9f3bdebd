/// A template for an errored result as in public result files: the error is nested twice, with or without a request ID.
struct ErrorTemplate: Sendable {
    private enum Part: Sendable {
        case bytes([UInt8])
        /// A random number in a range.
        case number(Range<Int>)
        /// Random base 58 characters.
        case noise(Int)
    }

    private let parts: [Part]

    /// Appends everything after the `custom_id` up to the end of the result.
    func append(to output: inout [UInt8], random: inout SeededRandom) {
        for part in parts {
            switch part {
            case .bytes(let bytes): output += bytes
            case .number(let range): output.appendDecimal(range.lowerBound + random.below(range.count))
            case .noise(let count): output += SimulatedID.noise(count, from: &random)
            }
        }
    }

    /// The errors of generated batches; more likely ones are listed several times.
    static let all: [ErrorTemplate] = [
        make(
            "invalid_request_error",
            "prompt is too long: ",
            .number(200_001..<999_999),
            " tokens > 200000 maximum",
            id: "req_011C"
        ),
        make("invalid_request_error", "messages.", .number(0..<40), ".content: Input should be a valid list", id: nil),
        make(
            "invalid_request_error",
            "messages: roles must alternate between \\\"user\\\" and \\\"assistant\\\"",
            id: nil
        ),
        make(
            "invalid_request_error",
            "Output blocked by content filtering policy",
            id: "workerreq_01",
            isVisible: true
        ),
        make(
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
            id: "req_011C"
        ),
        make("api_error", "Internal server error", id: "workerreq_01"),
        make("api_error", "Internal server error", id: "req_011C"),
        make("overloaded_error", "Overloaded", id: "req_011C"),
        make(
            "timeout_error",
            "The request timed out after ",
            .number(600..<900),
            " seconds – please retry",
            id: "req_011C"
        ),
    ]

    private static func make(
        _ type: String,
        _ before: String,
        _ number: Part? = nil,
        _ after: String = "",
        id: String?,
        isVisible: Bool = false
    ) -> ErrorTemplate {
        let details = isVisible ? #"{"error_visibility":"user_facing"}"# : "null"
        let opening =
            #"","result":{"type":"errored","error":{"type":"error","error":{"details":\#(details),"type":"\#(type)","#
        var parts: [Part] = [.bytes(Array("\(opening)\"message\":\"\(before)".utf8))]
        if let number { parts.append(number) }
        parts.append(.bytes(Array(after.utf8)))
        if let id {
            parts.append(.bytes(Array("\"},\"request_id\":\"\(id)".utf8)))
            parts.append(.noise(20))
            parts.append(.bytes(Array("\"}".utf8)))
        } else {
            parts.append(.bytes(Array("\"},\"request_id\":null}".utf8)))
        }
        return ErrorTemplate(parts: parts)
    }
}
