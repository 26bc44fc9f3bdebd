import JSONLines

/// An error of the API: the status, the type and the message of its documented body.
struct APIError: Error, Sendable, Hashable {
    var status: Int
    var type: String
    var message: String
    /// Headers that go with it.
    var headers: [HeaderField] = []

    static func invalidRequest(_ message: String) -> APIError {
        APIError(status: 400, type: "invalid_request_error", message: message)
    }

    static let noCredential = APIError(
        status: 401,
        type: "authentication_error",
        message: "x-api-key or Authorization header is required"
    )
    static let wrongCredential = APIError(status: 401, type: "authentication_error", message: "invalid x-api-key")
    static let bodyTooLarge = APIError(
        status: 413,
        type: "request_too_large",
        message: "Request exceeds the maximum size"
    )

    static func notFound(_ message: String = "Not Found") -> APIError {
        APIError(status: 404, type: "not_found_error", message: message)
    }

    /// The results of a batch that has none to give; the API says not to retry (public recordings of 2025).
    static func noResults(of id: String) -> APIError {
        APIError(
            status: 404,
            type: "not_found_error",
            message: "The results of batch '\(id)' are not available.",
            headers: [HeaderField("x-should-retry", "false")]
        )
    }

    static func wrongMethod(allowed: String) -> APIError {
        APIError(
            status: 405,
            type: "invalid_request_error",
            message: "Method Not Allowed",
            headers: [HeaderField("allow", allowed)]
        )
    }

    /// The error that the API documents for a status, for faults that name nothing but the status.
    static func documented(forStatus status: Int) -> APIError {
        let (type, message) =
            switch status {
            case 400: ("invalid_request_error", "Invalid request")
            case 401: ("authentication_error", "invalid x-api-key")
            case 402: ("billing_error", "There is an issue with your billing or payment information")
            case 403: ("permission_error", "Your API key does not have permission to use the specified resource")
            case 404: ("not_found_error", "Not Found")
            case 409: ("conflict_error", "The request conflicts with the current state of the resource")
            case 413: ("request_too_large", "Request exceeds the maximum size")
            case 429: ("rate_limit_error", "This request would exceed your organization's rate limit")
            case 504: ("timeout_error", "The request timed out while processing")
            case 529: ("overloaded_error", "Overloaded")
            case 500...: ("api_error", "Internal server error")
            default: ("invalid_request_error", "Status \(status)")
            }
        return APIError(status: status, type: type, message: message)
    }

    /// The documented body: `{"type":"error","error":{"type":…,"message":…},"request_id":…}`.
    func body(requestID: String) -> [UInt8] {
        var json = Array(#"{"type":"error","error":{"type":"#.utf8)
        JSONString.append(type, to: &json)
        json += Array(#","message":"#.utf8)
        JSONString.append(message, to: &json)
        json += Array(#"},"request_id":"#.utf8)
        JSONString.append(requestID, to: &json)
        json.append(UInt8(ascii: "}"))
        return json
    }
}
