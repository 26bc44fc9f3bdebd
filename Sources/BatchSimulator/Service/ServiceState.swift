import MessageBatches

/// The state of a simulated service, and what each request does to it.
struct ServiceState: Sendable {
    var store: BatchStore
    var schedule: FaultSchedule
    var requests: [RecordedRequest] = []
    var ids: SeededRandom
    var baseURL: String
}

extension ServiceState {
    mutating func reply(to request: SimulatedRequest, now: Timestamp, scenario: Scenario) -> SimulatedReply {
        let requestID = SimulatedID.make("req_01", from: &ids)
        let route = Route(method: request.method, path: request.path, prefix: scenario.pathPrefix)
        let faults = faults(for: route)
        for (_, fault) in faults {
            if case .change(let change) = fault.effect { apply(change, now: now) }
        }
        let credential = request.credential(accepting: scenario.key)
        var answer: Answer
        do throws(APIError) {
            try request.check(credential: credential, workspaceID: scenario.workspaceID)
            answer = try self.answer(route, request, now: now, scenario: scenario)
        } catch {
            answer = .error(error)
        }
        for (_, fault) in faults {
            fault.apply(to: &answer, cursor: request.cursor, baseURL: baseURL) {
                (try? store.page(PageQuery(cursor: .newest, limit: request.pageLimit))).map { page($0, now: now) }
            }
        }
        var reply = answer.reply(requestID: requestID)
        reply.headers += headers(requestID: requestID, credential: credential, now: now, scenario: scenario)
        reply.delivery.isGzipped = scenario.compresses && request.acceptsGzip && !reply.body.isEmpty
        for (_, fault) in faults { fault.apply(to: &reply, now: now) }
        if reply.delivery.isGzipped { reply.headers.set("content-encoding", to: "gzip") }
        if scenario.recordsRequests {
            record(request, route, credential: credential, status: reply.status, faults: faults.map(\.index), now: now)
        }
        return reply
    }

    private mutating func faults(for route: Route) -> [(index: Int, fault: Fault)] {
        guard case .endpoint(let endpoint, let batchID) = route else { return [] }
        return schedule.next(endpoint, batchID: batchID)
    }

    private func headers(
        requestID: String,
        credential: RecordedRequest.Credential,
        now: Timestamp,
        scenario: Scenario
    ) -> [HeaderField] {
        var headers = [HeaderField("date", now.httpDate), HeaderField("request-id", requestID)]
        if credential == .accepted {
            headers.append(HeaderField("anthropic-organization-id", scenario.organizationID))
            headers.append(HeaderField("anthropic-workspace-id", scenario.workspaceID))
        }
        return headers
    }

    private mutating func record(
        _ request: SimulatedRequest,
        _ route: Route,
        credential: RecordedRequest.Credential,
        status: Int,
        faults: [Int],
        now: Timestamp
    ) {
        var recorded = RecordedRequest(
            number: requests.count + 1,
            time: now,
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headersWithoutKey,
            body: Array(request.body.prefix(RecordedRequest.keptBodyBytes)),
            credential: credential,
            status: status,
            faults: faults
        )
        if case .endpoint(let endpoint, let batchID) = route {
            recorded.endpoint = endpoint
            recorded.batchID = batchID
        }
        requests.append(recorded)
    }
}

// MARK: Operations

extension ServiceState {
    private mutating func answer(
        _ route: Route,
        _ request: SimulatedRequest,
        now: Timestamp,
        scenario: Scenario
    ) throws(APIError) -> Answer {
        guard case .endpoint(let endpoint, let batchID) = route else {
            if case .wrongMethod(let allowed) = route { throw .wrongMethod(allowed: allowed) }
            throw .notFound()
        }
        switch endpoint {
        case .list: return .page(page(try store.page(PageQuery(request)), now: now))
        case .create: return try create(request, now: now, scenario: scenario)
        case .retrieve:
            let batch = try batch(batchID)
            return .batch(id: batch.id, json: json(batch, now: now))
        case .results:
            let batch = try batch(batchID)
            guard let results = batch.readableResults(at: now) else { throw .noResults(of: batch.id) }
            return .results(batchID: batch.id, results)
        case .cancel: return try cancel(try batch(batchID), now: now, scenario: scenario)
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
        now: Timestamp,
        scenario: Scenario
    ) throws(APIError) -> Answer {
        let requests = try CreateRequest.requests(in: request, random: &ids)
        let id = SimulatedID.make("msgbatch_01", from: &ids)
        let batch = SimulatedBatch.created(id: id, requests: requests, at: now, taking: scenario.processingSeconds)
        store.insert(batch)
        return .batch(id: id, json: json(batch, now: now))
    }

    private mutating func cancel(
        _ batch: SimulatedBatch,
        now: Timestamp,
        scenario: Scenario
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

    mutating func apply(_ change: StateChange, now: Timestamp) {
        switch change {
        case .add(let batch): store.insert(batch)
        case .remove(let id): store.remove(id)
        case .withdraw(let id): store.update(id) { $0.withdraw(at: now) }
        case .setMember(let key, let id, let value): store.update(id) { $0.edit(JSONEdit(key, value)) }
        }
    }
}
