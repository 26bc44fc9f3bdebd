import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// A created batch, from the call that makes it to its deletion, on a clock that stands still.
struct LifecycleTests {
    private let clock = ManualClock(at: noon)
    private let path = "/v1/messages/batches"

    private func request(_ id: String, _ params: String) -> String {
        #"{"custom_id":"\#(id)","params":\#(params)}"#
    }

    private func good(_ id: String, _ text: String = "hello") -> String {
        let params = """
            {"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"first"},\
            {"role":"user","content":"\(text)"}]}
            """
        return request(id, params)
    }

    private func create(_ requests: [String], in service: SimulatedService) throws -> [String: Any] {
        let reply = service.post(path, #"{"requests":[\#(requests.joined(separator: ","))]}"#)
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.object()
    }

    private func counts(_ batch: [String: Any]) -> [String: Int] {
        batch["request_counts"] as? [String: Int] ?? [:]
    }

    @Test func `a created batch is the newest and in progress`() throws {
        let service = try service([endedBatch("old")], clock: clock)
        let batch = try create([good("a"), good("b")], in: service)
        #expect(batch["processing_status"] as? String == "in_progress")
        #expect(counts(batch) == ["processing": 2, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0])
        #expect(batch["created_at"] as? String == noon.wireText)
        #expect(batch["expires_at"] as? String == noon.adding(seconds: 86_400).wireText)
        #expect(batch["results_url"] is NSNull)
        let id = try #require(batch["id"] as? String)
        #expect(try service.ids() == [id, "old"])
        let retrieved = service.get("\(path)/\(id)")
        #expect(retrieved.headers.value(of: "retry-after") == "10")
        #expect(service.get("\(path)/old").headers.value(of: "retry-after") == nil)
    }

    @Test func `its results cannot be had before the end`() throws {
        let service = try service([], clock: clock)
        let id = try #require(try create([good("a")], in: service)["id"] as? String)
        let reply = service.get("\(path)/\(id)/results")
        #expect(reply.status == 404)
        #expect(try reply.errorType() == "not_found_error")
        #expect(reply.headers.value(of: "x-should-retry") == "false")
        #expect(service.delete("\(path)/\(id)").status == 400)
    }

    @Test func `it ends on time with results that echo its requests`() throws {
        let service = try service([], clock: clock) { $0.processingSeconds = 60 }
        let blocks =
            #"{"model":"claude-opus-5","max_tokens":1,"messages":[{"content":[{"type":"text","text":"in "},{"text":"blocks"}]}]}"#
        let id = try #require(
            try create([good("a", "Gr\u{fc}\u{df}e \\ud83d\\ude00"), request("b", blocks)], in: service)["id"]
                as? String
        )
        clock.advance(seconds: 59)
        #expect(try service.get("\(path)/\(id)").object()["processing_status"] as? String == "in_progress")
        clock.advance(seconds: 1)
        let batch = try service.get("\(path)/\(id)").object()
        #expect(batch["processing_status"] as? String == "ended")
        #expect(counts(batch) == ["processing": 0, "succeeded": 2, "errored": 0, "canceled": 0, "expired": 0])
        #expect(batch["ended_at"] as? String == noon.adding(seconds: 60).wireText)
        #expect(batch["results_url"] as? String == "http://127.0.0.1:9\(path)/\(id)/results")
        let lines = try resultLines(of: id, in: service)
        #expect(lines.keys.sorted() == ["a", "b"])
        #expect(answer(lines["a"]) == "You wrote: Grüße 😀")
        #expect(answer(lines["b"]) == "You wrote: in blocks")
    }

