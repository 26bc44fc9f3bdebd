import BatchArchive
import Foundation
import MessageBatches
import Testing

@testable import BatchJoin

/// The records of retries in an archive.
struct WrittenRequestsTests {
    private func batch(_ id: String, on day: String = "2024-08-20") throws -> MessageBatch {
        MessageBatch(
            id: id,
            status: .ended,
            counts: RequestCounts(),
            createdAt: try #require(Timestamp("\(day)T08:00:00Z")),
            endedAt: nil,
            json: []
        )
    }

    private func recorder(_ ground: JoinGround, _ output: String = "/out") throws -> RetryRecorder {
        try RetryRecorder(
            in: ground.folder,
            output: ArchiveFolder(output),
            now: try #require(Timestamp("2024-09-01T09:00:00Z"))
        )
    }

    private func origin(_ batch: MessageBatch, _ id: String) -> RetryOrigin {
        RetryOrigin(batchID: batch.id, id: Array("\"\(id)\"".utf8), reason: "expired")
    }

    @Test func `a request is found by its batch and its decoded id`() throws {
        let ground = try JoinGround()
        let (first, second) = (try batch("msgbatch_01"), try batch("msgbatch_02", on: "2024-08-21"))
        var recorder: RetryRecorder? = try recorder(ground)
        recorder?.append(origin(first, #"\u00e9"#), of: first, part: "retry-0001.json")
        recorder?.append(origin(first, "b"), of: first, part: "retry-0002.json")
        recorder?.append(origin(second, "c"), of: second, part: "retry-0001.json")
        // Nothing is visible before the request files are complete.
        #expect(try WrittenRequests(of: first, in: ground.folder).path(of: Array("b".utf8)) == nil)
        recorder?.finish()
        recorder = nil
        let written = try WrittenRequests(of: first, in: ground.folder)
        #expect(written.path(of: Array("é".utf8)) == "/out/retry-0001.json")
        #expect(written.path(of: Array("b".utf8)) == "/out/retry-0002.json")
        #expect(written.path(of: Array("c".utf8)) == nil)
        // An ID that begins like another one has its own records.
        #expect(try WrittenRequests(of: batch("msgbatch_0"), in: ground.folder).path(of: Array("b".utf8)) == nil)
        #expect(try WrittenRequests(of: second, in: ground.folder).path(of: Array("c".utf8)) != nil)
    }

    @Test func `the latest of many records is used`() throws {
        let ground = try JoinGround()
        let batch = try batch("msgbatch_01")
        for round in 1...11 {
            let recorder = try recorder(ground, "/out\(round)")
            recorder.append(origin(batch, "a"), of: batch, part: "retry-0001.json")
            recorder.finish()
            #expect(recorder.failure == nil)
        }
        let written = try WrittenRequests(of: batch, in: ground.folder)
        #expect(written.path(of: Array("a".utf8)) == "/out11/retry-0001.json")
    }

    @Test func `only one retry at a time writes, and a discarded one leaves nothing`() throws {
        let ground = try JoinGround()
        let batch = try batch("msgbatch_01")
        let held = try recorder(ground)
        held.append(origin(batch, "a"), of: batch, part: "retry-0001.json")
        #expect(throws: JoinFailure(.retryRunning, path: ground.folder.root)) { try recorder(ground) }
        held.discard()
        held.finish()
        #expect(try ground.folder.names(in: "_retries/date=2024-08-20").isEmpty)
    }
}
