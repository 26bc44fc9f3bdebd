import JSONLines

/// An error of the API: its status, and the type and message of the documented body.
package struct APIError: Error, Sendable, Hashable {
    var status: Int
    var type: String
    var message: String
    /// Additional headers of the response.
    var headers: [HeaderField]

    package init(status: Int, type: String, message: String, headers: [HeaderField] = []) {
        self.status = status
        self.type = type
        self.message = message
        self.headers = headers
    }

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

    /// The error for a batch that has no results; it says not to retry (public recordings of 2025).
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

    /// The documented body: `{"type":"error","error":{"type":…,"message":…},"request_id":…}`.
    func body(requestID: String) -> [UInt8] {
        JSONNode.object([
            ("type", .text("error")), ("error", .object([("type", .text(type)), ("message", .text(message))])),
            ("request_id", .text(requestID)),
        ])
        .text
    }
}
