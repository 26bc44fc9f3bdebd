import BatchPipeline
import MessageBatches
import NIOHTTP1

/// The status line and headers of an answer, read into what the rest of the program speaks.
struct AnswerHead: Sendable {
    var reply: ReplyHead
    /// `location` of a redirect.
    var location: String?
    /// `content-encoding`, lower case; nil for none and for `identity`.
    var contentEncoding: String?
    private var retryAfter: RetryFacts.RetryAfter?
    private var retryAfterMilliseconds: Double?
    private var shouldRetry: Bool?

    init(status: Int, headers: HTTPHeaders) {
        func text(_ name: String) -> String? {
            headers[name].first.flatMap { $0.isEmpty ? nil : $0 }
        }
        reply = ReplyHead(
            status: status,
            requestID: text("request-id"),
            workspaceID: text("anthropic-workspace-id"),
            date: text("date").flatMap { HTTPDate.timestamp($0) }
        )
        location = text("location")
        let encodings = headers[canonicalForm: "content-encoding"].map { $0.lowercased() }.filter { $0 != "identity" }
        contentEncoding = encodings.isEmpty ? nil : encodings.joined(separator: ", ")
        retryAfter = text("retry-after")
            .flatMap { value in
                Double(value).map { .seconds($0) } ?? HTTPDate.timestamp(value).map { .date($0) }
            }
        retryAfterMilliseconds = text("retry-after-ms").flatMap(Double.init)
        switch text("x-should-retry")?.lowercased() {
        case "true": shouldRetry = true
        case "false": shouldRetry = false
        default: shouldRetry = nil
        }
    }

    /// What the retry plan judges by; `now` is our clock, for a server that sends no `date`.
    func facts(errorCode: String?, now: Timestamp) -> RetryFacts {
        RetryFacts(
            status: reply.status,
            retryAfter: retryAfter,
            retryAfterMilliseconds: retryAfterMilliseconds,
            shouldRetry: shouldRetry,
            errorCode: errorCode,
            now: reply.date ?? now
        )
    }

    /// Whether the body has to be inflated.
    var isGzip: Bool {
        contentEncoding == "gzip" || contentEncoding == "x-gzip"
    }

    /// Whether the answer sends us somewhere else: 300 and 304 do not, 305 asks for a proxy and is obsolete.
    var isRedirect: Bool {
        [301, 302, 303, 307, 308].contains(reply.status)
    }
}
