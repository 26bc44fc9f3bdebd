package import MessageBatches
import Synchronization

/// A Message Batches API without a socket: give it a request, get its reply.
///
/// All state is behind one lock. Replies are values, and large bodies are produced while they are sent.
package final class SimulatedService: Sendable {
    private let clock: SimulatorClock
    private let state: Mutex<ServiceState>

    /// Sets a service up.
    ///
    /// - Parameters:
    ///   - scenario: its batches, clock and behavior.
    ///   - baseURL: what `results_url` starts with, until ``listen(at:)`` names another.
    /// - Throws: ``ScenarioError/duplicateID(_:)``.
    package init(_ scenario: Scenario, baseURL: String = "http://simulator.invalid") throws(ScenarioError) {
        clock = scenario.clock
        state = Mutex(try ServiceState(scenario, baseURL: baseURL))
    }

    /// Sets the URL at which the service can be reached, prefix included.
    package func listen(at baseURL: String) {
        state.withLock { state in
            if state.scenario.publicBaseURL == nil { state.baseURL = baseURL }
        }
    }

    /// Reads or changes the state from outside, at the present time of the service.
    package func withState<Result: Sendable>(_ body: (inout ServiceState, Timestamp) -> Result) -> Result {
        let now = clock.now()
        return state.withLock { body(&$0, now) }
    }

    /// Answers one request.
    package func reply(to request: SimulatedRequest) -> SimulatedReply {
        withState { $0.reply(to: request, at: $1) }
    }
}
