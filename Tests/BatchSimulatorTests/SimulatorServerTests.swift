import BatchSimulator
import Foundation
import FoundationNetworking
import MessageBatches
import SimulatorTestSupport
import Testing

/// The same service behind a real socket, asked by curl.
struct SimulatorServerTests {
    private static let path = "/v1/messages/batches"
    private static let results = path + "/b1/results"

    private func scenario(_ faults: [Fault] = [], results: [UInt8] = twoLines) throws -> Scenario {
        let batch = try SimulatedBatch(document: document("b1"), results: results)
        return Scenario(batches: [batch], faults: faults, clock: .manual(ManualClock(at: noon)))
    }

    private func interrupted(_ action: Interruption.Action, at place: Interruption.Place) throws -> Scenario {
        try scenario([Fault(.interrupt(action, at: place), on: [.results])], results: Self.large)
    }

    /// Two megabytes that differ everywhere.
    private static let large = (0..<250_000).flatMap { bytes(String(10_000_000 + $0)) }

    @Test func `results are chunked, whole and without a length`() async throws {
        try await withSimulator(scenario(results: Self.large)) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 0)
            #expect(answer.status == 200)
            #expect(answer.body == Self.large)
            #expect(answer.headers.value(of: "transfer-encoding") == "chunked")
            #expect(answer.headers.value(of: "content-length") == nil)
            #expect(answer.headers.value(of: "content-type") == "application/x-jsonl")
            #expect(server.service.requests.map(\.credential) == [.accepted])
        }
    }

    @Test func `its own address stands in results_url`() async throws {
        try await withSimulator(scenario()) { server in
            let batch = try jsonObject(try await curl(server.baseURL + Self.path + "/b1").body)
            #expect(batch["results_url"] as? String == "http://127.0.0.1:\(server.port)\(Self.results)")
        }
    }

    @Test func `a generated batch arrives as it was counted, compressed or not`() async throws {
        let scenario = try Scenario.generated(lines: 3_000, clock: .manual(ManualClock(at: noon)))
        let id = scenario.batches[0].id
        try await withSimulator(scenario) { server in
            let url = "\(server.baseURL)\(Self.path)/\(id)/results"
            let plain = try await curl(url)
            #expect(plain.body == server.service.results(of: id))
            let compressed = try await curl(url, ["--compressed"])
            #expect(compressed.headers.value(of: "content-encoding") == "gzip")
            #expect(compressed.exitStatus == 0)
            #expect(compressed.body == plain.body)
        }
    }

    @Test func `samples are compressed in earnest`() async throws {
        try await withSimulator(scenario(results: Self.large)) { server in
            let raw = try await curl(server.baseURL + Self.results, ["-H", "accept-encoding: gzip"])
            #expect(raw.body.prefix(2) == [0x1F, 0x8B])
            #expect(raw.body.count < Self.large.count / 2)
            #expect(try await curl(server.baseURL + Self.results, ["--compressed"]).body == Self.large)
        }
    }

    @Test func `a batch is created, canceled and deleted over the wire`() async throws {
        let clock = ManualClock(at: noon)
        try await withSimulator(Scenario(batches: [], clock: .manual(clock))) { server in
            let url = server.baseURL + Self.path
            let body = #"{"requests":[{"custom_id":"a","params":{}}]}"#
            let created = try jsonObject(try await curl(url, ["-d", body]).body)
            let id = try #require(created["id"] as? String)
            #expect(try await curl("\(url)/\(id)/cancel", ["-X", "POST"]).status == 200)
            clock.advance(seconds: 60)
            let results = try await curl("\(url)/\(id)/results")
            #expect(results.body == bytes("{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"))
            #expect(try await curl("\(url)/\(id)", ["-X", "DELETE"]).status == 200)
            #expect(try await curl("\(url)/\(id)").status == 404)
        }
    }

    @Test func `without a key nothing is told`() async throws {
        try await withSimulator(scenario()) { server in
            let answer = try await curl(server.baseURL + Self.path, key: nil)
            #expect(answer.status == 401)
            #expect(answer.headers.value(of: "request-id") != nil)
        }
    }

    @Test func `several requests share a connection`() async throws {
        try await withSimulator(scenario()) { server in
            let url = server.baseURL + Self.path
            let answer = try await curl(url, ["-w", "%{num_connects}", url, "-o", "/dev/null"])
            #expect(answer.exitStatus == 0)
            #expect(server.service.requests.count == 2)
        }
    }

    // MARK: Faults on the way

    @Test(arguments: [0, 1, 600_000, 1_999_999])
    func `a closed connection leaves exactly the bytes before the cut`(count: Int) async throws {
        try await withSimulator(interrupted(.close, at: .afterBytes(count))) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 18)
            #expect(answer.status == 200)
            #expect(answer.body == Array(Self.large.prefix(count)))
        }
    }

    @Test func `a clean end looks like a whole body`() async throws {
        try await withSimulator(interrupted(.end, at: .beforeEnd(1))) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 0)
            #expect(answer.body == Array(Self.large.dropLast()))
        }
    }

    @Test(arguments: [Interruption.Place.afterBytes(0), .afterBytes(1_000_000), .beforeEnd(1)])
    func `a reset connection is reset, not closed`(place: Interruption.Place) async throws {
        try await withSimulator(interrupted(.reset, at: place)) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 56)
            #expect(answer.body == Array(Self.large.prefix(answer.body.count)))
        }
    }

    @Test func `a reset before the head leaves nothing`() async throws {
        try await withSimulator(interrupted(.reset, at: .beforeHead)) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 56)
            #expect(answer.status == 0)
        }
        try await withSimulator(interrupted(.close, at: .beforeHead)) { server in
            let answer = try await curl(server.baseURL + Self.results)
            #expect(answer.exitStatus == 52)
        }
    }

    @Test func `a stalled reply waits for its gate and then goes on`() async throws {
        let gate = Gate()
        try await withSimulator(interrupted(.stall(gate), at: .afterBytes(1_234_567))) { server in
            async let answer = curl(server.baseURL + Self.results)
            await gate.reached()
            gate.open()
            let body = try await answer.body
            #expect(body == Self.large)
        }
    }

    // MARK: Starting and stopping

    @Test func `stopping ends replies that are held`() async throws {
        let gate = Gate()
        let server = try await SimulatorServer.start(interrupted(.stall(gate), at: .afterBytes(10)))
        async let answer = curl(server.baseURL + Self.results)
        await gate.reached()
        await server.stop()
        #expect(try await answer.exitStatus != 0)
        #expect(try await curl(server.baseURL + Self.path).exitStatus == 7)
    }

    @Test func `stopping ends connections that are idle`() async throws {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let server = try await SimulatorServer.start(scenario())
        let url = try #require(URL(string: server.baseURL + Self.path))
        // The session keeps its connection open for a next request.
        let (_, response) = try await session.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 401)
        await server.stop()
        await #expect(throws: URLError.self) { try await session.data(from: url) }
    }

    @Test func `stopping ends replies whose reader has stopped reading`() async throws {
        var scenario = try Scenario.generated(lines: 50_000, clock: .manual(ManualClock(at: noon)))
        scenario.faults = []
        let server = try await SimulatorServer.start(scenario)
        let download = try StalledDownload("\(server.baseURL)\(Self.path)/\(scenario.batches[0].id)/results")
        while server.service.requests.isEmpty { await Task.yield() }
        await server.stop()
        #expect(download.finish() != 0)
    }

    @Test func `a port that is taken is named`() async throws {
        try await withSimulator(scenario()) { server in
            let error = await #expect(throws: ScenarioError.self) {
                try await SimulatorServer.start(scenario(), port: server.port)
            }
            #expect(error == .cannotListen(port: server.port, reason: "another program listens there"))
        }
    }

    @Test(arguments: [-1, 65_536])
    func `a number that is no port is refused`(port: Int) async throws {
        await #expect(throws: ScenarioError.cannotListen(port: port, reason: "ports go from 0 to 65535")) {
            try await SimulatorServer.start(scenario(), port: port)
        }
    }

    @Test func `waiting ends when the server is stopped or the waiting task is cancelled`() async throws {
        let stopped = try await SimulatorServer.start(scenario())
        async let end: Void = stopped.wait()
        await stopped.stop()
        await end
        let server = try await SimulatorServer.start(scenario())
        let waiting = Task { await server.wait() }
        waiting.cancel()
        _ = await waiting.result
        let answer = try await curl(server.baseURL + Self.path)
        #expect(answer.exitStatus == 7)
    }

    @Test func `a server that is stopped while clients connect ends every connection`() async throws {
        for _ in 0..<20 {
            let server = try await SimulatorServer.start(scenario())
            let url = try #require(URL(string: server.baseURL + Self.path))
            let clients = (0..<20)
                .map { _ in
                    Task {
                        let session = URLSession(configuration: .ephemeral)
                        defer { session.invalidateAndCancel() }
                        // Whether a client is served or not depends on the moment; none may hang, and nothing may crash.
                        _ = try? await session.data(from: url)
                    }
                }
            await server.stop()
            for client in clients { await client.value }
        }
    }

    @Test func `a server is stopped when its user fails`() async throws {
        struct Failure: Error {}
        var url = ""
        await #expect(throws: Failure.self) {
            try await withSimulator(scenario()) { server in
                url = server.baseURL
                throw Failure()
            }
        }
        #expect(try await curl(url + Self.path).exitStatus == 7)
    }
}
