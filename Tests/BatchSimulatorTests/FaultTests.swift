import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

struct FaultTests {
    private let path = "/v1/messages/batches"

    private func service(_ effect: FaultEffect, on endpoint: Endpoint) throws -> SimulatedService {
        let batches = try (1...3).map { try endedBatch("b\($0)", day: $0) }
        return try BatchSimulatorTests.service(batches, faults: [Fault(effect, on: [endpoint])])
    }

    // MARK: Instead of the answer

    @Test(arguments: [
        (429, "rate_limit_error"), (500, "api_error"), (502, "api_error"), (504, "timeout_error"),
        (529, "overloaded_error"),
        (409, "conflict_error"), (403, "permission_error"), (402, "billing_error"), (408, "invalid_request_error"),
    ])
    func `a status alone brings its documented body`(status: Int, type: String) throws {
        let reply = try service(.answer(status: status, headers: [HeaderField("retry-after", "3")]), on: .list)
            .get(path)
        #expect(reply.status == status)
        #expect(try reply.errorType() == type)
        #expect(reply.headers.value(of: "retry-after") == "3")
        #expect(reply.headers.value(of: "content-type") == "application/json")
    }

    @Test func `a body can be anything`() throws {
        let effect = FaultEffect.answer(
            status: 502,
            headers: [HeaderField("content-type", "text/html")],
            body: "<html>"
        )
        let reply = try service(effect, on: .list).get(path)
        #expect(reply.text == "<html>")
        #expect(reply.headers.filter { $0.name == "content-type" }.map(\.value) == ["text/html"])
    }

    @Test func `limits and gateways answer as the real ones do`() throws {
        let limited = try service(.rateLimited(HeaderField("retry-after", "7")), on: .list).get(path)
        #expect(limited.status == 429)
        #expect(limited.headers.value(of: "retry-after") == "7")
        let capped = try service(.spendLimitReached, on: .list).get(path)
        #expect(capped.status == 429)
        #expect(capped.headers.value(of: "retry-after") == nil)
        #expect(try capped.errorType() == "rate_limit_error")
        #expect(capped.text.contains(#""error_code":"enforced_spend_limit_reached""#))
        let gateway = try service(.badGateway, on: .list).get(path)
        #expect(gateway.status == 502)
        #expect(gateway.text.hasPrefix("<html>"))
    }

    @Test func `a redirect leads where it is told`() throws {
        let reply = try service(.redirect(to: "{base_url}/elsewhere"), on: .results).get(path + "/b1/results")
        #expect(reply.status == 307)
        #expect(reply.headers.value(of: "location") == "http://127.0.0.1:9/elsewhere")
        #expect(reply.body.collected().isEmpty)
    }

    // MARK: State

    @Test func `results can be removed between listing and download`() throws {
        let service = try service(.change(.removeResults("b1")), on: .results)
        #expect(try service.get(path + "/b1").object()["archived_at"] is NSNull)
        #expect(service.get(path + "/b1/results").status == 404)
        let batch = try service.get(path + "/b1").object()
        #expect(batch["archived_at"] as? String == noon.wireText)
        #expect(batch["results_url"] is NSNull)
        #expect(batch["processing_status"] as? String == "ended")
    }

    @Test func `batches can appear and disappear during a walk`() throws {
        let batches = try (1...3).map { try endedBatch("b\($0)", day: $0) }
        let faults = [
            Fault(.change(.add(try endedBatch("new", day: 20))), on: [.list], .nth(2)),
            Fault(.change(.remove("b2")), on: [.list], .nth(3)),
        ]
        let service = try BatchSimulatorTests.service(batches, faults: faults)
        #expect(try service.ids("?limit=1") == ["b3"])
        #expect(try service.ids("?limit=1&after_id=b3") == ["b2"])
        #expect(service.get(path + "?after_id=b2").status == 404)
        #expect(try service.ids() == ["new", "b3", "b1"])
    }

    @Test func `a member of a batch can change for good`() throws {
        let service = try service(.change(.setMember("processing_status", of: "b1", to: "\"paused\"")), on: .list)
        #expect(service.get(path + "/b1/results").status == 200)
        _ = service.get(path)
        #expect(try service.get(path + "/b1").object()["processing_status"] as? String == "paused")
        #expect(service.get(path + "/b1/results").status == 404)
    }

    // MARK: In the answer

    @Test func `headers can be set and left out`() throws {
        let type = try service(.header("content-type", "text/html"), on: .results).get(path + "/b1/results")
        #expect(type.headers.value(of: "content-type") == "text/html")
        let none = try service(.header("request-id", nil), on: .results).get(path + "/b1/results")
        #expect(none.headers.value(of: "request-id") == nil)
    }

    @Test func `the clock of the server can be off`() throws {
        let reply = try service(.shiftDate(seconds: -86_400), on: .list).get(path)
        #expect(reply.headers.filter { $0.name == "date" }.map(\.value) == ["Sat, 21 Nov 2026 12:00:00 GMT"])
    }

