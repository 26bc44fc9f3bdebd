package import BatchPipeline
package import MessageBatches

/// An HTTP client for the Message Batches API: lists and retrieves batches and streams results.
///
/// Every call handles retries, rate limits and redirects. Clients share no state. Call ``shutdown()`` at the end.
package struct BatchServiceClient: Sendable {
    let base: ServiceURL
    private let transport: HTTPTransport
    let caller: ServiceCaller

    /// The maximum size of a JSON document from the API, in bytes.
    ///
    /// A page of 1,000 batches has less than 2 MB.
    static let replyLimit = 64 * 1_048_576

    /// Validates the settings.
    ///
    /// It opens no connection.
    package init(
        _ settings: ServiceSettings,
        environment: ServiceEnvironment = ServiceEnvironment()
    ) throws(ServiceSettingsFailure) {
        base = try ServiceURL.configured(settings.baseURL).withoutAPIPath
        try settings.validate()
        let stopwatch = Stopwatch(environment.clock)
        transport = try HTTPTransport(settings: settings, origin: base.origin, stopwatch: stopwatch)
        caller = ServiceCaller(
            requester: Requester(
                origin: base.origin,
                settings: settings,
                keys: KeyStore(settings.credential, renewal: settings.keyRenewal, headers: settings.headers),
                transport: transport
            ),
            pacer: Pacer(requestsPerMinute: settings.maxRequestsPerMinute, stopwatch: stopwatch),
            maxAttempts: settings.maxAttempts,
            environment: environment,
            stopwatch: stopwatch
        )
    }

    /// The base URL of requests, without secrets: `https://api.anthropic.com`.
    package var origin: String {
        base.origin.text
    }

    /// Closes all connections.
    ///
    /// The client cannot be used afterwards.
    package func shutdown() async {
        await transport.shutdown()
    }
}

extension BatchServiceClient: BatchLister {
    package func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        var parameters = ["limit=\(query.limit)"]
        if let id = query.afterID { parameters.append("after_id=\(id.percentEncoded)") }
        if let id = query.beforeID { parameters.append("before_id=\(id.percentEncoded)") }
        return try await document(
            ServiceRequest(
                url: base.appending(path: "/v1/messages/batches", query: parameters.joined(separator: "&")),
                kind: .list,
                name: ServiceError.listing
            )
        )
    }

    package func batch(id: String) async throws(ServiceError) -> ServiceReply {
        let path = "/v1/messages/batches/\(id.percentEncoded)"
        do {
            return try await document(
                ServiceRequest(url: base.appending(path: path), kind: .retrieve, name: "GET \(path)")
            )
        } catch {
            throw await checkingKey(error)
        }
    }

    package func containsKey(_ bytes: [UInt8]) -> Bool {
        caller.requester.keys.containsKey(bytes)
    }

    /// Sends a request for a JSON document.
    func document(_ request: ServiceRequest) async throws(ServiceError) -> ServiceReply {
        try await caller.call(request) { head, body, request in
            guard let bytes = try await body.collect(upTo: Self.replyLimit) else {
                let problem = "more than \(Self.replyLimit / 1_048_576) MiB"
                throw ServiceError(.malformedReply(problem), of: request, answer: head)
            }
            if let page = ReceivedPage(contentType: head.contentType, body: bytes) {
                var error = ServiceError(.malformedReply("not JSON"), of: request, answer: head)
                error.page = page
                throw error
            }
            if let document = ErrorDocument(bytes) { throw document }
            return ServiceReply(head: head, body: bytes)
        }
    }
}

extension BatchServiceClient: ResultSource {
    package var slowdowns: Int { caller.pacer.slowdowns }

    package func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream {
        let name = "GET /v1/messages/batches/\(batch.id.percentEncoded)/results"
        let location: ResultsLocation
        do {
            location = try ResultsLocation(resultsURL: batch.resultsURL, batchID: batch.id, base: base)
        } catch .foreign(let origin) {
            let error = ServiceError(code: .foreignOrigin(origin), operation: name, attempts: 0)
            throw caller.requester.withoutSecrets(error)
        } catch .otherBatch(let id) {
            let detail = "results_url is that of another batch, \(id)"
            throw caller.requester.withoutSecrets(
                ServiceError(code: .malformedReply(detail), operation: name, attempts: 0)
            )
        } catch {
            throw ServiceError(code: .noResultsURL, operation: name, attempts: 0)
        }
        // The official SDKs send this header; the response does not depend on it.
        let request = ServiceRequest(url: location.url, kind: .results, name: name, accept: "application/x-jsonl")
        do {
            return try await caller.call(request) { head, body, _ in
                ResultStream(head: head, rewrittenFrom: location.rewrittenFrom, body: body)
            }
        } catch {
            throw await checkingKey(error)
        }
    }

    /// Finds out whether a 401 for one batch means that the key is refused for all of them.
    ///
    /// A gateway may refuse one batch only. A key that has expired is refused for the listing as well.
    private func checkingKey(_ error: ServiceError) async -> ServiceError {
        guard error.status == 401 else { return error }
        do throws(ServiceError) {
            _ = try await page(PageQuery(limit: 1))
            return error
        } catch let listing {
            guard listing.code != .cancelled else { return listing }
            var error = error
            error.isKeyRefused = listing.status == 401
            error.keyRenewal = error.keyRenewal ?? listing.keyRenewal
            return error
        }
    }
}
