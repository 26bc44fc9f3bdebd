package import JSONLines

/// The initial state and the settings of a simulated service.
package struct Scenario: Sendable {
    package var batches: [SimulatedBatch]
    package var clock: SimulatorClock
    /// The only valid key; if it is nil, any key is valid.
    package var key: String?
    /// The number of requests for which each key is valid; nil for no limit.
    package var requestsPerKey: Int?
    /// Whether a request must name the workspace, as on Claude Platform on AWS.
    package var requiresWorkspace = false
    package var organizationID = "0d4b6f2e-5f0c-4c7d-9a55-3b1f6f5c2a10"
    package var workspaceID = "wrkspc_01SimulatedWorkspace00001"
    /// The processing time of a created batch in seconds; from 24 hours on, its requests expire.
    package var processingSeconds: Int64 = 2
    /// The time that canceling needs, in seconds.
    package var cancelingSeconds: Int64 = 1
    /// Whether bodies are compressed for clients that accept gzip.
    package var compresses = true
    /// The maximum number of batches per page; fewer than 1,000 for a gateway that has a limit of its own.
    package var pageLimit = 1_000
    /// A path before every endpoint, such as `/proxy/anthropic`; the base URL includes it.
    package var pathPrefix = ""
    /// The base URL in `results_url`, for a server that clients reach through a proxy; nil means the server's own.
    package var publicBaseURL: String?
    /// Whether the older usage and cost reports are refused, so that clients must use the newer ones.
    package var refusesOlderReports = false
    /// In how many places, each a model on a day, the reports deviate from the batches; the seed chooses them.
    package var reportDeviations = 0
    /// The seed of generated IDs.
    package var seed: UInt64 = 1
    /// Answers requests instead of the service, using the service's state.
    package var hook: (any ServiceHook)?

    package init(batches: [SimulatedBatch], clock: SimulatorClock = .system()) {
        self.batches = batches
        self.clock = clock
    }

    /// The batches of a folder such as `samples/`.
    ///
    /// - Throws: ``ScenarioError`` with the file that is missing, unreadable or not a batch object.
    package static func samples(
        in folder: String,
        clock: SimulatorClock = .system()
    ) throws(ScenarioError) -> Scenario {
        Scenario(batches: try SampleFolder.batches(in: folder, startingAt: clock.start), clock: clock)
    }

    /// Ended, recent batches with `lines` results each; the same seed and start give the same batches.
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

/// The reasons why a scenario cannot be set up.
package enum ScenarioError: Error, Sendable, Hashable {
    /// A folder or file could not be read.
    case unreadable(path: String, reason: String)
    /// The folder has no subfolder `batches`.
    case noBatches(path: String)
    /// The bytes are not a JSON object.
    case notAnObject(JSONSyntaxError)
    /// A required member of a batch object is missing.
    case missingMember(String)
    /// A sample file is not a valid batch object.
    indirect case badSample(path: String, ScenarioError)
    /// Two batches have the same ID.
    case duplicateID(String)
    /// The number of lines or batches is below 1.
    case notPositive(String)
    /// The port is in use, or this process may not listen on it.
    case cannotListen(port: Int, reason: String)

    /// The message for the user, as one sentence.
    package var sentence: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
        case .noBatches(let path): "'\(path)': contains no sample batches (batches/NAME.json)"
        case .notAnObject(let error): "not a JSON object: \(error.reason.rawValue), byte \(error.offset)"
        case .missingMember(let name): "'\(name)' is missing or invalid"
        case .badSample(let path, let error): "'\(path)': not a batch object: \(error.sentence)"
        case .duplicateID(let id): "batch ID '\(id)': used by two batches"
        case .notPositive(let name): "invalid number of \(name): must be at least 1"
        case .cannotListen(let port, let reason): "--port: cannot listen on \(port): \(reason)"
        }
    }
}
