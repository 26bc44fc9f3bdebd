import BatchSimulator
import Foundation
import MessageBatches

extension InProcess {
    /// Runs a command that needs no server, on an archive.
    static func offline(_ arguments: [String], on archive: Archive? = nil) async -> InProcess {
        let place = archive.map { ["--archive", $0.url.path] } ?? []
        // No server listens there: a command that used the network would fail.
        return await run(arguments + place, at: "http://127.0.0.1:9")
    }

    /// The rows of a table in JSON.
    var rows: [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [[String: Any]] ?? []
    }

    /// The only row of a table in JSON, such as the sum of all batches; empty if there are none or several.
    var row: [String: Any] {
        rows.count == 1 ? rows[0] : [:]
    }

    /// Exports the batches of `samples/` as of 2026-11-22.
    static func exportSamples(
        _ arguments: [String] = [],
        _ body: (InProcess, Archive, SimulatorServer) async throws -> Void
    ) async throws {
        let start = Timestamp("2026-11-22T12:00:00Z") ?? Timestamp(seconds: 0)
        let scenario = try Samples.scenario(clock: .starting(at: start))
        try await export(scenario, ["--since", "2024-08-01"] + arguments, body)
    }
}
