import BatchPipeline
import NIOHTTP1

/// Sends a request with all its headers and follows redirects within the configured origin.
///
/// Only this type adds the credential to a request. It refuses a URL of another origin before it opens a connection.
struct Requester: Sendable {
    let origin: Origin
    let settings: ServiceSettings
    let keys: KeyStore
    let transport: HTTPTransport

    static let maxRedirects = 5

    /// Sends a request with a key and returns the head and the body of the first response that is not a redirect.
    ///
    /// Throws `ServiceError` or `CancellationError`. Only a transport error may be retried.
    func send(_ request: ServiceRequest, with key: Credential) async throws -> (head: ResponseHead, body: ResponseBody)
    {
        var url = request.url
        var referrer: ReplyHead?
        for _ in 0...Self.maxRedirects {
            guard url.origin == origin else {
                throw ServiceError(.foreignOrigin(url.origin.text), of: request, answer: referrer)
            }
            let (head, body) = try await transport.get(
                url,
                for: request,
                headers: headers(accept: request.accept, betas: request.betas, key: key),
                hiding: keys
            )
            guard head.isRedirect else {
                // An error is evaluated by its status, whatever its body.
                if head.reply.status == 200, !head.isGzip, let coding = head.contentEncoding {
                    let problem = "content-encoding '\(coding)', which was not requested"
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

    /// The beta header for tokens, which only Anthropic's own service needs.
    private static let tokenBeta = "oauth-2025-04-20"

    /// All headers of a request to the configured origin.
    func headers(accept: String, betas: [String] = [], key: Credential) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "accept": accept,
            "accept-encoding": settings.acceptEncoding.rawValue,
            "anthropic-version": settings.apiVersion,
            "user-agent": settings.userAgent,
        ]
        for beta in settings.betas + betas { headers.add(name: "anthropic-beta", value: beta) }
        if let workspace = settings.workspace { headers.add(name: "anthropic-workspace-id", value: workspace) }
        for header in settings.headers {
            if header.name.lowercased() == "anthropic-beta" {
                headers.add(name: header.name, value: header.value)
            } else {
                headers.replaceOrAdd(name: header.name, value: header.value)
            }
        }
        let betas = headers[canonicalForm: "anthropic-beta"]
        if key.scheme == .bearer, origin.isAnthropic, !betas.contains(Self.tokenBeta[...]) {
            headers.add(name: "anthropic-beta", value: Self.tokenBeta)
        }
        let credential = key.header
        headers.add(name: credential.name, value: credential.value)
        return headers
    }

    /// Returns an error without keys and header values, which a server may have echoed in any of its texts.
    func withoutSecrets(_ error: ServiceError) -> ServiceError {
        keys.removed(from: error)
    }
}

extension ServiceSettings {
    /// Validates header values and numbers.
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
