import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// Exports whose key expires, with a simulator that refuses each key after some requests.
struct KeyRenewalTests {
    /// A command that prints another key each time, and its messages.
    private struct Keys {
        let scratch: Scratch

        var command: String {
            let runs = scratch.path("runs")
            return "echo run >> '\(runs)'; echo noise-of-the-command >&2; "
                + "echo \"secret-key-of-run-$(grep -c run '\(runs)')\"; echo second-line-of-output"
        }

        var runs: Int {
            (try? scratch.text("runs").split(separator: "\n").count) ?? 0
        }

        /// What must not appear anywhere.
        static let secrets = ["secret-key-of-run", "noise-of-the-command", "second-line-of-output"]
    }

    private func scenario(requestsPerKey: Int?) throws -> Scenario {
        var scenario = try Scenario.generated(lines: 20, batches: 12, clock: .noon)
        scenario.requestsPerKey = requestsPerKey
        return scenario
    }

    /// Whether a file of the archive contains one of the texts.
    private func finds(_ texts: [String], in archive: Archive) throws -> Bool {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: archive.url.path)
        return paths.contains { path in
            guard let data = FileManager.default.contents(atPath: archive.url.appending(path: path).path) else {
                return false
            }
            return texts.contains { data.range(of: Data($0.utf8)) != nil }
        }
    }

    @Test(arguments: [1, 4])
    func `an export continues with a new key each time its key expires`(concurrency: Int) async throws {
        try await Scratch.use { scratch in
            let keys = Keys(scratch: scratch)
            let options = ["--key-command", keys.command, "--concurrency", "\(concurrency)"]
            try await InProcess.export(scenario(requestsPerKey: 6), options) { run, archive, server in
                #expect(run.status == .done, "\(run.notes)")
                #expect(archive.archivedIDs.count == 12)
                #expect(run.notes.contains("the key was refused"))
                #expect(keys.runs >= 3)
                let accepted = server.service.requests.count { $0.status == 200 }
                #expect(accepted >= 13)
                for secret in Keys.secrets { #expect(!(run.notes + run.output).contains(secret), "\(secret)") }
                let isStored = try finds(Keys.secrets + ["grep -c run"], in: archive)
                #expect(!isStored)
            }
        }
    }

    @Test func `one new key serves all downloads that were refused together`() async throws {
        try await Scratch.use { scratch in
            let keys = Keys(scratch: scratch)
            var scenario = try scenario(requestsPerKey: nil)
            scenario.key = "secret-key-of-run-2"
            try await InProcess.export(scenario, ["--key-command", keys.command]) { run, archive, _ in
                #expect(run.status == .done, "\(run.notes)")
                #expect(archive.archivedIDs.count == 12)
                #expect(keys.runs == 2)
            }
        }
    }

    @Test func `a second refusal ends the run, and the next run resumes it`() async throws {
        try await Scratch.use { scratch in
            let fixed = "echo x >> '\(scratch.path("runs"))'; echo \"other-key-$(grep -c x '\(scratch.path("runs"))')\""
            var scenario = try scenario(requestsPerKey: nil)
            scenario.key = "right-key-of-the-test"
            try await InProcess.export(scenario, ["--key-command", fixed]) { run, archive, server in
                #expect(run.status == .keyRefused)
                #expect(run.notes.contains("no valid new key: the one that was read again is refused as well"))
                #expect(run.notes.contains("check the key from --key-command"))
                #expect(server.service.requests.count == 2)
                let again = await InProcess.run(
                    ["export", "--archive", archive.url.path],
                    at: server.baseURL,
                    key: "right-key-of-the-test"
                )
                #expect(again.status == .done, "\(again.notes)")
                #expect(archive.archivedIDs.count == 12)
            }
        }
    }

    @Test func `a command that fails after a 401 ends the run with 5`() async throws {
        try await Scratch.use { scratch in
            let once =
                "test -e '\(scratch.path("used"))' && exit 3; : > '\(scratch.path("used"))'; echo first-key-of-it"
            try await InProcess.export(scenario(requestsPerKey: 3), ["--key-command", once]) { run, archive, _ in
                #expect(run.status == .keyRefused)
                #expect(run.notes.contains("no valid new key: --key-command: the command failed with status 3"))
                #expect(!(run.notes + run.output).contains("first-key-of-it"))
                #expect(archive.archivedIDs.count < 12)
                #expect(run.batches["failed"] == nil, "\(run.batches)")
            }
        }
    }

    @Test(arguments: [["--concurrency", "1"], ["--concurrency", "4"]])
    func `a variable cannot be read again, so an expired key ends the run with 5`(options: [String]) async throws {
        try await InProcess.export(scenario(requestsPerKey: 4), options) { run, archive, server in
            #expect(run.status == .keyRefused)
            #expect(run.notes.contains("check the key from ANTHROPIC_API_KEY"), "\(run.notes)")
            #expect(!run.notes.contains("no valid new key"))
            #expect((1..<12).contains(archive.archivedIDs.count))
            // Neither the rest of the batches nor the check of the key are requested again and again.
            #expect(server.service.requests.count < 15)
        }
    }

    @Test func `a key file that was replaced is read again`() async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("first-key-of-the-file\n", to: "key")
            var scenario = try scenario(requestsPerKey: 5)
            scenario.faults = []
            try await withSimulator(scenario) { server in
                let run = await InProcess.run(
                    ["export", "--archive", scratch.path("archive"), "--key-file", file, "--concurrency", "1"],
                    at: server.baseURL,
                    onNote: { note in
                        // The secret is rotated as soon as the export has begun.
                        guard note.contains("Fetching") else { return }
                        try? Data("second-key-of-the-file\n".utf8).write(to: URL(filePath: file), options: .atomic)
                    }
                )
                // The second key expires too, and the file does not change again.
                #expect(run.status == .keyRefused)
                #expect(run.notes.contains("continuing with a new key"), "\(run.notes)")
                #expect(run.notes.contains("it was read again and is the same"), "\(run.notes)")
                #expect(!run.notes.contains("key-of-the-file"))
            }
        }
    }

    @Test func `one batch that is refused with every key does not end the run`() async throws {
        try await Scratch.use { scratch in
            var scenario = try scenario(requestsPerKey: nil)
            let id = scenario.batches[3].id
            scenario.faults = [Fault(.answer(status: 401), on: [.results], of: id)]
            let keys = Keys(scratch: scratch)
            try await InProcess.export(scenario, ["--key-command", keys.command]) { run, archive, _ in
                #expect(run.status == .partial, "\(run.notes)")
                #expect(archive.archivedIDs.count == 11)
                #expect(!archive.archivedIDs.contains(id))
            }
        }
    }
}
