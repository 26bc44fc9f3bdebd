import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Whole runs of pipeline files against the simulator.
struct PipelineRunTests {
    /// Two workspaces, each with its own key.
    private func file(_ scratch: Scratch, parallel: Int = 1, _ more: String = "") throws -> String {
        let text = """
            archive: \(scratch.path("archive"))
            format: json
            parallel: \(parallel)
            \(more)
            sources:
              - name: research
                key-variable: RESEARCH_KEY
              - name: ops
                key-variable: OPS_KEY
            """
        return try scratch.write(text, to: "file.yaml")
    }

    private let keys = ["RESEARCH_KEY": "key-of-research", "OPS_KEY": "key-of-ops", "ANTHROPIC_API_KEY": ""]

    @Test(arguments: [1, 2])
    func `each workspace has its own archive, and one line reports all of them`(parallel: Int) async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 20, batches: 2)) { server in
                let file = try file(scratch, parallel: parallel)
                let run = await InProcess.run(["run", file], at: server.baseURL, environment: keys)
                #expect(run.status == .done, "\(run.notes)")
                #expect(run.output.count { $0 == "\n" } == 1)
                #expect(run.sources.map(\.name) == ["research", "ops"])
                #expect(run.sources.map(\.archivedNow) == [2, 2])
                for name in ["research", "ops"] {
                    let archive = Archive(url: scratch.url.appending(path: "archive/workspace=\(name)"))
                    #expect(archive.archivedIDs.count == 2)
                    #expect(FileManager.default.fileExists(atPath: archive.url.appending(path: "SHA256SUMS").path))
                }
                #expect(run.notes.contains(parallel == 1 ? "Source research" : "research: Exporting"), "\(run.notes)")
                let again = await InProcess.run(["run", file], at: server.baseURL, environment: keys)
                #expect(again.sources.map(\.archivedNow) == [0, 0])
            }
        }
    }

    @Test(arguments: [1, 2])
    func `one failed workspace does not stop the others`(parallel: Int) async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 20, batches: 2)
            scenario.key = "key-of-ops"
            try await withSimulator(scenario) { server in
                let run = await InProcess.run(
                    ["run", try file(scratch, parallel: parallel)],
                    at: server.baseURL,
                    environment: keys
                )
                #expect(run.status == .keyRefused, "\(run.notes)")
                #expect(run.document["exit_statuses"] as? [Int] == [5])
                #expect(run.sources.map(\.exitStatus) == [5, 0])
                #expect(run.sources.map(\.archivedNow) == [0, 2])
                #expect(run.notes.contains("check the key from RESEARCH_KEY: "), "\(run.notes)")
                let failure = parallel == 1 ? "error: GET /v1/" : "error: research: GET /v1/"
                #expect(run.notes.contains(failure), "\(run.notes)")
                #expect(!(run.notes + run.output).contains("key-of-"))
            }
        }
    }

    @Test func `a missing file of one workspace does not stop the others, and the document names it`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 20, batches: 2)) { server in
                let base = try String(contentsOfFile: file(scratch), encoding: .utf8)
                func run(_ option: String) async throws -> InProcess {
                    let path = try scratch.write(
                        base.replacing("- name: ops", with: "- name: ops\n    \(option)"),
                        to: "f.yaml"
                    )
                    return await InProcess.run(["run", path], at: server.baseURL, environment: keys)
                }
                let unjoined = try await run("join: absent.csv")
                #expect(unjoined.status == .partial, "\(unjoined.notes)")
                #expect(unjoined.sources.map(\.archivedNow) == [2, 2])
                #expect(unjoined.document["error"] == nil)
                let failed = try await run("ca-file: absent.pem")
                #expect(failed.sources.map(\.exitStatus) == [0, Int(failed.status.rawValue)], "\(failed.notes)")
                #expect((failed.document["error"] as? String)?.contains("absent.pem") == true, "\(failed.output)")
                // A check names it before.
                let check = await InProcess.run(["run", "--check", scratch.path("f.yaml")], at: server.baseURL)
                #expect(check.status == .usage && check.notes.contains("ca-file: file not found"), "\(check.notes)")
            }
        }
    }

    @Test func `several statuses are combined by the table`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 20, batches: 2)
            let hit = scenario.batches[0].id
            // The first workspace has no key; the second has a batch that cannot be proven.
            scenario.faults = [Fault(.results(.dropLine(3)), on: [.results], of: hit)]
            try await withSimulator(scenario) { server in
                var keys = keys
                keys["RESEARCH_KEY"] = ""
                let run = await InProcess.run(["run", try file(scratch)], at: server.baseURL, environment: keys)
                #expect(run.status == .usage)
                #expect(run.document["exit_statuses"] as? [Int] == [2, 4])
                #expect(run.sources.map(\.exitStatus) == [2, 4])
                #expect(run.notes.contains("key-variable: the environment variable RESEARCH_KEY is not set"))
            }
        }
    }

    @Test func `a key variable overrides the usual variables`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 5)
            scenario.key = "right"
            try await withSimulator(scenario) { server in
                let file = try scratch.write("key-variable: MY_KEY\narchive: \(scratch.path("a"))", to: "file.yaml")
                let wrong = await InProcess.run(
                    ["run", file],
                    at: server.baseURL,
                    key: "right",
                    environment: ["MY_KEY": "wrong"]
                )
                #expect(wrong.status == .keyRefused)
                let right = await InProcess.run(
                    ["run", file],
                    at: server.baseURL,
                    key: "wrong",
                    environment: ["MY_KEY": "right"]
                )
                #expect(right.status == .done, "\(right.notes)")
            }
        }
    }

    @Test func `a key file after the file does not replace the keys of the workspaces`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 5, batches: 2)
            scenario.key = "key-of-ops"
            try await withSimulator(scenario) { server in
                let key = try scratch.write("key-of-ops", to: "key")
                let run = await InProcess.run(
                    ["run", try file(scratch), "--key-file", key],
                    at: server.baseURL,
                    environment: keys
                )
                #expect(run.sources.map(\.exitStatus) == [5, 0], "\(run.notes)")
                #expect(run.sources.map(\.archivedNow) == [0, 2])
            }
        }
    }

    @Test func `metrics and pings describe the whole run`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 20, batches: 2)) { server in
                let metrics = scratch.path("m.prom")
                let file = try file(scratch, "metrics-file: \(metrics)\nping-url: \(server.baseURL)/ping")
                let run = await InProcess.run(["run", file], at: server.baseURL, environment: keys)
                #expect(run.status == .done, "\(run.notes)")
                let text = try scratch.text("m.prom")
                #expect(text.contains("batchkeep_last_run_success{source=\"research\"} 1\n"))
                #expect(text.contains("batchkeep_last_run_batches{source=\"ops\",state=\"archived_now\"} 2\n"))
                let pings = server.service.requests.filter { $0.path.hasPrefix("/ping") }
                #expect(pings.map(\.path) == ["/ping/start", "/ping"])
                let body = String(decoding: pings.last?.body ?? [], as: UTF8.self)
                #expect(
                    body.split(separator: "\n").map { $0.prefix(14) } == [
                        "exit status 0:", "research: exit", "ops: exit stat",
                    ]
                )
            }
        }
    }

    @Test func `the time limit applies to each workspace`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 20, batches: 1)
            scenario.faults = [Fault(.delay(.seconds(600)), on: [.results])]
            try await withSimulator(scenario) { server in
                let file = try file(scratch, "max-runtime: 1s\nidle-timeout: 600")
                let run = await InProcess.run(["run", file], at: server.baseURL, environment: keys)
                #expect(run.status == .partial, "\(run.notes)")
                #expect(run.sources.map(\.exitStatus) == [3, 3])
                #expect(server.service.requests.count { $0.endpoint == .results } == 2)
            }
        }
    }

    @Test func `log lines name their workspace`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 20, batches: 1)) { server in
                let run = await InProcess.run(
                    ["run", try file(scratch, parallel: 2), "--log-format", "json"],
                    at: server.baseURL,
                    environment: keys
                )
                #expect(run.status == .done, "\(run.notes)")
                let sources = run.notes.split(separator: "\n").map { jsonObject($0)?["source"] as? String }
                #expect(Set(sources) == ["research", "ops"])
            }
        }
    }
}

extension InProcess {
    /// The part of a pipeline run's document about one workspace.
    fileprivate struct WorkspaceSummary {
        let name: String?
        let exitStatus: Int?
        let archivedNow: Int?
    }

    fileprivate var sources: [WorkspaceSummary] {
        let sources = document["sources"] as? [[String: Any]] ?? []
        return sources.map { source in
            let export = source["export"] as? [String: Any] ?? [:]
            let batches = export["batches"] as? [String: Int] ?? [:]
            return WorkspaceSummary(
                name: source["name"] as? String,
                exitStatus: export["exit_status"] as? Int,
                archivedNow: batches["archived_now"]
            )
        }
    }
}
