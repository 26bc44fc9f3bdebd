import MessageBatches
import Synchronization

/// A Message Batches API without a socket: give it a request, get its reply.
///
/// All state stands behind one lock; replies are values, and large bodies are produced while they are sent.
package final class SimulatedService: Sendable {
    private let scenario: Scenario
    private let state: Mutex<ServiceState>

    /// Sets a service up.
    ///
    /// - Parameters:
    ///   - scenario: its batches, clock, manners and faults.
    ///   - baseURL: what `results_url` starts with, until ``listen(at:)`` names another.
    /// - Throws: ``ScenarioError/duplicateID(_:)``.
    package init(_ scenario: Scenario, baseURL: String = "http://simulator.invalid") throws(ScenarioError) {
        self.scenario = scenario
        state = Mutex(
            ServiceState(
                store: try BatchStore(scenario.batches),
                schedule: FaultSchedule(scenario.faults, seed: scenario.seed),
                ids: SeededRandom(seed: scenario.seed, -1),
                baseURL: scenario.publicBaseURL ?? baseURL
            )
        )
    }

    /// Tells the service where it can be reached, prefix included.
    package func listen(at baseURL: String) {
        guard scenario.publicBaseURL == nil else { return }
        state.withLock { $0.baseURL = baseURL }
    }

    /// Every request so far, in the order received.
    package var requests: [RecordedRequest] {
        state.withLock { $0.requests }
    }

    /// Changes the state from outside, as a fault would.
    package func apply(_ change: StateChange) {
        let now = scenario.clock.now()
        state.withLock { $0.apply(change, now: now) }
    }

    /// A batch object as the service would answer it now, or nil where there is none.
    package func batch(_ id: String) -> [UInt8]? {
        let now = scenario.clock.now()
        return state.withLock { state in state.store[id]?.json(at: now, baseURL: state.baseURL) }
    }

    /// The results of a batch as the service would send them now without faults, or nil where it has none.
    package func results(of id: String) -> [UInt8]? {
        let now = scenario.clock.now()
        return state.withLock { $0.store[id]?.readableResults(at: now) }?.collected()
    }

    /// Answers one request and records it.
    package func reply(to request: SimulatedRequest) -> SimulatedReply {
        let now = scenario.clock.now()
        return state.withLock { $0.reply(to: request, now: now, scenario: scenario) }
    }
}
