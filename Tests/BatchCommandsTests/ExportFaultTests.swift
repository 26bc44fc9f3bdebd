import BatchArchive
import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// How an export handles faulty servers, networks and data.
///
/// Each test runs the whole program and the real HTTP client on three generated batches, one of them affected.
struct ExportFaultTests {
    private func scenario(_ faults: (String) -> [Fault]) throws -> (scenario: Scenario, hit: String) {
        var scenario = try Scenario.generated(lines: 40, batches: 3)
        let hit = scenario.batches[1].id
        scenario.faults = faults(hit)
        return (scenario, hit)
    }

    // MARK: Data

    @Test func `an invalid line keeps only its batch out of the archive`() async throws {
        let (scenario, hit) = try scenario { id in
            [Fault(.results(.replaceLine(7, Array("{\"custom_id\":\"x\",".utf8))), on: [.results], of: id)]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .integrity)
            #expect(run.batches == ["listed": 3, "in_window": 3, "archived_now": 2, "quarantined": 1])
            #expect(!archive.archivedIDs.contains(hit))
            #expect(archive.archivedIDs.count == 2)
            #expect(archive.files(in: "_quarantine").contains("\(hit).json"))
            #expect(archive.files(in: "_partial").isEmpty)
            #expect(run.notes.contains("the first is line 7"), "\(run.notes)")
        }
    }

    @Test func `a missing line is quarantined after two equal downloads`() async throws {
        let (scenario, hit) = try scenario { id in [Fault(.results(.dropLine(3)), on: [.results], of: id)] }
        try await InProcess.export(scenario) { run, archive, server in
            #expect(run.status == .integrity)
            #expect(!archive.archivedIDs.contains(hit))
            #expect(server.service.requests.count { $0.endpoint == .results && $0.batchID == hit } == 2)
            #expect(run.notes.contains("request_counts promises"), "\(run.notes)")
        }
    }

    @Test func `a line missing from one download is found by the next`() async throws {
        let (scenario, _) = try scenario { id in
            [Fault(.results(.dropLine(3)), on: [.results], of: id, .first(1))]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done)
            #expect(archive.archivedIDs.count == 3)
            #expect(archive.files(in: "_quarantine").isEmpty)
        }
    }

    // MARK: Limits

    @Test func `an interrupted download resumes and reports it`() async throws {
        var scenario = try Scenario.generated(lines: 1_500, batches: 1)
        let id = scenario.batches[0].id
        // Closed, because a reset can also lose what was sent before it.
        scenario.faults = [Fault(.interrupt(.close, at: .afterBytes(2_500_000)), on: [.results], of: id, .first(1))]
        try await InProcess.export(scenario, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.notes.contains("\(id): resumed at line "), "\(run.notes)")
            try archive.expectProven(by: server)
        }
    }

    @Test func `a batch that makes no progress is left to the next run after a number of attempts`() async throws {
        let (scenario, hit) = try scenario { id in
            [Fault(.interrupt(.reset, at: .afterBytes(5_000)), on: [.results], of: id)]
        }
        try await InProcess.export(scenario, ["--max-attempts", "2"], clock: QuickClock()) { run, archive, server in
            #expect(run.status == .partial)
            #expect(archive.archivedIDs.count == 2)
            #expect(server.service.requests.count { $0.endpoint == .results && $0.batchID == hit } == 2)
        }
    }

    @Test func `a batch that takes too long keeps its blocks for the next run`() async throws {
        var scenario = try Scenario.generated(lines: 1_500, batches: 1)
        let id = scenario.batches[0].id
        scenario.faults = [
            Fault(.interrupt(.stall(Gate()), at: .afterBytes(2_500_000)), on: [.results], of: id, .first(1))
        ]
        let limits = ["--deadline", "300s", "--idle-timeout", "3600"]
        try await InProcess.export(scenario, limits, clock: QuickClock()) { run, archive, server in
            #expect(run.status == .partial)
            #expect(run.notes.contains("not complete after 300 s"), "\(run.notes)")
            #expect(archive.files(in: "_partial").contains("\(id).journal"))
            let next = await InProcess.run(
                ["export", "--batch", id, "--archive", archive.url.path],
                at: server.baseURL,
                clock: QuickClock()
            )
            #expect(next.status == .done, "\(next.notes)")
            #expect(next.notes.contains("\(id): resumed at line "), "\(next.notes)")
            try archive.expectProven(by: server)
        }
    }

    @Test func `a run that takes too long stops cleanly and keeps its blocks`() async throws {
        var scenario = try Scenario.generated(lines: 1_500, batches: 1)
        let id = scenario.batches[0].id
        scenario.faults = [
            Fault(.interrupt(.stall(Gate()), at: .afterBytes(2_500_000)), on: [.results], of: id, .first(1))
        ]
        let limits = ["--max-runtime", "300s", "--idle-timeout", "3600"]
        try await InProcess.export(scenario, limits, clock: QuickClock()) { run, archive, _ in
            #expect(run.status == .partial)
            #expect(run.notes.contains("time limit reached: stopped after 300s (--max-runtime)"), "\(run.notes)")
            #expect(archive.files(in: "_partial").contains("\(id).journal"))
        }
    }

    @Test func `the time limit also ends the wait for the archive and for the key`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            let holder = LockHolder(process: 1, host: "h", since: "s", command: "export")
            let lock = try ArchiveLock(ArchiveFolder(nights.path), as: holder)
            for options in [["--wait", "1h"], ["--key-command", "sleep 600; echo key"]] {
                let run = await InProcess.run(
                    ["export", "--json", "--max-runtime", "20s", "--archive", nights.path] + options,
                    at: nights.server.baseURL,
                    clock: QuickClock()
                )
                #expect(run.status == .partial && run.document["exit_status"] as? Int == 3, "\(run.output)")
                #expect(run.notes.contains("time limit reached: stopped after 20s (--max-runtime)"), "\(run.notes)")
            }
            #expect(nights.server.service.requests.isEmpty)
            _ = consume lock
        }
    }

    // MARK: Account

    @Test func `a refused key ends the run and reports where the key was read`() async throws {
        var (scenario, _) = try scenario { _ in [] }
        scenario.key = "another-key"
        try await InProcess.export(scenario, key: "secret-of-the-test") { run, archive, _ in
            #expect(run.status == .keyRefused)
            #expect(run.notes.contains("ANTHROPIC_API_KEY"), "\(run.notes)")
            #expect(run.notes.contains("request-id"))
            #expect(!(run.notes + run.output).contains("secret-of-the-test"))
            #expect(archive.archivedIDs.isEmpty)
            #expect(run.document["exit_status"] as? Int == 5)
        }
    }

    @Test func `a spend limit is not waited for, and its end is reported`() async throws {
        let body = """
            {"type":"error","error":{"type":"rate_limit_error","message":"Spend limit.",\
            "details":{"error_code":"enforced_spend_limit_reached"}}}
            """
        let (scenario, _) = try scenario { _ in [Fault(.answer(status: 429, body: body), on: [.list])] }
        try await InProcess.export(scenario) { run, _, server in
            #expect(run.status == .error)
            #expect(run.notes.contains("the spend limit is reached"), "\(run.notes)")
            #expect(run.notes.contains("run the same command again after"))
            #expect(server.service.requests.count == 1)
        }
    }

    // MARK: results_url

    @Test func `results at another host are requested at the configured one, as the manifest records`() async throws {
        let (scenario, hit) = try scenario { id in
            let url = "\"https://elsewhere.invalid/v1/messages/batches/\(id)/results\""
            return [Fault(.batchMember("results_url", url), on: [.list, .retrieve], of: id)]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            let name = try #require(archive.files(in: "manifests").first { $0.contains(hit) })
            let manifest = try String(contentsOf: archive.url.appending(path: "manifests/\(name)"), encoding: .utf8)
            #expect(manifest.contains("elsewhere.invalid"))
        }
    }
}
