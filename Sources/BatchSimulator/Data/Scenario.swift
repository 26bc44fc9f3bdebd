package import JSONLines

/// Everything a simulated service starts from: its batches, its clock and its behavior.
package struct Scenario: Sendable {
    package var batches: [SimulatedBatch]
    package var clock: SimulatorClock
    /// The only key that is accepted; nil accepts every request that carries any key.
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
    /// Makes ids repeatable.
    package var seed: UInt64 = 1
    /// What answers requests in place of the service, from the state given here.
    package var hook: (any ServiceHook)?

    package init(batches: [SimulatedBatch], clock: SimulatorClock = .system()) {
        self.batches = batches
        self.clock = clock
    }

    /// The batches of a folder such as `samples/`.
    ///
    /// - Throws: ``ScenarioError`` naming the file that is missing, unreadable or not a batch object.
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

/// Why a scenario cannot be set up.
package enum ScenarioError: Error, Sendable, Hashable {
    /// A folder or file could not be read: which, and why.
    case unreadable(path: String, reason: String)
    /// The folder has no `batches` in it.
    case noBatches(path: String)
    /// Bytes that should be one JSON object are not.
    case notAnObject(JSONSyntaxError)
    /// A batch object without something every batch has.
    case missingMember(String)
    /// A sample file that is no batch object: which, and why.
    indirect case badSample(path: String, ScenarioError)
    /// Two batches with one id.
    case duplicateID(String)
    /// A number of lines or batches below 1.
    case notPositive(String)
    /// The port is taken or may not be listened on: which, and why.
    case cannotListen(port: Int, reason: String)

    /// One sentence for a person.
    package var sentence: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)."
        case .noBatches(let path): "\(path) holds no sample batches (batches/NAME.json)."
        case .notAnObject(let error): "It is no JSON object: \(error.reason.rawValue), byte \(error.offset)."
        case .missingMember(let name): "Its `\(name)` is missing or unusable."
        case .badSample(let path, let error): "\(path) is no batch object. \(error.sentence)"
        case .duplicateID(let id): "There are two batches with the id \(id)."
        case .notPositive(let name): "The number of \(name) must be at least 1."
        case .cannotListen(let port, let reason): "Port \(port) cannot be listened on: \(reason)."
        }
    }
}
