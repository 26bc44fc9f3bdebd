/// Everything a simulated service starts from: its batches, its clock, its manners and its faults.
package struct Scenario: Sendable {
    package var batches: [SimulatedBatch]
    /// What goes wrong, in the order it is applied.
    package var faults: [Fault]
    package var clock: SimulatorClock
    /// The only key that is let in; nil lets in every request that carries any key.
    package var key: String?
    package var organizationID = "0d4b6f2e-5f0c-4c7d-9a55-3b1f6f5c2a10"
    package var workspaceID = "wrkspc_01SimulatedWorkspace00001"
    /// How long a created batch takes, at most 24 hours: after that its requests expire.
    package var processingSeconds: Int64 = 2
    /// How long canceling takes.
    package var cancelingSeconds: Int64 = 1
    /// Whether bodies are compressed for clients that ask for gzip.
    package var compresses = true
    /// A path in front of every endpoint, such as `/proxy/anthropic`; the base URL includes it.
    package var pathPrefix = ""
    /// The base URL that `results_url` carries, for a server behind a proxy; nil means the server's own.
    package var publicBaseURL: String?
    /// Whether requests are kept for assertions; a server under long load does without.
    package var recordsRequests = true
    /// Makes ids and random faults repeatable.
    package var seed: UInt64 = 1

    package init(batches: [SimulatedBatch], faults: [Fault] = [], clock: SimulatorClock = .system()) {
        self.batches = batches
        self.faults = faults
        self.clock = clock
    }

    /// The batches of a folder such as `samples/`.
    ///
    /// - Throws: ``ScenarioError`` naming the file that is missing, unreadable or no batch object.
    package static func samples(
        in folder: String,
        clock: SimulatorClock = .system()
    ) throws(ScenarioError) -> Scenario {
        Scenario(batches: try SampleFolder.batches(in: folder, startingAt: clock.start), clock: clock)
    }

    /// Ended, recent batches of `lines` results each, the same for the same seed and start.
    ///
    /// - Throws: ``ScenarioError/notPositive(_:)``.
    package static func generated(
        lines: Int,
        batches count: Int = 1,
        seed: UInt64 = 1,
        clock: SimulatorClock = .system()
    ) throws(ScenarioError) -> Scenario {
        guard lines > 0 else { throw ScenarioError.notPositive("lines") }
        guard count > 0 else { throw ScenarioError.notPositive("batches") }
        let batches = (0..<count)
            .map { index in
                SimulatedBatch(GeneratedBatch(seed: seed, index: index, of: count, lines: lines, start: clock.start))
            }
        var scenario = Scenario(batches: batches, clock: clock)
        scenario.seed = seed
        return scenario
    }
}
