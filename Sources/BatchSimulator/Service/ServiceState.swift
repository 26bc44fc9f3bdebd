package import MessageBatches

/// Answers requests instead of the simulated service; tests use it to inject faults and record requests.
///
/// The service calls it while it holds its lock, in the order in which requests arrive.
package protocol ServiceHook: Sendable {
    /// Answers one request.
    ///
    /// Implementations usually call the service's own ``ServiceState/answer(to:at:)`` and
    /// ``ServiceState/reply(carrying:to:at:)``.
    mutating func reply(
        to request: SimulatedRequest,
        at now: Timestamp,
        from service: inout ServiceState
    ) -> SimulatedReply
}

/// The state of a simulated service, and the operations of the API on it.
package struct ServiceState: Sendable {
    package var store: BatchStore
    package internal(set) var baseURL: String
    let scenario: Scenario
    private var ids: SeededRandom
    /// The number of requests with each key, if keys have a lifetime.
    private var keyUses: [String: Int] = [:]
    package private(set) var hook: (any ServiceHook)?
    /// What the requests of ended batches used, by batch ID, as far as reports asked for it.
    var reported: [String: [ReportedCell]] = [:]

    /// - Throws: ``ScenarioError/duplicateID(_:)``.
    init(_ scenario: Scenario, baseURL: String) throws(ScenarioError) {
        store = try BatchStore(scenario.batches)
        self.baseURL = scenario.publicBaseURL ?? baseURL
        self.scenario = scenario
        ids = SeededRandom(seed: scenario.seed, -1)
        hook = scenario.hook
    }

    /// Answers one request, through the hook if there is one.
    mutating func reply(to request: SimulatedRequest, at now: Timestamp) -> SimulatedReply {
        var request = request
        request.id = SimulatedID.make("req_01", from: &ids)
        if scenario.requestsPerKey != nil, let key = request.key { keyUses[key, default: 0] += 1 }
        guard var hook = hook.take() else {
            return reply(carrying: answer(to: request, at: now), to: request, at: now)
        }
        defer { self.hook = hook }
        return hook.reply(to: request, at: now, from: &self)
    }

    /// The answer of the API to a request, before it is encoded.
    package mutating func answer(to request: SimulatedRequest, at now: Timestamp) -> Answer {
        do throws(APIError) {
            try request.check(
                credential: credential(of: request),
                workspaceID: scenario.workspaceID,
                isRequired: scenario.requiresWorkspace && !isReport(request)
            )
            return try answer(route(of: request), request, now: now)
        } catch {
            return .error(error)
        }
    }

    /// Encodes an answer, with the headers that every reply has.
    package func reply(carrying answer: Answer, to request: SimulatedRequest, at now: Timestamp) -> SimulatedReply {
        var reply = answer.reply(requestID: request.id)
        reply.headers += [HeaderField("date", now.httpDate), HeaderField("request-id", request.id)]
        if credential(of: request) == .accepted {
            reply.headers.append(HeaderField("anthropic-organization-id", scenario.organizationID))
            // The API does not send it in answers to Admin keys.
            if !isReport(request) {
                reply.headers.append(HeaderField("anthropic-workspace-id", scenario.workspaceID))
            }
        }
        reply.isGzipped = scenario.compresses && request.acceptsGzip && !reply.body.isEmpty
        if reply.isGzipped { reply.headers.set("content-encoding", to: "gzip") }
        return reply
    }

    private func isReport(_ request: SimulatedRequest) -> Bool {
        if case .report = route(of: request) { true } else { false }
    }

    package func route(of request: SimulatedRequest) -> Route {
        Route(method: request.method, path: request.path, prefix: scenario.pathPrefix)
    }

    package func credential(of request: SimulatedRequest) -> SimulatedRequest.Credential {
        if let limit = scenario.requestsPerKey, let key = request.key, keyUses[key, default: 0] > limit {
            return .refused
        }
        return request.credential(accepting: scenario.key)
    }
}

// MARK: Operations

extension ServiceState {
    private mutating func answer(
        _ route: Route,
        _ request: SimulatedRequest,
        now: Timestamp
    ) throws(APIError) -> Answer {
        if case .report(let report) = route { return try self.report(report, request, now: now) }
        guard case .endpoint(let endpoint, let batchID) = route else {
            if case .wrongMethod(let allowed) = route { throw .wrongMethod(allowed: allowed) }
            throw .notFound()
        }
        switch endpoint {
        case .list: return .page(page(try store.page(PageQuery(request, maximum: scenario.pageLimit)), now: now))
        case .create: return try create(request, now: now)
        case .retrieve:
            let batch = try batch(batchID)
            return .batch(id: batch.id, json: json(batch, now: now))
        case .results:
            let batch = try batch(batchID)
            guard let results = batch.readableResults(at: now) else { throw .noResults(of: batch.id) }
            return .results(batchID: batch.id, results)
        case .cancel: return try cancel(try batch(batchID), now: now)
        case .delete: return try delete(try batch(batchID), now: now)
        }
    }

    private func batch(_ id: String?) throws(APIError) -> SimulatedBatch {
        guard let id, let batch = store[id] else {
            throw .notFound("Could not find a message batch with the ID \(id ?? "").")
        }
        return batch
    }

    private func json(_ batch: SimulatedBatch, now: Timestamp) -> [UInt8] {
        batch.json(at: now, baseURL: baseURL)
    }

    private func page(_ page: (batches: [SimulatedBatch], hasMore: Bool), now: Timestamp) -> BatchPage {
        BatchPage(batches: page.batches.map { ($0.id, json($0, now: now)) }, hasMore: page.hasMore)
    }

    private mutating func create(
        _ request: SimulatedRequest,
        now: Timestamp
    ) throws(APIError) -> Answer {
        let requests = try CreateRequest.requests(in: request, random: &ids)
        let id = SimulatedID.make("msgbatch_01", from: &ids)
        let batch = SimulatedBatch.created(id: id, requests: requests, at: now, taking: scenario.processingSeconds)
        store.insert(batch)
        return .batch(id: id, json: json(batch, now: now))
    }

    private mutating func cancel(
        _ batch: SimulatedBatch,
        now: Timestamp
    ) throws(APIError) -> Answer {
        guard batch.status(at: now) != .ended else {
            throw .invalidRequest("Batch \(batch.id) cannot be canceled because it has already ended.")
        }
        var batch = batch
        batch.cancel(at: now, taking: scenario.cancelingSeconds)
        store.update(batch.id) { $0 = batch }
        return .batch(id: batch.id, json: json(batch, now: now))
    }

    private mutating func delete(_ batch: SimulatedBatch, now: Timestamp) throws(APIError) -> Answer {
        guard batch.status(at: now) == .ended else {
            throw .invalidRequest("Batch \(batch.id) cannot be deleted while it is still processing; cancel it first.")
        }
        store.remove(batch.id)
        return .deleted(id: batch.id)
    }
}
