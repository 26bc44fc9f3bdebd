import ArgumentParser
import BatchSimulator
import MessageBatches

/// `batchkeep simulate`: serves a simulated Message Batches API on a local port.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve the Message Batches API on a local port, from samples or generated batches.",
        discussion: """
            The base URL is the first line on standard output. Any key is accepted. Stop it with Ctrl-C.
            """
    )

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 takes a free one.", valueName: "n"))
    var port = 0

    @Option(help: ArgumentHelp("A folder like samples/ with the batches to serve.", valueName: "dir"))
    var samples: String?

    @Option(help: ArgumentHelp("Serve generated batches with this many results each.", valueName: "lines"))
    var generate: Int?

    @Option(help: ArgumentHelp("How many batches to generate.", valueName: "n"))
    var batches = 1

    @Option(help: ArgumentHelp("Which generated data: equal seeds give equal bytes.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("The moment the simulation starts at (default: the machine's clock).", valueName: "time")
    )
    var now: String?

    func run() async throws {
        let context = CommandContext.current
        if samples != nil, generate != nil {
            throw CommandFailure.conflict("--samples, --generate: cannot be used together")
        }
        try check(port, 0...65_535, "--port")
        if let generate { try check(generate, 1...100_000_000, "--generate") }
        try check(batches, 1...1_000_000, "--batches")
        let scenario = try scenario(clock: try clock(context))
        let server = try await SimulatorServer.start(scenario, port: port)
        try context.print(line: server.baseURL)
        try await server.wait()
    }

    private func clock(_ context: CommandContext) throws(CommandFailure) -> SimulatorClock {
        guard let now else { return .system() }
        return .starting(at: try TimeExpression.moment(now, "--now", now: context.now()))
    }

    private func scenario(clock: SimulatorClock) throws -> Scenario {
        if let generate { return try .generated(lines: generate, batches: batches, seed: seed, clock: clock) }
        return try .samples(in: samples ?? "samples", clock: clock)
    }
}
