import BatchPipeline
import MessageBatches
import Testing

/// Exports of listings with batch objects that cannot be read.
struct MalformedBatchTests {
    private let archive = InMemoryArchive()
    private let record = RunRecord()
    private let ledger = ScriptedLedger()

    /// A batch with one result, created this number of seconds after 1970; the number is in its ID.
    ///
    /// With `isMalformed`, its object has no counts.
    private func batch(
        _ second: Int,
        isMalformed: Bool = false,
        status: String = "ended",
        archived: String? = nil
    ) throws -> MessageBatch {
        var batch = try MessageBatch.sample(
            "b\(second)",
            status: status,
            created: Timestamp(seconds: Int64(second)).text,
            counts: ["succeeded": 1],
            archived: archived
        )
        guard isMalformed else { return batch }
        let text = String(decoding: batch.json, as: UTF8.self)
        batch.json = Array(text.replacing("\"request_counts\":", with: "\"other_counts\":").utf8)
        return batch
    }

    private func service(_ batches: [MessageBatch], date: Timestamp? = nil) -> ScriptedService {
        let head = ReplyHead(status: 200, requestID: "req_1", workspaceID: "wrkspc_1", date: date)
        let service = ScriptedService(batches, head: head)
        for batch in batches { service.script(batch.id, [.file([ResultLine.succeeded("of-\(batch.id)")])]) }
        return service
    }

    private func run(
        _ service: ScriptedService,
        since: Int64? = nil,
        until: Int64? = nil,
        filter: BatchFilter = BatchFilter()
    ) async -> ExportReport {
        let window = BatchWindow(
            since: since.map { Timestamp(seconds: $0) },
            until: until.map { Timestamp(seconds: $0) }
        )
        return await ExportRun(ports: record.ports(service, archive), settings: ExportSettings(), ledger: ledger)
            .run(ExportSelection(window: window, filter: filter))
    }

    @Test(arguments: [1, 9])
    func `a malformed batch outside of the window is listed and ignored`(second: Int) async throws {
        let service = service([try batch(second, isMalformed: true), try batch(3), try batch(4)])
        let report = await run(service, since: 3, until: 5)
        #expect(report.notRetrieved.isEmpty && report.removedUnreadable.isEmpty)
        #expect(report.listed == 3 && report.inWindow == 2 && report.archivedNow == 2)
        #expect(ledger.listings.first?.completed?.end == Timestamp(seconds: 4))
    }

    @Test func `a malformed batch in the window is in exactly one count, and the window is listed again`() async throws
    {
        let pending = try batch(4, status: "in_progress")
        let report = await run(service([try batch(1), try batch(2, isMalformed: true), try batch(3), pending]))
        #expect(report.listed == 4 && report.inWindow == 4)
        #expect(report.archivedNow == 2 && report.pending == 1 && report.unreadable == 1)
        let reason = "batch b2 has no request_counts of whole numbers"
        #expect(report.notRetrieved["b2"]?.code == .malformedBatch(reason))
        #expect(ledger.listings.count == 1 && ledger.listings.first?.completed == nil)
    }

    @Test func `a malformed batch whose results are removed is counted once and not listed again`() async throws {
        let removed = try batch(2, isMalformed: true, archived: "2024-09-18T00:00:00Z")
        let report = await run(service([try batch(1), removed]))
        #expect(report.notRetrieved.isEmpty && report.removed == 1 && report.archivedNow == 1)
        #expect(report.removedUnreadable == ["b2": "batch b2 has no request_counts of whole numbers"])
        #expect(report.listed == 2 && report.inWindow == 2)
        #expect(ledger.listings.first?.completed?.end == Timestamp(seconds: 2))
    }

    @Test(arguments: [29, 30])
    func `the server's clock decides whether the results of a malformed batch are removed`(days: Int64) async throws {
        let service = service([try batch(0, isMalformed: true)], date: Timestamp(seconds: days * 86_400))
        let report = await run(service)
        #expect(report.removed == (days == 30 ? 1 : 0) && report.unreadable == (days == 30 ? 0 : 1))
    }

    @Test func `a malformed batch that is already archived needs nothing`() async throws {
        #expect(await run(service([try batch(1), try batch(2)])).archivedNow == 2)
        let report = await run(service([try batch(1), try batch(2, isMalformed: true)]))
        #expect(report.alreadyArchived == 2 && report.inWindow == 2 && report.notRetrieved.isEmpty)
        #expect(ledger.listings.last?.completed?.end == Timestamp(seconds: 2))
    }

    @Test(arguments: 0..<3)
    func `a malformed batch concerns its own shard only`(index: Int) async throws {
        let shard = try #require(BatchShard(index, of: 3))
        let report = await run(service([try batch(2, isMalformed: true)]), filter: BatchFilter(shard: shard))
        #expect(report.unreadable == (shard.contains("b2") ? 1 : 0))
    }

    @Test func `a malformed batch that is named by its ID is in the counts as well`() async throws {
        let service = service([try batch(1), try batch(2, isMalformed: true)])
        let report = await run(service, filter: BatchFilter(ids: ["b1", "b2"]))
        #expect(report.archivedNow == 1 && report.unreadable == 1 && report.inWindow == 2)
        #expect(report.notRetrieved["b2"]?.operation == "GET /v1/messages/batches/b2")
    }
}
