import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import Testing

/// What an export makes of a server, a network or data that are not as they should be.
///
/// Each test goes through the whole program and the real HTTP client; three generated batches, one of them hit.
struct ExportFaultTests {
    private func scenario(_ faults: (String) -> [Fault]) throws -> (scenario: Scenario, hit: String) {
        var scenario = try Scenario.generated(lines: 40, batches: 3)
        let hit = scenario.batches[1].id
        scenario.faults = faults(hit)
        return (scenario, hit)
    }

    // MARK: Data

    @Test func `a line that is no result keeps its batch out of the archive, and only that one`() async throws {
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

    @Test func `a line that is missing for good is quarantined once two reads are equal`() async throws {
        let (scenario, hit) = try scenario { id in [Fault(.results(.dropLine(3)), on: [.results], of: id)] }
        try await InProcess.export(scenario) { run, archive, server in
            #expect(run.status == .integrity)
            #expect(!archive.archivedIDs.contains(hit))
            #expect(server.service.requests.count { $0.endpoint == .results && $0.batchID == hit } == 2)
            #expect(run.notes.contains("request_counts promises"), "\(run.notes)")
        }
    }

    @Test func `a line that was missing once is found by reading again`() async throws {
        let (scenario, _) = try scenario { id in
            [Fault(.results(.dropLine(3)), on: [.results], of: id, .first(1))]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done)
            #expect(archive.archivedIDs.count == 3)
            #expect(archive.files(in: "_quarantine").isEmpty)
        }
    }

    @Test func `a custom_id that occurs twice is quarantined`() async throws {
        let (scenario, hit) = try scenario { id in
            [
                Fault(.results(.repeatLine(3)), on: [.results], of: id),
                Fault(.results(.dropLine(5)), on: [.results], of: id),
            ]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .integrity)
            #expect(!archive.archivedIDs.contains(hit))
            #expect(run.notes.contains("repeats a custom_id"), "\(run.notes)")
        }
    }

    @Test func `a line beyond the limit fails its batch by name`() async throws {
        let long = Array("{\"custom_id\":\"\(String(repeating: "x", count: 200_000))\"}".utf8)
        let (scenario, hit) = try scenario { id in
            [Fault(.results(.replaceLine(2, long)), on: [.results], of: id)]
        }
        try await InProcess.export(scenario, ["--max-line-bytes", "150000"]) { run, archive, _ in
            #expect(run.status == .partial)
            #expect(run.batches["failed"] == 1)
            #expect(!archive.archivedIDs.contains(hit))
            #expect(run.notes.contains("raise --max-line-bytes"), "\(run.notes)")
        }
    }

    // MARK: Network

    @Test(arguments: [Interruption.Place.afterBytes(0), .afterBytes(1), .afterBytes(5_000), .beforeEnd(1)])
    func `a connection that breaks once costs another read, not a result`(place: Interruption.Place) async throws {
        let (scenario, _) = try scenario { id in
            [Fault(.interrupt(.reset, at: place), on: [.results], of: id, .first(1))]
        }
        try await InProcess.export(scenario) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
            for batch in scenario.batches {
                let expected = server.service.results(of: batch.id)
                let stored = try Self.rawContent(of: batch.id, in: archive)
                #expect(stored == expected)
            }
        }
    }

    @Test(arguments: [408, 409, 429, 500, 502, 503, 529])
    func `a passing error status is waited out`(status: Int) async throws {
        let (scenario, _) = try scenario { id in
            [
                Fault(
                    .answer(status: status, headers: [HeaderField("retry-after-ms", "1")]),
                    on: [.results],
                    of: id,
                    .first(2)
                )
            ]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
        }
    }

    // MARK: Account

    @Test func `a refused key ends the run with the place the key was read from`() async throws {
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

    @Test func `a spend limit is not waited for, and its end is told`() async throws {
        let body = """
            {"type":"error","error":{"type":"rate_limit_error","message":"Spend limit.",\
            "details":{"error_code":"enforced_spend_limit_reached"}}}
            """
        let (scenario, _) = try scenario { _ in [Fault(.answer(status: 429, body: body), on: [.list])] }
        try await InProcess.export(scenario) { run, _, server in
            #expect(run.status == .error)
            #expect(run.notes.contains("the spend limit is reached"), "\(run.notes)")
            #expect(run.notes.contains("It lasts until"))
            #expect(server.service.requests.count == 1)
        }
    }

    // MARK: Listing

    @Test(arguments: [PageFault.repeatedCursor, .ignoredCursor, .emptyWithMore])
    func `a listing that does not advance is an error, not a loop`(fault: PageFault) async throws {
        let (scenario, _) = try scenario { _ in [Fault(.page(fault), on: [.list], .from(2))] }
        try await InProcess.export(scenario, ["--page-size", "1"]) { run, archive, _ in
            #expect(run.status == .error)
            #expect(run.notes.contains("the listing does not advance"), "\(run.notes)")
            #expect(archive.archivedIDs.isEmpty)
        }
    }

    @Test func `a page without has_more is followed to the end`() async throws {
        let (scenario, _) = try scenario { _ in [Fault(.page(.member("has_more", nil)), on: [.list])] }
        try await InProcess.export(scenario, ["--page-size", "2"]) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
        }
    }

    // MARK: results_url

    @Test func `results at another host are asked for at the configured one, and the manifest says so`() async throws {
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

    @Test func `a redirect to another host is never followed`() async throws {
        let (scenario, hit) = try scenario { id in
            [Fault(.redirect(to: "http://127.0.0.2:9/results"), on: [.results], of: id)]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .partial)
            #expect(run.batches["unavailable"] == 1)
            #expect(!archive.archivedIDs.contains(hit))
        }
    }

    @Test func `a batch withdrawn between listing and download counts as withdrawn or is tried again`() async throws {
        let (scenario, hit) = try scenario { id in
            [Fault(.change(.withdraw(id)), on: [.results], of: id, .first(1))]
        }
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .partial)
            #expect(run.batches["archived_now"] == 2)
            #expect(!archive.archivedIDs.contains(hit))
        }
    }

    // MARK: Unknown things

    @Test func `a status nobody documented is not ended, and told as such`() async throws {
        let (scenario, _) = try scenario { id in
            [Fault(.batchMember("processing_status", "\"paused\""), on: [.list], of: id)]
        }
        try await InProcess.export(scenario) { run, _, _ in
            #expect(run.status == .done)
            #expect(run.batches == ["listed": 3, "in_window": 3, "archived_now": 2, "not_ended": 1])
        }
    }

    private static func rawContent(of id: String, in archive: Archive) throws -> [UInt8]? {
        guard let name = archive.files(in: "raw").first(where: { $0.contains(id) }) else { return nil }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec gzip -dc \"$0\"", archive.url.appending(path: "raw/\(name)").path]
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Array(data)
    }
}
