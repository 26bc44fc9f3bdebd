import Foundation
import TestSupport

/// `batchkeep simulate` as a process of its own.
struct Simulation {
    let baseURL: String

    /// The settings of a client of this simulation.
    var environment: [String: String] {
        [
            "ANTHROPIC_BASE_URL": baseURL, "ANTHROPIC_API_KEY": "test-key-of-the-simulation",
            "ANTHROPIC_ADMIN_KEY": "sk-ant-admin-key-of-the-simulation",
        ]
    }

    /// Starts a simulation, runs `body` and ends the simulation.
    static func run<Result>(
        _ arguments: [String],
        _ body: (Simulation) async throws -> Result
    ) async throws -> Result {
        let process = Process()
        let output = Pipe()
        process.executableURL = Program.binary
        process.arguments = ["simulate"] + arguments
        process.environment = Program.cleanEnvironment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        guard let baseURL = try output.fileHandleForReading.readLine() else { throw SimulationFailure() }
        return try await body(Simulation(baseURL: baseURL))
    }

    /// The sample batches, with a fixed clock so that nothing depends on the day of the test.
    static func ofSamples<Result>(_ body: (Simulation) async throws -> Result) async throws -> Result {
        try await run(["--samples", Program.samples.path, "--now", "2026-11-22T12:00:00Z"], body)
    }
}

/// The simulation ended before it printed its base URL.
struct SimulationFailure: Error {}
