import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

struct EndpointTests {
    private let path = "/v1/messages/batches"

    @Test(arguments: [
        ("GET", "/"), ("GET", "/v1/messages"), ("GET", "/v1/messages/batches/"), ("GET", "/v1/messages/batchesx"),
        ("GET", "/v1/messages/batches/b1/results/x"), ("POST", "/v1/messages/batches/b1/other"),
        ("GET", "/v1/messages/batches//results"), ("GET", "/v2/messages/batches"),
    ])
    func `unknown paths are not found`(method: String, target: String) throws {
        let reply = try service([endedBatch("b1")]).reply(to: SimulatedRequest(method, target, headers: goodHeaders))
        #expect(reply.status == 404)
        #expect(try reply.errorType() == "not_found_error")
    }

    @Test(arguments: [
        ("DELETE", "", "GET, POST"), ("PUT", "/b1", "DELETE, GET"), ("GET", "/b1/cancel", "POST"),
        ("POST", "/b1/results", "GET"),
    ])
    func `a method a path does not take is named`(method: String, suffix: String, allowed: String) throws {
        let request = SimulatedRequest(method, path + suffix, headers: goodHeaders)
        let reply = try service([endedBatch("b1")]).reply(to: request)
        #expect(reply.status == 405)
        #expect(reply.headers.value(of: "allow") == allowed)
    }

    @Test func `a path prefix stands in front of every endpoint`() throws {
        let service = try service([endedBatch("b1")]) { $0.pathPrefix = "/proxy/anthropic" }
        #expect(service.get("/proxy/anthropic/v1/messages/batches/b1").status == 200)
        #expect(service.get("/v1/messages/batches/b1").status == 404)
    }

