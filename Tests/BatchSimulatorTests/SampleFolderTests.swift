import MessageBatches
import SimulatorTestSupport
import Testing

@testable import BatchSimulator

struct SampleFolderTests {
    private let sample = """
        {
          "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended",
          "created_at": "now-26h", "expires_at" : "now-2h", "note": "nowadays", "weight": 1.50,
          "results_url": "{base_url}/v1/messages/batches/msgbatch_1/results"
        }

        """

    @Test func `offsets are resolved and every other byte stays`() throws {
        let resolved = try SampleFolder.resolved(bytes(sample), against: noon)
        let expected = sample.replacing("now-26h", with: "2026-11-21T10:00:00.123456+00:00")
            .replacing("now-2h", with: "2026-11-22T10:00:00.123456+00:00").dropLast()
        #expect(String(decoding: resolved, as: UTF8.self) == expected)
    }

    @Test func `a folder gives its batches with the exact bytes of their results`() async throws {
        try await withTemporaryFolder { folder in
            let results = bytes("{\"custom_id\":\"a\"}\r\n\n\r\n{\"custom_id\":\"b\"}")
            try write(bytes(sample), to: folder + "/batches/b.json")
            try write(document("msgbatch_2"), to: folder + "/batches/a.json")
            try write(results, to: folder + "/results/msgbatch_1.jsonl")
            try write(bytes("no batch"), to: folder + "/batches/README.md")
            let scenario = try Scenario.samples(in: folder, clock: .manual(ManualClock(at: noon)))
            let service = try SimulatedService(scenario, baseURL: "http://127.0.0.1:9")
            #expect(try service.ids() == ["msgbatch_1", "msgbatch_2"])
            #expect(service.get("/v1/messages/batches/msgbatch_1/results").body.collected() == results)
            #expect(service.get("/v1/messages/batches/msgbatch_2/results").status == 404)
            let url = try service.get("/v1/messages/batches/msgbatch_1").object()["results_url"] as? String
            #expect(url == "http://127.0.0.1:9/v1/messages/batches/msgbatch_1/results")
        }
    }

    @Test func `a folder that is missing or empty is named`() async throws {
        try await withTemporaryFolder { folder in
            #expect(
                throws: ScenarioError.unreadable(path: folder + "/batches", reason: "not a folder, or not readable")
            ) {
                try Scenario.samples(in: folder)
            }
            try write([], to: folder + "/batches/README.md")
            #expect(throws: ScenarioError.noBatches(path: folder)) { try Scenario.samples(in: folder) }
        }
    }

    @Test(arguments: [
        (#"{"id":"x"}"#, "created_at"), (#"{"created_at":"now"}"#, "id"),
        (#"{"id":"x","created_at":"yesterday"}"#, "created_at"),
        (#"{"id":7,"created_at":"now"}"#, "id"),
    ])
    func `a batch without id or time is named with its file`(text: String, missing: String) async throws {
        try await withTemporaryFolder { folder in
            try write(bytes(text), to: folder + "/batches/bad.json")
            let expected = ScenarioError.badSample(path: folder + "/batches/bad.json", .missingMember(missing))
            #expect(throws: expected) { try Scenario.samples(in: folder) }
        }
    }

    @Test func `a file that is no JSON says where`() async throws {
        try await withTemporaryFolder { folder in
            try write(bytes("{\"id\": }"), to: folder + "/batches/bad.json")
            let error = #expect(throws: ScenarioError.self) { try Scenario.samples(in: folder) }
            #expect(error?.sentence.contains("bad.json': not a batch object: not a JSON object") == true)
        }
    }

    @Test func `two batches with one id are refused`() async throws {
        try await withTemporaryFolder { folder in
            try write(document("msgbatch_1"), to: folder + "/batches/a.json")
            try write(document("msgbatch_1"), to: folder + "/batches/b.json")
            let scenario = try Scenario.samples(in: folder)
            #expect(throws: ScenarioError.duplicateID("msgbatch_1")) { try SimulatedService(scenario) }
        }
    }
}