    @Test(arguments: [
        (#"{"model":"gpt-4","max_tokens":9,"messages":[]}"#, "model: gpt-4"),
        (#"{"max_tokens":9}"#, "model: Field required"),
        (#"{"model":"claude-opus-5"}"#, "max_tokens: Field required"),
        (#"{"model":"claude-opus-5","max_tokens":0}"#, "max_tokens: must be greater than or equal to 1"),
        (#"{"model":"claude-opus-5","max_tokens":9,"stream":true}"#, "stream: streaming is not supported in batches"),
        ("[]", "model: Field required"),
    ])
    func `bad params end as an errored line, not as an error of create`(params: String, message: String) throws {
        let service = try service([], clock: clock)
        let id = try #require(try create([request("a", params)], in: service)["id"] as? String)
        clock.advance(seconds: 10)
        #expect(counts(try service.get("\(path)/\(id)").object())["errored"] == 1)
        let result = try #require(try resultLines(of: id, in: service)["a"])
        #expect(result["type"] as? String == "errored")
        let outer = try #require(result["error"] as? [String: Any])
        let inner = try #require(outer["error"] as? [String: Any])
        #expect(outer["type"] as? String == "error")
        #expect(inner["type"] as? String == "invalid_request_error")
        #expect(inner["message"] as? String == message)
    }

    @Test(arguments: [
        ("", "not valid JSON"), ("[]", "not valid JSON"), ("{}", "at least one"), (#"{"requests":[]}"#, "at least one"),
        (#"{"requests":7}"#, "at least one"), (#"{"requests":[{}]}"#, "requests.0.custom_id: Field required"),
        (#"{"requests":[7]}"#, "requests.0.custom_id: Field required"),
        (#"{"requests":[{"custom_id":""}]}"#, "should match pattern"),
        (#"{"requests":[{"custom_id":"a b"}]}"#, "should match pattern"),
        (#"{"requests":[{"custom_id":"é"}]}"#, "should match pattern"),
        (#"{"requests":[{"custom_id":"a"},{"custom_id":"a"}]}"#, "'a' is not unique"),
        (#"{"requests":[{"custom_id":"a"}]} x"#, "not valid JSON"),
    ])
    func `a body that is no batch is refused`(body: String, message: String) throws {
        let reply = try service([], clock: clock).post(path, body)
        #expect(reply.status == 400)
        #expect(try reply.errorType() == "invalid_request_error")
        #expect(try reply.errorMessage()?.lowercased().contains(message.lowercased()) == true)
    }

    @Test func `custom_ids may have 64 characters and no more`() throws {
        let service = try service([], clock: clock)
        _ = try create([good(String(repeating: "x", count: 64))], in: service)
        #expect(service.post(path, #"{"requests":[\#(good(String(repeating: "x", count: 65)))]}"#).status == 400)
    }

    @Test func `a batch may have 100,000 requests and no more`() throws {
        let service = try service([], clock: clock)
        let requests = (0..<100_000).map { #"{"custom_id":"\#($0)"}"# }
        _ = try create(requests, in: service)
        let more = requests + [#"{"custom_id":"more"}"#]
        #expect(service.post(path, #"{"requests":[\#(more.joined(separator: ","))]}"#).status == 400)
    }

    @Test func `a body the edge would not read is too large`() throws {
        let request = SimulatedRequest("POST", path, headers: goodHeaders, isBodyTooLarge: true)
        let reply = try service([]).reply(to: request)
        #expect(reply.status == 413)
        #expect(try reply.errorType() == "request_too_large")
    }

    @Test func `cancel makes it canceling, then ended with canceled results`() throws {
        let service = try service([], clock: clock) { $0.cancelingSeconds = 5 }
        let id = try #require(try create([good("a"), good("b")], in: service)["id"] as? String)
        clock.advance(seconds: 1)
        let canceling = try service.post("\(path)/\(id)/cancel").object()
        #expect(canceling["processing_status"] as? String == "canceling")
        #expect(counts(canceling)["processing"] == 2)
        #expect(canceling["cancel_initiated_at"] as? String == noon.adding(seconds: 1).wireText)
        clock.advance(seconds: 2)
        let again = try service.post("\(path)/\(id)/cancel").object()
        #expect(again["cancel_initiated_at"] as? String == noon.adding(seconds: 1).wireText)
        clock.advance(seconds: 3)
        let ended = try service.get("\(path)/\(id)").object()
        #expect(ended["processing_status"] as? String == "ended")
        #expect(counts(ended) == ["processing": 0, "succeeded": 0, "errored": 0, "canceled": 2, "expired": 0])
        #expect(service.results(of: id) == twoLines)
        #expect(service.post("\(path)/\(id)/cancel").status == 400)
    }

    @Test func `a batch given in progress can be canceled`() throws {
        let given = document("b1", status: "in_progress", counts: #"{"processing":3,"succeeded":0}"#)
        let service = try service([SimulatedBatch(document: given)], clock: clock)
        #expect(try service.post("\(path)/b1/cancel").object()["processing_status"] as? String == "canceling")
        clock.advance(seconds: 10)
        #expect(counts(try service.get("\(path)/b1").object())["canceled"] == 3)
        #expect(service.results(of: "b1")?.filter { $0 == 0x0A }.count == 3)
    }

    @Test func `requests expire after 24 hours`() throws {
        let service = try service([], clock: clock) { $0.processingSeconds = 1_000_000 }
        let id = try #require(try create([good("a")], in: service)["id"] as? String)
        clock.advance(seconds: 86_399)
        #expect(try service.get("\(path)/\(id)").object()["processing_status"] as? String == "in_progress")
        clock.advance(seconds: 1)
        #expect(counts(try service.get("\(path)/\(id)").object())["expired"] == 1)
    }

    @Test func `results of a created batch can be removed`() throws {
        let service = try service([], clock: clock)
        let id = try #require(try create([good("a")], in: service)["id"] as? String)
        clock.advance(seconds: 10)
        #expect(service.get("\(path)/\(id)/results").status == 200)
        service.apply(.removeResults(id))
        #expect(service.get("\(path)/\(id)/results").status == 404)
        let batch = try service.get("\(path)/\(id)").object()
        #expect(batch["processing_status"] as? String == "ended")
        #expect(batch["results_url"] is NSNull)
        #expect(batch["archived_at"] as? String == noon.adding(seconds: 10).wireText)
    }

    @Test func `an ended batch can be deleted and is gone`() throws {
        let service = try service([endedBatch("b1"), endedBatch("b2", day: 1)])
        #expect(service.delete("\(path)/b1").text == #"{"id":"b1","type":"message_batch_deleted"}"#)
        #expect(service.get("\(path)/b1").status == 404)
        #expect(service.delete("\(path)/b1").status == 404)
        #expect(service.get("\(path)/b1/results").status == 404)
        #expect(try service.ids() == ["b2"])
    }

    // MARK: Reading results

    private func resultLines(of id: String, in service: SimulatedService) throws -> [String: [String: Any]] {
        let body = service.get("\(path)/\(id)/results").body.collected()
        #expect(body.last == 0x0A)
        var lines: [String: [String: Any]] = [:]
        for line in body.split(separator: 0x0A) {
            let object = try jsonObject(Array(line))
            lines[try #require(object["custom_id"] as? String)] = object["result"] as? [String: Any]
        }
        return lines
    }

    private func answer(_ result: [String: Any]?) -> String? {
        let message = result?["message"] as? [String: Any]
        return (message?["content"] as? [[String: Any]])?.first?["text"] as? String
    }
}
