import BatchPipeline
import Testing

@testable import BatchService

/// Watchdogs are told with the right URL, without the key, and their failures are facts.
struct PingClientTests {
    private func client(_ url: String) throws -> PingClient {
        try #require(PingClient(url, userAgent: "batchkeep/test"))
    }

    @Test func `start, success and failure go to three paths, with the body as text`() async throws {
        try await ScriptedServer.run([.answer(), .answer(), .answer()]) { server in
            let client = try client(server.origin + "/uuid")
            for event in [PingClient.RunEvent.start, .success, .failure] {
                try await client.send(event, body: "exit status 0\n")
            }
            let lines = server.requests.map { $0.split(separator: "\r\n").first.map(String.init) ?? "" }
            #expect(lines == ["POST /uuid/start HTTP/1.1", "POST /uuid HTTP/1.1", "POST /uuid/fail HTTP/1.1"])
            for request in server.requests.map({ $0.lowercased() }) {
                #expect(request.contains("content-type: text/plain"))
                #expect(request.contains("content-length: 14"))
                #expect(!request.contains("x-api-key") && !request.contains("authorization"))
            }
        }
    }

    @Test func `a query stays behind the path`() async throws {
        try await ScriptedServer.run([.answer()]) { server in
            try await client(server.origin + "/ping/name/?create=1").send(.failure, body: "")
            #expect(server.requests.first?.hasPrefix("POST /ping/name/fail?create=1 HTTP/1.1") == true)
        }
    }

    @Test(arguments: [301, 404, 500])
    func `a status that is no success is a failure without the path`(status: Int) async throws {
        try await ScriptedServer.run([.answer(status, headers: ["location: /elsewhere"])]) { server in
            let client = try client(server.origin + "/secret-uuid")
            let failure = await #expect(throws: ServiceError.self) { try await client.send(.success, body: "") }
            #expect(failure?.code == .status(status))
            #expect(failure?.operation == "ping of \(server.origin)")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `nobody there is a failure of the transport`() async throws {
        let port = try await ScriptedServer.run([]) { $0.port }
        let client = try client("http://127.0.0.1:\(port)/uuid")
        let failure = await #expect(throws: ServiceError.self) { try await client.send(.start, body: "") }
        guard case .transport(.connectionRefused, _) = failure?.code else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: ["", "hc-ping.com/uuid", "ftp://hc-ping.com/uuid", "http://a b/", "http://me:pw@host/uuid"])
    func `what is no URL is refused before a run`(text: String) {
        #expect(!PingClient.isValidURL(text))
        #expect(PingClient(text, userAgent: "batchkeep/test") == nil)
    }

    @Test func `the URL never prints`() throws {
        let client = try client("https://hc-ping.com/secret-uuid")
        var dumped = ""
        dump(client, to: &dumped)
        #expect(!"\(client) \(String(reflecting: client)) \(dumped)".contains("secret-uuid"))
    }
}
