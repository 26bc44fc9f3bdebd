import BatchPipeline
import MessageBatches
import NIOHTTP1

/// The status and the relevant headers of an HTTP response, parsed.
struct ResponseHead: Sendable {
    var reply: ReplyHead
    /// The `location` header of a redirect.
    var location: String?
    /// The `content-encoding` header in lowercase; nil if it is missing or `identity`.
    var contentEncoding: String?
    private var retryAfter: RetryFacts.RetryAfter?
    private var retryAfterMilliseconds: Double?
    private var shouldRetry: Bool?

    /// Parses the head; `keys` are removed from all texts but ``location``, which is only resolved.
    init(status: Int, headers: HTTPHeaders, hiding keys: KeyStore? = nil) {
        func hidden(_ text: String) -> String { keys?.removed(from: text) ?? text }
        func value(_ name: String) -> String? { headers[name].first.flatMap { $0.isEmpty ? nil : $0 } }
        func text(_ name: String) -> String? { value(name).map(hidden) }
        reply = ReplyHead(
            status: status,
            requestID: text("request-id"),
            workspaceID: text("anthropic-workspace-id"),
            date: text("date").flatMap { HTTPDate.timestamp($0) },
            contentType: text("content-type")
        )
        location = value("location")
        let encodings = headers[canonicalForm: "content-encoding"].map { $0.lowercased() }
            .filter { !["", "identity"].contains($0) }
        contentEncoding = encodings.isEmpty ? nil : hidden(encodings.joined(separator: ", "))
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

    /// Returns the facts that the retry policy evaluates; `now` is the local time, used if the server sends no `date`.
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

    /// The head of a successful answer, with the pause that the server asks for; `now` as in ``facts(errorCode:now:)``.
    func answer(now: Timestamp) -> ReplyHead {
        var answer = reply
        answer.retryAfter = facts(errorCode: nil, now: now).serverPause
        return answer
    }

    /// Whether the body is compressed with gzip.
    var isGzip: Bool {
        contentEncoding == "gzip" || contentEncoding == "x-gzip"
    }

    /// Whether the response is a redirect to follow.
    ///
    /// 300 and 304 are not redirects; 305 asks for a proxy and is obsolete.
    var isRedirect: Bool {
        [301, 302, 303, 307, 308].contains(reply.status)
    }
}