    @Test(arguments: [
        ([HeaderField("x-api-key", "right")], 200), ([HeaderField("authorization", "Bearer right")], 200),
        ([HeaderField("x-api-key", "wrong")], 401), ([], 401),
    ])
    func `only the right key is let in where one is set`(headers: [HeaderField], status: Int) throws {
        let service = try service([endedBatch("b1")]) { $0.key = "right" }
        let reply = service.get(path, headers: headers + [HeaderField("anthropic-version", "2026-10-21")])
        #expect(reply.status == status)
        if status == 401 { #expect(try reply.errorType() == "authentication_error") }
        #expect((reply.headers.value(of: "anthropic-workspace-id") == nil) == (status == 401))
    }

    @Test func `every key is let in where none is set, but one must be there`() throws {
        let service = try service([])
        #expect(service.get(path).status == 200)
        #expect(service.get(path, headers: [HeaderField("anthropic-version", "2023-06-01")]).status == 401)
    }

    @Test func `the version header is required`() throws {
        let reply = try service([]).get(path, headers: [HeaderField("x-api-key", "k")])
        #expect(reply.status == 400)
        #expect(try reply.errorMessage() == "anthropic-version: header is required")
    }

    @Test func `a key is refused after its last request, and another key is not`() throws {
        let service = try service([]) { $0.requestsPerKey = 2 }
        let statuses = (1...4).map { _ in service.get(path).status }
        #expect(statuses == [200, 200, 401, 401])
        let other = [HeaderField("authorization", "Bearer another"), HeaderField("anthropic-version", "2023-06-01")]
        #expect(service.get(path, headers: other).status == 200)
    }

    @Test func `a required workspace must be named`() throws {
        let service = try service([]) {
            $0.workspaceID = "wrkspc_1"
            $0.requiresWorkspace = true
        }
        #expect(service.get(path).status == 400)
        let named = goodHeaders + [HeaderField("anthropic-workspace-id", "wrkspc_1")]
        #expect(service.get(path, headers: named).status == 200)
    }

    @Test func `another workspace is refused, its own is not`() throws {
        let service = try service([]) { $0.workspaceID = "wrkspc_1" }
        #expect(
            service.get(path, headers: goodHeaders + [HeaderField("anthropic-workspace-id", "wrkspc_1")]).status == 200
        )
        #expect(
            service.get(path, headers: goodHeaders + [HeaderField("anthropic-workspace-id", "wrkspc_2")]).status == 400
        )
    }

    @Test func `every reply says when it was made and which request it answers`() throws {
        let service = try service([endedBatch("b1")])
        let replies = [
            service.get(path), service.get(path + "/none"), service.get("/nowhere"), service.get(path, headers: []),
        ]
        let ids = replies.compactMap { $0.headers.value(of: "request-id") }
        #expect(Set(ids).count == replies.count)
        #expect(ids.allSatisfy { $0.hasPrefix("req_01") })
        #expect(replies.allSatisfy { $0.headers.value(of: "date") == "Sun, 22 Nov 2026 12:00:00 GMT" })
        for (reply, id) in zip(replies, ids).dropFirst() {
            #expect(try reply.object()["request_id"] as? String == id)
            #expect(try reply.object()["type"] as? String == "error")
        }
    }

    @Test func `results come with the headers of the API and with no length`() throws {
        let reply = try service([endedBatch("b1")]).get(path + "/b1/results")
        #expect(reply.headers.value(of: "content-type") == "application/x-jsonl")
        #expect(reply.headers.value(of: "content-disposition") == "attachment; filename*=utf-8''b1_results.jsonl")
        #expect(reply.headers.value(of: "vary") == "Accept-Encoding")
        #expect(reply.headers.value(of: "content-length") == nil)
        #expect(reply.headers.value(of: "etag") == nil)
        #expect(reply.headers.value(of: "accept-ranges") == nil)
        #expect(reply.body.collected() == twoLines)
    }

    @Test func `bodies are compressed only for clients that ask`() throws {
        let service = try service([endedBatch("b1")])
        let plain = service.get(path + "/b1/results")
        #expect(plain.headers.value(of: "content-encoding") == nil)
        let asked = service.get(path + "/b1/results", headers: goodHeaders + [HeaderField("accept-encoding", "gzip")])
        #expect(asked.headers.value(of: "content-encoding") == "gzip")
        let never = try BatchSimulatorTests.service([endedBatch("b1")]) { $0.compresses = false }
        let refused = never.get(path + "/b1/results", headers: goodHeaders + [HeaderField("accept-encoding", "gzip")])
        #expect(refused.headers.value(of: "content-encoding") == nil)
    }

    @Test func `results_url follows the address the service listens at`() throws {
        let service = try service([endedBatch("b1")])
        service.listen(at: "http://127.0.0.1:8080/p")
        let url = try service.get(path + "/b1").object()["results_url"] as? String
        #expect(url == "http://127.0.0.1:8080/p/v1/messages/batches/b1/results")
        let behindProxy = try BatchSimulatorTests.service([endedBatch("b1")]) { $0.publicBaseURL = "https://localhost" }
        behindProxy.listen(at: "http://127.0.0.1:8080")
        let other = try behindProxy.get(path + "/b1").object()["results_url"] as? String
        #expect(other == "https://localhost/v1/messages/batches/b1/results")
    }

    @Test func `requests are recorded without their key`() throws {
        let service = try service([endedBatch("b1")]) { $0.key = "sk-ant-test" }
        _ = service.get(path + "?limit=7")
        _ = service.get(path + "/b1/results")
        _ = service.get("/nowhere", headers: [HeaderField("x-api-key", "wrong")])
        let requests = service.requests
        #expect(requests.map(\.number) == [1, 2, 3])
        #expect(requests.map(\.endpoint) == [.list, .results, nil])
        #expect(requests.map(\.batchID) == [nil, "b1", nil])
        #expect(requests.map(\.status) == [200, 200, 401])
        #expect(requests.map(\.credential) == [.accepted, .accepted, .refused])
        #expect(requests[0].query.first?.value == "7")
        #expect(!requests.contains { "\($0)".contains("sk-ant-test") || "\($0)".contains("wrong") })
    }
}
