import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// Noon of a day in the time of the samples.
let noon = Timestamp("2026-11-22T12:00:00.123456Z")!

/// The headers every good request has.
let goodHeaders = [HeaderField("x-api-key", "sk-ant-test"), HeaderField("anthropic-version", "2023-06-01")]

/// A batch object as the API sends it.
func document(
    _ id: String,
    created: String = "2026-11-20T08:00:00.000001+00:00",
    status: String = "ended",
    counts: String = #"{"processing":0,"succeeded":2,"errored":0,"canceled":0,"expired":0}"#
) -> [UInt8] {
    let url = status == "ended" ? "\"{base_url}/v1/messages/batches/\(id)/results\"" : "null"
    return Array(
        """
        {"id":"\(id)","type":"message_batch","processing_status":"\(status)","request_counts":\(counts),\
        "ended_at":null,"created_at":"\(created)","expires_at":"2026-11-21T08:00:00.000001+00:00",\
        "archived_at":null,"cancel_initiated_at":null,"results_url":\(url)}
        """
        .utf8
    )
}

/// An ended batch created on the given day of November 2026, with two results.
func endedBatch(_ id: String, day: Int = 20) throws -> SimulatedBatch {
    let created = "2026-11-\(day < 10 ? "0" : "")\(day)T08:00:00.000001+00:00"
    return try SimulatedBatch(document: document(id, created: created), results: twoLines)
}

let twoLines = Array(
    """
    {"custom_id":"a","result":{"type":"canceled"}}
    {"custom_id":"b","result":{"type":"canceled"}}

    """
    .utf8
)

/// A service with a standing clock.
func service(
    _ batches: [SimulatedBatch],
    faults: [Fault] = [],
    clock: ManualClock = ManualClock(at: noon),
    _ adjust: (inout Scenario) -> Void = { _ in }
) throws -> SimulatedService {
    var scenario = Scenario(batches: batches, faults: faults, clock: .manual(clock))
    adjust(&scenario)
    return try SimulatedService(scenario, baseURL: "http://127.0.0.1:9")
}

extension SimulatedService {
    func get(_ target: String, headers: [HeaderField] = goodHeaders) -> SimulatedReply {
        reply(to: SimulatedRequest("GET", target, headers: headers))
    }

    func post(_ target: String, _ body: String = "") -> SimulatedReply {
        reply(to: SimulatedRequest("POST", target, headers: goodHeaders, body: Array(body.utf8)))
    }

    func delete(_ target: String) -> SimulatedReply {
        reply(to: SimulatedRequest("DELETE", target, headers: goodHeaders))
    }

    /// The object answered to a list request.
    func list(_ query: String = "") throws -> [String: Any] {
        try get("/v1/messages/batches" + query).object()
    }

    /// The ids on a page, in order.
    func ids(_ query: String = "") throws -> [String] {
        let data = try #require(try list(query)["data"] as? [[String: Any]])
        return data.compactMap { $0["id"] as? String }
    }
}

extension SimulatedReply {
    var text: String {
        String(decoding: body.collected(), as: UTF8.self)
    }

    /// The body as a JSON object.
    func object() throws -> [String: Any] {
        try jsonObject(body.collected())
    }

    /// The type of the error in the body.
    func errorType() throws -> String? {
        (try object()["error"] as? [String: Any])?["type"] as? String
    }

    func errorMessage() throws -> String? {
        (try object()["error"] as? [String: Any])?["message"] as? String
    }
}

func jsonObject(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
}

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}
