package import BatchPipeline
package import MessageBatches

/// The service over HTTP: lists and retrieves batches, streams results.
///
/// Every call retries, paces and follows redirects by itself; nothing is shared with other clients of the process. Call
/// ``shutdown()`` when done.
package struct BatchServiceClient: Sendable {
    private let base: ServiceURL
    private let transport: HTTPTransport
    private let caller: ServiceCaller

    /// A page of 1,000 batches has less than 2 MB; an answer above this is not what we asked for.
    static let replyLimit = 64 * 1_048_576

    /// Checks the settings; makes no connection yet.
    package init(
        _ settings: ServiceSettings,
        environment: ServiceEnvironment = ServiceEnvironment()
    ) throws(ServiceSettingsFailure) {
        do {
            base = try ServiceURL(base: settings.baseURL)
        } catch {
            // A password in front of the host must not come back in the sentence about it.
            throw .baseURL(error == .userInfo ? "" : settings.baseURL, problem: error)
        }
        try settings.validate()
        let stopwatch = Stopwatch(environment.clock)
        transport = try HTTPTransport(settings: settings, origin: base.origin, stopwatch: stopwatch)
        caller = ServiceCaller(
            requester: Requester(origin: base.origin, settings: settings, transport: transport),
            pacer: Pacer(requestsPerMinute: settings.maxRequestsPerMinute, stopwatch: stopwatch),
            maxAttempts: settings.maxAttempts,
            environment: environment,
            stopwatch: stopwatch
        )
    }

    /// Where requests go, as text without secrets: `https://api.anthropic.com`.
    package var origin: String {
        base.origin.text
    }

    /// Closes all connections; the client cannot be used afterwards.
    package func shutdown() async {
        await transport.shutdown()
    }
}

extension BatchServiceClient: BatchLister {
    package func page(_ query: PageQuery) async throws(ServiceFailure) -> ServiceReply {
        var parameters = ["limit=\(query.limit)"]
        if let id = query.afterID { parameters.append("after_id=\(id.percentEncoded)") }
        if let id = query.beforeID { parameters.append("before_id=\(id.percentEncoded)") }
        return try await document(
            ServiceRequest(
                url: base.appending(path: "/v1/messages/batches", query: parameters.joined(separator: "&")),
                kind: .list,
                name: "GET /v1/messages/batches"
            )
        )
    }

    package func batch(id: String) async throws(ServiceFailure) -> ServiceReply {
        let path = "/v1/messages/batches/\(id.percentEncoded)"
        return try await document(
            ServiceRequest(url: base.appending(path: path), kind: .retrieve, name: "GET \(path)")
        )
    }

    private func document(_ request: ServiceRequest) async throws(ServiceFailure) -> ServiceReply {
        try await caller.call(request) { answer in
            guard let body = try await answer.body.collect(upTo: Self.replyLimit) else {
                let cause = ServiceFailure.Cause.malformedReply("more than \(Self.replyLimit / 1_048_576) MiB")
                throw FutileRequest(cause: cause, head: answer.head)
            }
            return ServiceReply(head: answer.head, body: body)
        }
    }
}

extension BatchServiceClient: ResultSource {
    package func results(of batch: MessageBatch) async throws(ServiceFailure) -> ResultStream {
        let name = "GET /v1/messages/batches/\(batch.id.percentEncoded)/results"
        let location: ResultsLocation
        do {
            location = try ResultsLocation(resultsURL: batch.resultsURL, batchID: batch.id, base: base)
        } catch .foreign(let origin) {
            throw ServiceFailure(cause: .foreignOrigin(origin), operation: name, attempts: 0)
        } catch {
            throw ServiceFailure(cause: .noResultsURL, operation: name, attempts: 0)
        }
        // What the official SDKs ask for; the answer is the same whatever is asked.
        let request = ServiceRequest(url: location.url, kind: .results, name: name, accept: "application/x-jsonl")
        return try await caller.call(request) { answer in
            ResultStream(
                head: answer.head,
                rewrittenFrom: location.rewrittenFrom,
                body: ResultBody(answer: answer, operation: name)
            )
        }
    }
}

/// A results body whose breaks are failures of the service.
private struct ResultBody: AsyncSequence, Sendable {
    let answer: ServiceAnswer
    let operation: String

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: answer.body.makeAsyncIterator(), answer: answer, operation: operation)
    }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: AnswerBody.Iterator
        let answer: ServiceAnswer
        let operation: String

        func next() async throws -> [UInt8]? {
            do {
                return try await chunks.next()
            } catch let error as TransportBreak {
                throw ServiceFailure(
                    cause: .transport(error.fault, detail: error.detail),
                    operation: operation,
                    requestID: answer.head.requestID,
                    serverDate: answer.head.date,
                    attempts: answer.tries
                )
            }
        }
    }
}
