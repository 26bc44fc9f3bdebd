package import BatchSimulator
package import MessageBatches

/// Injects faults into a simulated service, and records its requests.
package struct FaultInjector: ServiceHook {
    /// The faults, in the order in which they are applied.
    package let faults: [Fault]
    /// Every request so far, in the order received.
    package private(set) var requests: [RecordedRequest] = []
    private var schedule: FaultSchedule

    package init(_ faults: [Fault] = [], seed: UInt64 = 1) {
        self.faults = faults
        schedule = FaultSchedule(faults, seed: seed)
    }

    package mutating func reply(
        to request: SimulatedRequest,
        at now: Timestamp,
        from service: inout ServiceState
    ) -> SimulatedReply {
        let hits = hits(on: service.route(of: request))
        for case .change(let change) in hits.map(\.fault.effect) { service.apply(change, at: now) }
        var answer = service.answer(to: request, at: now)
        let cursor = request.queryValue("after_id") ?? request.queryValue("before_id")
        for (_, fault) in hits {
            fault.apply(to: &answer, cursor: cursor, baseURL: service.baseURL) {
                var first = request
                first.query.removeAll { ["after_id", "before_id"].contains($0.name) }
                guard case .page(let page) = service.answer(to: first, at: now) else { return nil }
                return page
            }
        }
        var reply = service.reply(carrying: answer, to: request, at: now)
        var delivery = Delivery()
        for (_, fault) in hits { fault.apply(to: &reply, &delivery, now: now) }
        if reply.isGzipped { reply.headers.set("content-encoding", to: "gzip") }
        if delivery.delay > .zero || delivery.interruption != nil {
            reply.changedSteps = DisturbedReply(reply, delivery)
        }
        record(request, at: now, in: service, status: reply.status, faults: hits.map(\.index))
        return reply
    }

    private mutating func hits(on route: Route) -> [(index: Int, fault: Fault)] {
        guard case .endpoint(let endpoint, let batchID) = route else { return [] }
        return schedule.next(endpoint, batchID: batchID)
    }

    private mutating func record(
        _ request: SimulatedRequest,
        at now: Timestamp,
        in service: ServiceState,
        status: Int,
        faults: [Int]
    ) {
        var recorded = RecordedRequest(
            number: requests.count + 1,
            time: now,
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headersWithoutKey,
            body: Array(request.body.prefix(RecordedRequest.keptBodyBytes)),
            credential: service.credential(of: request),
            status: status,
            faults: faults
        )
        if case .endpoint(let endpoint, let batchID) = service.route(of: request) {
            recorded.endpoint = endpoint
            recorded.batchID = batchID
        }
        requests.append(recorded)
    }
}

extension Scenario {
    package init(batches: [SimulatedBatch], faults: [Fault], clock: SimulatorClock = .system()) {
        self.init(batches: batches, clock: clock)
        self.faults = faults
    }

    /// The faults, in the order in which they are applied.
    ///
    /// Setting this property, even to an empty array, also records the requests.
    package var faults: [Fault] {
        get { (hook as? FaultInjector)?.faults ?? [] }
        set { hook = FaultInjector(newValue, seed: seed) }
    }
}

extension SimulatedService {
    /// Every request so far, in the order received.
    package var requests: [RecordedRequest] {
        guard let injector = withState({ state, _ in state.hook as? FaultInjector }) else {
            preconditionFailure("the scenario records no requests: set its faults")
        }
        return injector.requests
    }
}

/// Runs `body` with a server on a free port that records its requests, and stops the server afterwards.
package func withSimulator<Result>(
    _ scenario: Scenario,
    _ body: (SimulatorServer) async throws -> Result
) async throws -> Result {
    var scenario = scenario
    if scenario.hook == nil { scenario.faults = [] }
    let server = try await SimulatorServer.start(scenario)
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}
