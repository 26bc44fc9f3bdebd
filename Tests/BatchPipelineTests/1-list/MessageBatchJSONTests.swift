import MessageBatches
import Testing

@testable import BatchPipeline

struct MessageBatchJSONTests {
    private func batch(_ text: String) throws -> MessageBatch {
        try MessageBatch(json: Array(text.utf8))
    }

    /// A batch object with the given members after the required ones.
    private func batch(extra: String) throws -> MessageBatch {
        try batch(
            """
            {"id":"msgbatch_1","processing_status":"ended","request_counts":{"succeeded":1},\
            "created_at":"2024-08-20T18:37:24Z"\(extra.isEmpty ? "" : ",")\(extra)}
            """
        )
    }

    /// The documented sample of the list endpoint.
    private let documented = """
        {
          "id": "msgbatch_013Zva2CMHLNnXjNJJKqJ2EF",
          "archived_at": "2024-08-20T18:37:24.100435Z",
          "cancel_initiated_at": "2024-08-20T18:37:25.100435Z",
          "created_at": "2024-08-20T18:37:26.100435Z",
          "ended_at": "2024-08-20T18:37:27.100435Z",
          "expires_at": "2024-08-20T18:37:28.100435Z",
          "processing_status": "in_progress",
          "request_counts": {"canceled": 10, "errored": 30, "expired": 11, "processing": 100, "succeeded": 50},
          "results_url": "https://api.anthropic.com/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results",
          "type": "message_batch"
        }
        """

    @Test func `the documented sample is decoded completely`() throws {
        let batch = try batch(documented)
        #expect(batch.id == "msgbatch_013Zva2CMHLNnXjNJJKqJ2EF")
        #expect(batch.status == .inProgress)
        #expect(batch.counts.processing == 100)
        #expect(batch.counts.byType == ["succeeded": 50, "errored": 30, "canceled": 10, "expired": 11])
        #expect(batch.archivedAt == Timestamp("2024-08-20T18:37:24.100435Z"))
        #expect(batch.cancelInitiatedAt == Timestamp("2024-08-20T18:37:25.100435Z"))
        #expect(batch.createdAt == Timestamp("2024-08-20T18:37:26.100435Z"))
        #expect(batch.endedAt == Timestamp("2024-08-20T18:37:27.100435Z"))
        #expect(batch.expiresAt == Timestamp("2024-08-20T18:37:28.100435Z"))
        #expect(batch.resultsURL?.hasSuffix("/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results") == true)
    }

