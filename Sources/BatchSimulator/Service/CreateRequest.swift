import JSONLines
import MessageBatches

/// Reads the body of a create call: `{"requests":[{"custom_id":…,"params":{…}}, …]}`.
///
/// As in the API, invalid IDs are rejected at once, but invalid params only make their request fail.
enum CreateRequest {
    static let maxRequests = 100_000
    /// 256 MB.
    static let maxBytes = 256 << 20

    /// Reads and validates a body, and determines the result of each request.
    ///
    /// - Throws: 400 or 413 with the message of the API.
    static func requests(
        in request: SimulatedRequest,
        random: inout SeededRandom
    ) throws(APIError) -> [BatchProgress.Request] {
        guard !request.isBodyTooLarge, request.body.count <= maxBytes else { throw .bodyTooLarge }
        let submitted: [Submitted]
        do {
            submitted = try parse(request.body)
        } catch {
            throw .invalidRequest("The request body is not valid JSON: \(error.reason.rawValue) (byte \(error.offset))")
        }
        guard !submitted.isEmpty else { throw .invalidRequest("requests: at least one request is required") }
        guard submitted.count <= maxRequests else {
            throw .invalidRequest("requests: at most \(maxRequests) requests are allowed")
        }
        var seen: Set<String> = []
        var requests: [BatchProgress.Request] = []
        requests.reserveCapacity(submitted.count)
        for (index, item) in submitted.enumerated() {
            let id = try checked(item.customID, at: index)
            guard seen.insert(id).inserted else {
                throw .invalidRequest("requests.\(index).custom_id: custom_id '\(id)' is not unique in this batch")
            }
            requests.append(item.params.outcome(customID: id, random: &random))
        }
        return requests
    }

    private struct Submitted {
        var customID: String?
        var params = SubmittedParams()
    }

    private static func parse(_ body: [UInt8]) throws(JSONSyntaxError) -> [Submitted] {
        try JSONCursor.read(body) { cursor throws(JSONSyntaxError) in
            var submitted: [Submitted] = []
            try cursor.beginObject()
            while let key = try cursor.nextKey() {
                if cursor.text(key) == "requests", try cursor.kind() == .array {
                    try cursor.beginArray()
                    while try cursor.nextElement() { submitted.append(try item(&cursor)) }
                } else {
                    try cursor.skipValue()
                }
            }
            try cursor.expectEnd()
            return submitted
        }
    }

    private static func item(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> Submitted {
        var item = Submitted()
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return item
        }
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch cursor.text(key) {
            case "custom_id": item.customID = try cursor.string().map { cursor.text($0) }
            case "params": item.params = try SubmittedParams(&cursor)
            default: try cursor.skipValue()
            }
        }
        return item
    }

    /// Validates an ID against `^[a-zA-Z0-9_-]{1,64}$`.
    private static func checked(_ id: String?, at index: Int) throws(APIError) -> String {
        guard let id else { throw .invalidRequest("requests.\(index).custom_id: Field required") }
        guard id.utf8.count <= 64, MessageBatch.isSafeID(id) else {
            throw .invalidRequest(
                "requests.\(index).custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
            )
        }
        return id
    }
}
