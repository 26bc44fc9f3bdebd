import ArgumentParser
import BatchSimulator
import MessageBatches

/// `batchkeep simulate`: serves a simulated Message Batches API on a local port.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve a simulated Message Batches API on a local port, from samples or generated batches.",
        discussion: """
            The first line on standard output is the base URL: set ANTHROPIC_BASE_URL to it. Any key is accepted; for \
            usage and cost reports, any that begins with sk-ant-admin. Stop it with Ctrl-C.

            Examples:
              batchkeep simulate --samples samples
              batchkeep simulate --generate 1000 --batches 3
              batchkeep simulate --path-prefix /proxy/anthropic --page-limit 100
            """
    )

    @Option(help: ArgumentHelp("Listen on this port of 127.0.0.1; 0 chooses a free one.", valueName: "n"))
    var port = 0

    @Option(
        help: ArgumentHelp("Serve the batches in this folder, which is like samples/.", valueName: "dir"),
        completion: .directory,
        transform: NamedValue.path
    )
    var samples: String?

    @Option(help: ArgumentHelp("Serve generated batches with this many results each.", valueName: "lines"))
    var generate: Int?

    @Option(help: ArgumentHelp("Generate this many batches.", valueName: "n"))
    var batches = 1

    @Option(help: ArgumentHelp("Choose the generated data: the same seed gives the same bytes.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Start the simulation at this time (default: the clock of the machine).", valueName: "time")
    )
    var now: String?

    @Flag(help: "Refuse requests without the header anthropic-workspace-id.")
    var requireWorkspace = false

    @Option(help: ArgumentHelp("Put this path before every path of the API, as a gateway does.", valueName: "path"))
    var pathPrefix: String?

    @Option(help: ArgumentHelp("Refuse to list more batches per page.", valueName: "n"))
    var pageLimit = 1_000

    @Option(
        help: ArgumentHelp(
            "List this batch without results, as the API does after 29 days; may be repeated.",
            valueName: "id"
        ),
        transform: NamedValue.batchID
    )
    var removeResults: [String] = []

    @Option(help: ArgumentHelp("Refuse each key after this many requests (default: never).", valueName: "n"))
    var requestsPerKey: Int?

    @Option(
        help: ArgumentHelp(
            "Let the usage and cost reports differ from the batches in this many places.",
            valueName: "n"
        )
    )
    var reportDeviations = 0

    @Flag(help: "Refuse the older usage and cost reports, so that clients must use the newer ones.")
    var refuseOlderReports = false

    func run() async throws {
        let context = CommandContext.current
        if samples != nil, generate != nil {
            throw CommandFailure.conflict("--samples, --generate: cannot be used together")
        }
        try check(port, 0...65_535, "--port")
        if let generate { try check(generate, 1...100_000_000, "--generate") }
        try check(batches, 1...1_000_000, "--batches")
        try check(pageLimit, 1...1_000, "--page-limit")
        if let requestsPerKey { try check(requestsPerKey, 1...1_000_000_000, "--requests-per-key") }
        try check(reportDeviations, 0...1_000_000, "--report-deviations")
        let prefix = try pathPrefix.map { try Self.prefix($0) } ?? ""
        var scenario = try scenario(clock: try clock(context))
        scenario.requestsPerKey = requestsPerKey
        scenario.requiresWorkspace = requireWorkspace
        scenario.pathPrefix = prefix
        scenario.pageLimit = pageLimit
        scenario.reportDeviations = reportDeviations
        scenario.refusesOlderReports = refuseOlderReports
        scenario.seed = seed
        try removeResults(from: &scenario)
        let server = try await SimulatorServer.start(scenario, port: port)
        try context.print(line: server.baseURL)
        await server.wait()
    }

    private func clock(_ context: CommandContext) throws(CommandFailure) -> SimulatorClock {
        guard let now else { return .system() }
        return .starting(at: try TimeExpression.moment(now, "--now", now: context.now()))
    }

    /// Removes the results that the options name.
    private func removeResults(from scenario: inout Scenario) throws(CommandFailure) {
        for id in removeResults {
            guard let index = scenario.batches.firstIndex(where: { $0.id == id }) else {
                throw .outOfRange(option: "--remove-results", value: id, allowed: "the ID of a batch that is served")
            }
            scenario.batches[index].removeResults(at: scenario.clock.now())
        }
    }

    /// A path that can be part of a base URL, without slashes at its end.
    private static func prefix(_ text: String) throws(CommandFailure) -> String {
        let isValid =
            text.hasPrefix("/")
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || "/-._~".utf8.contains(byte)
            }
        guard isValid, !text.hasPrefix("//") else {
            throw .outOfRange(option: "--path-prefix", value: text, allowed: "a path such as /proxy/anthropic")
        }
        var path = text[...]
        while path.last == "/" { path.removeLast() }
        return String(path)
    }

    private func scenario(clock: SimulatorClock) throws -> Scenario {
        if let generate { return try .generated(lines: generate, batches: batches, seed: seed, clock: clock) }
        return try .samples(in: samples ?? "samples", clock: clock)
    }
}