    @Test func `times beyond 64 bits of nanoseconds are read, and archived_at in the year 1 is not a removal`() throws {
        let ended = try batch(extra: #""ended_at":"1700-01-01T00:00:00Z","expires_at":"9999-12-31T23:59:59Z""#)
        #expect(ended.endedAt.map { $0.seconds(since: ended.createdAt) < -1e10 } == true)
        #expect(ended.expiresAt?.adding(seconds: .max).text == "9999-12-31T23:59:59.999999Z")
        #expect(try batch(extra: #""archived_at":"0001-01-01T00:00:00Z""#).archivedAt == nil)
        #expect(try batch(extra: #""archived_at":"1970-01-01T00:00:00Z""#).archivedAt == nil)
        #expect(try batch(extra: #""archived_at":"2024-09-18T00:00:00Z""#).archivedAt != nil)
    }

    @Test func `the object is kept as received, without white space between its tokens`() throws {
        let text =
            #"{ "id" : "a b" , "n" : 1.50e+2 , "created_at":"2024-08-20T18:37:24.1+00:00", "x":[ 1 , {} ],"#
            + #""request_counts":{ }, "e":"\u00e9\/ \" ", "processing_status":"ended" }"#
        let kept =
            #"{"id":"a b","n":1.50e+2,"created_at":"2024-08-20T18:37:24.1+00:00","x":[1,{}],"#
            + #""request_counts":{},"e":"\u00e9\/ \" ","processing_status":"ended"}"#
        #expect(String(decoding: try batch(text).json, as: UTF8.self) == kept)
    }

    @Test func `a missing key is null, as archived_at was in 2024`() throws {
        let batch = try batch(extra: "")
        #expect(batch.archivedAt == nil)
        #expect(batch.endedAt == nil)
        #expect(batch.expiresAt == nil)
        #expect(batch.cancelInitiatedAt == nil)
        #expect(batch.resultsURL == nil)
        #expect(batch.counts == RequestCounts(byType: ["succeeded": 1]))
    }

    @Test(arguments: ["null", "1724179044", "[]", "{}", "true", "\"soon\""])
    func `an optional time that is invalid counts as missing`(value: String) throws {
        #expect(try batch(extra: "\"archived_at\":\(value)").archivedAt == nil)
    }

    @Test func `the last of equal keys counts`() throws {
        let batch = try batch(
            extra:
                #""id":"first","id":"msgbatch_2","processing_status":"canceling","request_counts":{"errored":2,"errored":3}"#
        )
        #expect(batch.id == "msgbatch_2")
        #expect(batch.status == .canceling)
        #expect(batch.counts == RequestCounts(byType: ["errored": 3]))
    }

    @Test func `keys may have escapes`() throws {
        #expect(try batch(extra: #""archived\u005fat":"2024-09-20T00:00:00Z""#).archivedAt?.day.text == "2024-09-20")
    }

    @Test func `undocumented statuses and count types are kept`() throws {
        let batch = try batch(extra: #""processing_status":"paused","request_counts":{"succeeded":1,"deferred":4}"#)
        #expect(batch.status == .other("paused"))
        #expect(batch.counts.byType == ["succeeded": 1, "deferred": 4])
        #expect(batch.counts.total == 1)
    }

    @Test func `a count that is null is zero`() throws {
        let batch = try batch(extra: #""request_counts":{"processing":null,"succeeded":null,"errored":2}"#)
        #expect(batch.counts == RequestCounts(byType: ["errored": 2]))
    }

    private static let invalidCounts = MalformedBatch(
        reason: "batch msgbatch_1 has no request_counts of whole numbers",
        id: "msgbatch_1",
        createdAt: Timestamp("2024-08-20T18:37:24Z")
    )

    @Test(arguments: [
        "-1", "1.0", "1e2", "\"3\"", "true", "[]", "{}", "9999999999999", "123456789012345678901234567890",
    ])
    func `a count that is not a whole number is rejected`(count: String) {
        #expect(throws: Self.invalidCounts) {
            try batch(extra: "\"request_counts\":{\"succeeded\":\(count)}")
        }
    }

    @Test(arguments: ["null", "[]", "7", "\"x\""])
    func `counts that are not an object are rejected`(counts: String) {
        #expect(throws: Self.invalidCounts) {
            try batch(extra: "\"request_counts\":\(counts)")
        }
    }

    @Test(arguments: [
        (#""id":7"#, "a batch without an ID"), (#""id":null"#, "a batch without an ID"),
        (#""processing_status":null"#, "batch msgbatch_1 has no processing_status"),
        (#""created_at":"yesterday""#, "batch msgbatch_1 has no created_at that is an RFC 3339 date-time"),
        (#""created_at":null"#, "batch msgbatch_1 has no created_at that is an RFC 3339 date-time"),
        (#""created_at":1724179044"#, "batch msgbatch_1 has no created_at that is an RFC 3339 date-time"),
    ])
    func `a missing required member is named`(member: String, reason: String) {
        let id = reason.contains("msgbatch_1") ? "msgbatch_1" : nil
        let createdAt = id == nil || member.contains("created_at") ? nil : Timestamp("2024-08-20T18:37:24Z")
        #expect(throws: MalformedBatch(reason: reason, id: id, createdAt: createdAt)) { try batch(extra: member) }
    }

    @Test(arguments: [
        (#""2024-08-20T18:37:24Z""#, #""2024-09-18T00:00:00Z""#, true), (#""2024-08-20T18:37:24Z""#, "null", false),
        (#""2024-08-20T18:37:24Z""#, #""0001-01-01T00:00:00Z""#, false),
        ("null", #""2024-09-18T00:00:00Z""#, true), ("7", #""1970-01-01T00:00:00Z""#, false),
    ])
    func `a malformed object keeps its creation time and whether its results are removed`(
        created: String,
        archived: String,
        isRemoved: Bool
    ) {
        let extra = "\"request_counts\":null,\"created_at\":\(created),\"archived_at\":\(archived)"
        let createdAt = Timestamp(created.replacing("\"", with: ""))
        let malformed = MalformedBatch(
            reason: "batch msgbatch_1 has no request_counts of whole numbers",
            id: "msgbatch_1",
            createdAt: createdAt,
            isRemoved: isRemoved
        )
        #expect(throws: malformed) { try batch(extra: extra) }
        let end = Timestamp("2024-09-18T18:37:24Z")
        #expect(malformed.isRemoved(asOf: end) == isRemoved && malformed.isRemoved(asOf: nil) == isRemoved)
        #expect(malformed.isRemoved(asOf: end?.adding(seconds: 1)) == (isRemoved || createdAt != nil))
    }

    @Test(arguments: [
        ("", "a batch object cannot be read: the text ends in the middle of a value at byte 0"),
        ("[]", "a batch object cannot be read: expected an object at byte 0"),
        ("<html>", "a batch object cannot be read: expected an object at byte 0"),
        ("{\"id\":\"a\"", "a batch object cannot be read: the text ends in the middle of a value at byte 9"),
        ("{\"id\":\"a\"} {", "a batch object cannot be read: text after the end of the value at byte 11"),
        ("{\"id\":\"a\u{1}\"}", "a batch object cannot be read: a control character inside a string at byte 8"),
    ])
    func `text that is not an object is rejected with its position`(text: String, reason: String) {
        #expect(throws: MalformedBatch(reason: reason)) { try batch(text) }
    }
}
