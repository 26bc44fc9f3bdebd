import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Exports through the network path of a nightly job: TLS, compression, a proxy.
struct NetworkPathTests {
    private func export(
        at baseURL: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: TemporaryFolder
    )
        async throws -> Program.FinishedRun
    {
        try await Program.run(
            ["export", "--since", "60d", "--base-url", baseURL] + arguments,
            environment: environment.merging(["ANTHROPIC_API_KEY": "key-of-the-test"]) { $1 },
            in: folder.url
        )
    }

    /// Compares the archive in the folder with what the server intends to send.
    private func expectComplete(_ server: SimulatorServer, _ scenario: Scenario, in folder: TemporaryFolder)
        async throws
    {
        for batch in scenario.batches {
            let name = try #require(try folder.files(below: "archive/raw").first { $0.contains(batch.id) })
            let raw = try #require(try await Program.tool("gzip", ["-dc", folder.path + "/archive/raw/" + name]))
            #expect(Array(raw.output.utf8) == server.service.results(of: batch.id))
        }
    }

    @Test func `an export through TLS and gzip is complete, with HTTP 1.1 even if HTTP 2 is offered`() async throws {
        var scenario = try Scenario.generated(lines: 700, batches: 3)
        scenario.compresses = false
        try await withTemporaryFolder { folder in
            try await withSimulator(scenario) { server in
                _ = try await Gateway.run(before: server, in: folder) { gateway in
                    let run = try await export(
                        at: gateway.baseURL,
                        ["--ca-file", gateway.certificate],
                        in: folder
                    )
                    #expect(run.status == 0, "\(run.notes)")
                    try await expectComplete(server, scenario, in: folder)
                    let results = try gateway.requests().filter { $0.contains("/results") }
                    #expect(results.count == 3)
                    #expect(results.allSatisfy { $0.hasPrefix("HTTP/1.1 ") && $0.hasSuffix(" gzip") }, "\(results)")
                }
            }
        }
    }

    @Test func `an untrusted certificate ends the run at once with advice`() async throws {
        try await withTemporaryFolder { folder in
            try await withSimulator(.generated(lines: 1)) { server in
                _ = try await Gateway.run(before: server, in: folder) { gateway in
                    let run = try await export(at: gateway.baseURL, [], in: folder)
                    #expect(run.status == 1)
                    #expect(run.notes.contains("--ca-file"), "\(run.notes)")
                    #expect(server.service.requests.isEmpty)
                }
            }
        }
    }

    @Test func `an export through a proxy is complete`() async throws {
        let scenario = try Scenario.generated(lines: 700, batches: 3)
        try await withTemporaryFolder { folder in
            try await withSimulator(scenario) { server in
                _ = try await Gateway.run(before: server, in: folder) { gateway in
                    _ = try await ForwardProxy.run(in: folder) { proxy in
                        let run = try await export(
                            at: gateway.baseURL,
                            ["--ca-file", gateway.certificate],
                            environment: ["HTTPS_PROXY": proxy.url],
                            in: folder
                        )
                        #expect(run.status == 0, "\(run.notes)")
                        try await expectComplete(server, scenario, in: folder)
                        #expect(try proxy.connections().contains("CONNECT 127.0.0.1:"))
                    }
                }
            }
        }
    }
}
