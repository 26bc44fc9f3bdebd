import Foundation
import Testing

/// The built program with keys that expire, as its users run it.
struct KeyCommandTests {
    private static func simulation(
        _ options: [String],
        _ body: (Simulation) async throws -> Void
    ) async throws {
        let samples = ["--samples", Program.samples.path, "--now", "2026-11-22T12:00:00Z"]
        try await Simulation.run(samples + options, body)
    }

    @Test func `an export outlives its keys, and no file contains one`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.simulation(["--requests-per-key", "5", "--require-workspace"]) { simulation in
                var environment = simulation.environment
                environment["ANTHROPIC_API_KEY"] = nil
                environment["ANTHROPIC_WORKSPACE_ID"] = "wrkspc_01SimulatedWorkspace00001"
                let command = "echo run >> runs; echo noise >&2; echo \"secret-key-of-run-$(grep -c run runs)\""
                // With more downloads at once than a key allows requests, each new key would be used up before all begin.
                let export = ["export", "--since", "2024-08-01", "--archive", "archive", "--concurrency", "4"]
                let run = try await Program.run(
                    export + ["--key-command", command],
                    environment: environment,
                    in: folder.url
                )
                #expect(run.status == 0, "\(run.notes)")
                #expect(!run.notes.contains("secret-key-of-run") && !run.notes.contains("noise"))
                for file in try folder.files(below: "archive") {
                    let data = try Data(contentsOf: folder.url.appending(path: "archive/\(file)"))
                    #expect(data.range(of: Data("secret-key-of-run".utf8)) == nil, "\(file)")
                }
            }
        }
    }

    @Test func `an expired key without another one ends the run with 5, and the next run resumes it`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.simulation(["--requests-per-key", "8"]) { simulation in
                let export = ["export", "--since", "2024-08-01", "--archive", "archive"]
                let first = try await Program.run(export, environment: simulation.environment, in: folder.url)
                #expect(first.status == 5, "\(first.notes)")
                var environment = simulation.environment
                environment["ANTHROPIC_API_KEY"] = nil
                let again = export + ["--key-command", "date +key-%s%N"]
                let second = try await Program.run(again, environment: environment, in: folder.url)
                #expect(second.status == 0, "\(second.notes)")
            }
        }
    }

    @Test func `a pipe is read once as a key file`() async throws {
        try await withTemporaryFolder { folder in
            try await Self.simulation([]) { simulation in
                var environment = simulation.environment
                environment["ANTHROPIC_API_KEY"] = nil
                let command = "printf 'key-of-a-pipe\\n' | batchkeep list --limit 1 --key-file /dev/fd/0"
                let run = try await Program.shell(command, in: folder, environment: environment)
                #expect(run.status == 0, "\(run.notes)")
                #expect(run.lines.count == 1)
            }
        }
    }

    @Test(
        arguments: [
            (["--key-command", "exit 7"], "--key-command: the command failed with status 7"),
            (["--key-command", ":"], "--key-command: the command printed no key"),
            (["--header", "x-a: b\nx-evil: c"], "--header: header x-a: the value is empty, or contains a line end"),
            (["--header", "x-api-key: c"], "--header: header x-api-key: cannot be set"),
        ]
    )
    func `wrong input is a usage error`(options: [String], sentence: String) async throws {
        let run = try await Program.run(["list"] + options, environment: ["ANTHROPIC_API_KEY": "a-key-of-the-test"])
        #expect(run.status == 2)
        #expect(run.notes.contains("error: \(sentence)"), "\(run.notes)")
    }
}
