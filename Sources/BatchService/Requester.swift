import BatchPipeline
import NIOHTTP1

/// Sends one request with all its headers, and follows redirects within the configured origin.
///
/// The only place where the key meets a request. A URL of another origin is refused before a connection is made.
struct Requester: Sendable {
    let origin: Origin
    let settings: ServiceSettings
    let transport: HTTPTransport

    static let maxRedirects = 5

    /// Returns the head of the first answer that is not a redirect, and its body as it arrives.
    ///
    /// Throws `ServiceError` or `CancellationError`. Only a transport error is worth another attempt.
    func send(_ request: ServiceRequest) async throws -> (head: AnswerHead, body: AnswerBody) {
        var url = request.url
        var referrer: ReplyHead?
        for _ in 0...Self.maxRedirects {
            guard url.origin == origin else {
                throw ServiceError(.foreignOrigin(url.origin.text), of: request, answer: referrer)
            }
            let (head, body) = try await transport.get(url, for: request, headers: headers(accept: request.accept))
            guard head.isRedirect else {
                guard head.contentEncoding == nil || head.isGzip else {
                    let problem = "content-encoding \(head.contentEncoding ?? "")"
                    throw ServiceError(.malformedReply(problem), of: request, answer: head.reply)
                }
                return (head, body)
            }
            referrer = head.reply
            guard let location = head.location else {
                throw ServiceError(.redirect("no location"), of: request, answer: head.reply)
            }
            do {
                url = try url.resolve(location)
            } catch {
                throw ServiceError(.redirect("unreadable location"), of: request, answer: head.reply)
            }
        }
        throw ServiceError(.redirect("more than \(Self.maxRedirects) in a row"), of: request, answer: referrer)
    }

    private func headers(accept: String) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "accept": accept,
            "accept-encoding": settings.acceptEncoding.rawValue,
            "anthropic-version": settings.apiVersion,
            "user-agent": settings.userAgent,
        ]
        for beta in settings.betas { headers.add(name: "anthropic-beta", value: beta) }
        if let workspace = settings.workspace { headers.add(name: "anthropic-workspace-id", value: workspace) }
        let credential = settings.credential.header
        headers.add(name: credential.name, value: credential.value)
        return headers
    }

    /// Text of the server, without the key.
    func withoutSecrets(_ text: String) -> String {
        settings.credential.removed(from: text)
    }
}

extension ServiceSettings {
    /// Checks what is not checked by being read: header values and numbers.
    func validate() throws(ServiceSettingsFailure) {
        guard credential.isSendable else { throw .credential }
        let headers =
            [("anthropic-version", apiVersion), ("user-agent", userAgent)]
            + betas.map { ("anthropic-beta", $0) }
            + (workspace.map { [("anthropic-workspace-id", $0)] } ?? [])
        for (name, value) in headers {
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw .header(name: name)
            }
        }
        if let rate = maxRequestsPerMinute, rate < 1 { throw .maxRequestsPerMinute(rate) }
    }
}