    @Test func `a member of every batch object can be wrong`() throws {
        let counts = #"{"processing":0,"succeeded":9}"#
        let page = try service(.batchMember("request_counts", counts), on: .list).list()
        let data = try #require(page["data"] as? [[String: Any]])
        #expect(data.allSatisfy { ($0["request_counts"] as? [String: Int])?["succeeded"] == 9 })
        let missing = try service(.batchMember("created_at", nil), on: .retrieve).get(path + "/b1").object()
        #expect(missing["created_at"] == nil)
        #expect(missing["id"] as? String == "b1")
        let moved = try service(.batchMember("results_url", "\"{base_url}/x\""), on: .retrieve).get(path + "/b1")
            .object()
        #expect(moved["results_url"] as? String == "http://127.0.0.1:9/x")
    }

    @Test func `on pages a member can be wrong for one batch alone`() throws {
        let batches = try (1...3).map { try endedBatch("b\($0)", day: $0) }
        let fault = Fault(.batchMember("results_url", "null"), on: [.list, .retrieve], of: "b2")
        let service = try BatchSimulatorTests.service(batches, faults: [fault])
        let data = try #require(try service.list()["data"] as? [[String: Any]])
        #expect(data.map { $0["results_url"] is NSNull } == [false, true, false])
        #expect(try service.get(path + "/b1").object()["results_url"] is String)
        #expect(try service.get(path + "/b2").object()["results_url"] is NSNull)
    }

    @Test func `a fault of one batch spares the list`() throws {
        let fault = Fault(.answer(status: 500), on: [.list, .retrieve], of: "b1")
        let service = try BatchSimulatorTests.service([endedBatch("b1")], faults: [fault])
        #expect(service.get(path).status == 200)
        #expect(service.get(path + "/b1").status == 500)
    }

    @Test func `a page can lack a member or have it wrong`() throws {
        #expect(try service(.page(.member("has_more", nil)), on: .list).list()["has_more"] == nil)
        #expect(try service(.page(.member("data", "7")), on: .list).list()["data"] as? Int == 7)
        let noID = try service(.page(.member("last_id", "null")), on: .list).list("?limit=1")
        #expect(noID["last_id"] is NSNull)
    }

    @Test func `a cursor can stand still`() throws {
        let repeated = try service(.page(.repeatedCursor), on: .list).list("?limit=1&after_id=b3")
        #expect(repeated["last_id"] as? String == "b3")
        #expect(repeated["has_more"] as? Bool == true)
        let service = try service(.page(.ignoredCursor), on: .list)
        #expect(try service.ids("?limit=2&after_id=b2") == ["b3", "b2"])
        #expect(try service.list("?limit=2&after_id=b2")["has_more"] as? Bool == true)
    }

    @Test func `an empty page can promise more`() throws {
        let page = try service(.page(.emptyWithMore), on: .list).get(path)
        #expect(page.text == #"{"data":[],"has_more":true,"first_id":null,"last_id":null}"#)
    }

    @Test(arguments: [
        (ResultsFault.replaced(bytes("x")), "x"), (.appended(bytes("c\n")), "a\nb\nc\n"), (.dropLine(1), "b\n"),
        (.dropLine(2), "a\n"), (.dropLine(3), "a\nb\n"), (.repeatLine(1), "a\nb\na\n"),
        (.replaceLine(2, bytes("x")), "a\nx\n"),
        (.flip(byte: 0), "`\nb\n"), (.flip(byte: 99), "a\nb\n"), (.dropLine(0), "a\nb\n"),
    ])
    func `results can be other bytes`(fault: ResultsFault, expected: String) throws {
        let batch = try SimulatedBatch(document: document("b1"), results: bytes("a\nb\n"))
        let service = try BatchSimulatorTests.service(
            [batch],
            faults: [Fault(.results(fault), on: [.results], .nth(2))]
        )
        #expect(service.get(path + "/b1/results").text == "a\nb\n")
        #expect(service.get(path + "/b1/results").text == expected)
        #expect(service.get(path + "/b1/results").text == "a\nb\n")
    }

    @Test func `a last line without newline stays without`() throws {
        let batch = try SimulatedBatch(document: document("b1"), results: bytes("a\r\n\nb"))
        let service = try BatchSimulatorTests.service([batch], faults: [Fault(.results(.dropLine(1)), on: [.results])])
        #expect(service.get(path + "/b1/results").text == "\nb")
    }

    // MARK: On the way

    @Test func `delays add up and an interruption is carried along`() throws {
        let batches = [try endedBatch("b1")]
        let faults = [
            Fault(.delay(.seconds(1)), on: [.results]), Fault(.delay(.seconds(2)), on: [.results]),
            Fault(.interrupt(.reset, at: .afterBytes(7)), on: [.results]), Fault(.gzip, on: [.results]),
        ]
        let reply = try BatchSimulatorTests.service(batches, faults: faults).get(path + "/b1/results")
        let delivery = try #require(reply.changedSteps as? DisturbedReply).delivery
        #expect(delivery.delay == .seconds(3))
        #expect(delivery.interruption?.place == .afterBytes(7))
        #expect(reply.isGzipped)
        #expect(reply.headers.value(of: "content-encoding") == "gzip")
    }

    @Test func `the faults that applied are recorded`() throws {
        let faults = [Fault(.shiftDate(seconds: 1), on: [.list], .nth(2)), Fault(.answer(status: 500), on: [.list])]
        let service = try BatchSimulatorTests.service([], faults: faults)
        _ = service.get(path)
        _ = service.get(path)
        #expect(service.requests.map(\.faults) == [[1], [0, 1]])
        #expect(service.requests.map(\.status) == [500, 500])
    }
}
