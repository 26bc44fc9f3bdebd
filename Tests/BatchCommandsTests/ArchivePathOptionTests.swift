import BatchArchive
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

@testable import BatchCommands

/// The archive that a command uses: `--archive`, a key of a pipeline file, `BATCHKEEP_ARCHIVE` or `./archive`.
struct ArchivePathOptionTests {
    private func context(_ archive: String?) -> CommandContext {
        CommandContext(
            environment: archive.map { ["BATCHKEEP_ARCHIVE": $0] } ?? [:],
            now: { Timestamp(seconds: 0) },
            write: { _ in },
            writeNote: { _ in }
        )
    }

    /// The archives of a pipeline file, with options after it.
    private func paths(_ file: String, _ arguments: [String] = [], variable: String?) throws -> [String] {
        try CommandContext.$current.withValue(context(variable)) {
            let now = Timestamp(seconds: 1_800_000_000)
            return try PipelinePlan(file, overrides: arguments, now: now).runs.map(\.command.archive.path)
        }
    }

    @Test(
        arguments: [
            ([], nil, "./archive"), ([], "", "./archive"), ([], "/var/batches", "/var/batches"),
            (["--archive", "mine"], "/var/batches", "mine"), (["-a", "mine"], nil, "mine"), (["-a=mine"], "x", "mine"),
        ] as [([String], String?, String)]
    )
    func `the option wins over the variable, and an empty variable counts as not set`(
        arguments: [String],
        variable: String?,
        path: String
    ) async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("since: 7d", to: "file.yaml")
            #expect(try paths(file, arguments, variable: variable) == [path])
        }
    }

    @Test func `every offline command reads the archive that the variable names`() async throws {
        try await InProcess.withSamples { archive, _, _ in
            let commands = [
                ["status"], ["verify", "--quick"], ["summarize"], ["errors"], ["compare", "2024-08", "2024-09"],
                ["select", "--limit", "1"], ["show", "q001"], ["query", "SELECT 1 AS n"], ["report", "--html", "-"],
                ["rebuild", "-n"], ["compact", "-n"], ["prune", "--raw-older-than", "1d"], ["views"],
                ["catalog", "rebuild"], ["retry", "-n"],
            ]
            for command in commands {
                let run = await InProcess.run(
                    command,
                    at: "http://127.0.0.1:9",
                    environment: ["BATCHKEEP_ARCHIVE": archive.url.path]
                )
                #expect(run.status == .done, "\(command) \(run.notes)")
            }
        }
    }

    @Test func `export writes into the archive that the variable names`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(.generated(lines: 4, batches: 1)) { server in
                let place = scratch.path("named")
                let run = await InProcess.run(
                    ["export", "--json"],
                    at: server.baseURL,
                    environment: ["BATCHKEEP_ARCHIVE": place]
                )
                #expect(run.document["archive"] as? String == place, "\(run.notes)")
                #expect(Archive(url: scratch.url.appending(path: "named")).archivedIDs.count == 1)
            }
        }
    }

    @Test func `the key of a pipeline file wins over the variable, and sources get folders in either`() async throws {
        try await Scratch.use { scratch in
            let named = try scratch.write("archive: own", to: "named.yaml")
            let unnamed = try scratch.write("since: 7d", to: "unnamed.yaml")
            let several = try scratch.write("sources: [{name: a}]", to: "several.yaml")
            for (file, arguments, path) in [
                (named, [], "own"), (named, ["-a", "given"], "given"), (unnamed, [], "/var/batches"),
                (several, [], "/var/batches/workspace=a"), (several, ["-a=given"], "given/workspace=a"),
            ] {
                #expect(try paths(file, arguments, variable: "/var/batches") == [path])
            }
        }
    }
}
