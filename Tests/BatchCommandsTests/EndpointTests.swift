import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// Exports through other places that serve the API: cloud endpoints, gateways and proxies.
struct EndpointTests {
    private static let token = "token-of-the-test"

    private func scenario(_ change: (inout Scenario) -> Void = { _ in }) throws -> Scenario {
        var scenario = try Scenario.generated(lines: 20, batches: 3)
        scenario.faults = []
        change(&scenario)
        return scenario
    }

    /// Exports with the base URL of the server, without a text at its end and with another.
    private func export(
        _ scenario: Scenario,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        base: (removed: String, added: String) = ("", ""),
        _ body: (InProcess, Archive, SimulatorServer) async throws -> Void
    ) async throws {
        try await Scratch.use { scratch in
            try await withSimulator(scenario) { server in
                let run = await InProcess.run(
                    ["export", "--json", "--archive", scratch.path("archive")] + arguments,
                    at: String(server.baseURL.dropLast(base.removed.count)) + base.added,
                    environment: environment
                )
                try await body(run, Archive(url: scratch.url.appending(path: "archive")), server)
            }
        }
    }

    // MARK: Paths

    @Test(arguments: [
        "", "/", "/v1", "/v1/", "/v1/messages", "/v1/messages/batches",
    ])
    func `a base URL may have a path prefix and end in a path of the API`(ending: String) async throws {
        let prefix = "/v1/projects/p/locations/global/workspaces/wrkspc_1/invoke"
        try await export(scenario { $0.pathPrefix = prefix }, base: ("", ending)) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
            #expect(server.service.requests.allSatisfy { $0.path.hasPrefix("\(prefix)/v1/messages/batches") })
        }
    }

    @Test func `without the prefix the error names the base URL to check`() async throws {
        try await export(scenario { $0.pathPrefix = "/gateway" }, base: ("/gateway", "")) { run, archive, _ in
            #expect(run.status == .error)
            #expect(
                run.notes.contains("hint: check --base-url: this server has no /v1/messages/batches"),
                "\(run.notes)"
            )
            #expect(archive.archivedIDs.isEmpty)
        }
    }

    @Test(arguments: ["", "/gateway"])
    func `results at api.anthropic.com are requested at the base URL`(prefix: String) async throws {
        let scenario = try scenario {
            $0.pathPrefix = prefix
            $0.publicBaseURL = "https://api.anthropic.com"
        }
        try await export(scenario) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            let id = try #require(archive.archivedIDs.first)
            #expect(archive.archivedIDs.count == 3)
            let requests = server.service.requests.filter { $0.endpoint == .results }
            #expect(requests.count == 3)
            #expect(requests.contains { $0.path == "\(prefix)/v1/messages/batches/\(id)/results" })
            let path = try #require(archive.files(in: "manifests").first { $0.contains(id) })
            let manifest = try String(contentsOf: archive.url.appending(path: "manifests/\(path)"), encoding: .utf8)
            #expect(manifest.contains("https://api.anthropic.com/v1/messages/batches/\(id)/results"))
        }
    }

    // MARK: Credentials and headers

    @Test func `a token is sent as Bearer only`() async throws {
        let environment = ["ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": Self.token]
        try await export(scenario { $0.key = Self.token }, environment: environment) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
            for request in server.service.requests {
                let names = request.headers.map { $0.name.lowercased() }
                #expect(names.contains("authorization") && !names.contains("x-api-key"))
                #expect(request.credential == .accepted)
            }
            #expect(!run.output.contains(Self.token) && !run.notes.contains(Self.token))
        }
    }

    @Test func `a required workspace is sent with every request`() async throws {
        let required = try scenario {
            $0.requiresWorkspace = true
            $0.workspaceID = "wrkspc_cloud"
        }
        try await export(required, ["--workspace", "wrkspc_cloud"]) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(archive.archivedIDs.count == 3)
            let sent = server.service.requests.flatMap(\.headers)
                .filter { $0.name.lowercased() == "anthropic-workspace-id" }.map(\.value)
            #expect(sent == Array(repeating: "wrkspc_cloud", count: 4))
        }
        for (arguments, reason) in [([], "header is required"), (["--workspace", "wrkspc_x"], "this key belongs to")] {
            try await export(required, arguments) { run, archive, _ in
                #expect(run.status == .error && archive.archivedIDs.isEmpty)
                #expect(run.notes.contains("anthropic-workspace-id: \(reason)"), "\(run.notes)")
            }
        }
    }

    @Test func `a key that expires during the run ends it with the status of a refused key`() async throws {
        let scenario = try scenario { $0.hook = ExpiringKey(requests: 1) }
        try await export(scenario, ["--concurrency", "1"]) { run, archive, _ in
            #expect(run.status == .keyRefused, "\(run.notes)")
            #expect(archive.archivedIDs.isEmpty)
            #expect(run.notes.contains("hint: check the key from ANTHROPIC_API_KEY"), "\(run.notes)")
        }
    }

    @Test(arguments: [2, 3])
    func `batches that were archived before the key expired stay archived`(requests: Int) async throws {
        let scenario = try scenario { $0.hook = ExpiringKey(requests: requests) }
        try await export(scenario, ["--concurrency", "1"]) { run, archive, _ in
            #expect(run.status == .keyRefused, "\(run.notes)")
            #expect(archive.archivedIDs.count == requests - 1)
            #expect(run.batches["archived_now"] == requests - 1, "\(run.output)")
            #expect(run.notes.contains("the token has expired"), "\(run.notes)")
            #expect(await InProcess.offline(["verify"], on: archive).status == .done)
        }
    }

    // MARK: Removed batches

    @Test func `a batch that is listed with its counts but without results is removed`() async throws {
        var scenario = try scenario()
        scenario.batches[1].removeResults(at: scenario.clock.now())
        try await export(scenario) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.batches == ["listed": 3, "in_window": 3, "archived_now": 2, "removed": 1])
            #expect(archive.archivedIDs.count == 2)
            #expect(
                !server.service.requests.contains { $0.endpoint == .results && $0.batchID == scenario.batches[1].id }
            )
        }
    }
}

/// A service that refuses every key after a number of requests.
private struct ExpiringKey: ServiceHook {
    var requests: Int

    mutating func reply(
        to request: SimulatedRequest,
        at now: Timestamp,
        from service: inout ServiceState
    ) -> SimulatedReply {
        requests -= 1
        let expired = Answer.error(
            APIError(status: 401, type: "authentication_error", message: "the token has expired")
        )
        let answer = requests < 0 ? expired : service.answer(to: request, at: now)
        return service.reply(carrying: answer, to: request, at: now)
    }
}
