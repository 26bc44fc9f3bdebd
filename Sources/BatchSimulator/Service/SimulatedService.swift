package import MessageBatches
import Synchronization

/// A simulated Message Batches API without a socket, which returns a reply for each request.
///
/// One lock protects all state. Replies are values, and large bodies are generated while they are sent.
package final class SimulatedService: Sendable {
    private let clock: SimulatorClock
    private let state: Mutex<ServiceState>

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - scenario: The batches, the clock and the settings.
    ///   - baseURL: The start of `results_url`, until ``listen(at:)`` changes it.
    /// - Throws: ``ScenarioError/duplicateID(_:)``.
    package init(_ scenario: Scenario, baseURL: String = "http://simulator.invalid") throws(ScenarioError) {
        clock = scenario.clock
        state = Mutex(try ServiceState(scenario, baseURL: baseURL))
    }

    /// Sets the URL of the service, including the path prefix.
    package func listen(at baseURL: String) {
        state.withLock { state in
            if state.scenario.publicBaseURL == nil { state.baseURL = baseURL }
        }
    }

    /// Reads or changes the state at the service's current time.
    package func withState<Result: Sendable>(_ body: (inout ServiceState, Timestamp) -> Result) -> Result {
        let now = clock.now()
        return state.withLock { body(&$0, now) }
    }

    /// Answers one request.
    package func reply(to request: SimulatedRequest) -> SimulatedReply {
        withState { $0.reply(to: request, at: $1) }
    }
}
