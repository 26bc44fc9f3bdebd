import BatchPipeline
import MessageBatches
import Testing

/// Runs on batches that were listed elsewhere, in an archive that other processes write to.
struct RequestedBatchesTests {
    private let record = RunRecord()

    private func service(_ batches: [MessageBatch]) -> ScriptedService {
        let service = ScriptedService(batches)
        for batch in batches { service.script(batch.id, [.file([ResultLine.succeeded("of-\(batch.id)")])]) }
        return service
    }

    private func run(
        _ service: ScriptedService,
        _ asked: RequestedBatches,
        in archive: InMemoryArchive = InMemoryArchive()
    ) async -> ExportReport {
        await ExportRun(ports: record.ports(service, archive), settings: ExportSettings()).run(asked)
    }

    private func outcomes() -> [String: String] {
        var reported: [String: String] = [:]
        for event in record.events {
            switch event {
            case .finished(let batch, .archived): reported[batch.id] = "archived"
            case .finished(let batch, .alreadyArchived): reported[batch.id] = "already archived"
            case .finished(let batch, .busy): reported[batch.id] = "busy"
            case .finished(let batch, _): reported[batch.id] = "other"
            case .skipped(let batch, let reason): reported[batch.id] = "\(reason)"
            case .notRetrieved(let id, _): reported[id] = "not retrieved"
            default: break
            }
        }
        return reported
    }

    @Test func `batch objects are used as they are, IDs are retrieved, and nothing is listed`() async throws {
        let batches = try ["a", "b"].map { try MessageBatch.sample($0, counts: ["succeeded": 1]) }
        let service = service(batches)
        let report = await run(service, RequestedBatches(batches: [batches[0]], ids: ["b"]))
        #expect(report.archivedNow == 2 && report.stop == nil)
        #expect(service.retrieved == ["b"] && service.pages.isEmpty)
    }

    @Test func `every batch is reported, whatever its outcome`() async throws {
        let names = ["fine", "busy", "meanwhile", "kept"]
        let batches = try names.map { try MessageBatch.sample($0, counts: ["succeeded": 1]) }
        let service = service(batches)
        let archive = InMemoryArchive(heldElsewhere: ["busy"], archivedElsewhere: ["meanwhile"])
        _ = await run(service, RequestedBatches(ids: ["kept"]), in: archive)
        let running = try MessageBatch.sample("running", status: "in_progress")
        let report = await run(service, RequestedBatches(batches: batches + [running], ids: ["nowhere"]), in: archive)
        #expect(
            outcomes() == [
                "fine": "archived", "busy": "busy", "meanwhile": "already archived", "kept": "archived",
                "running": "pending", "nowhere": "not retrieved",
            ]
        )
        #expect(report.archivedNow == 1 && report.alreadyArchived == 2 && report.busy == 1 && report.pending == 1)
        // The two batches of other processes were not requested.
        #expect(Set(service.asked) == ["fine", "kept"])
        #expect(archive.claimed.isEmpty)
    }

    @Test func `the object of another batch is not used for the requested one`() async throws {
        let service = service(try ["a", "b"].map { try MessageBatch.sample($0, counts: ["succeeded": 1]) })
        service.scriptRetrieval("b", .success(try MessageBatch.sample("a", counts: ["succeeded": 1])))
        let report = await run(service, RequestedBatches(ids: ["a", "b"]))
        #expect(report.archivedNow == 1)
        #expect(report.notRetrieved["b"]?.code == .malformedReply("the reply is about another batch"))
    }

    @Test func `an ID that the API does not know does not prevent other downloads`() async throws {
        let service = service([try MessageBatch.sample("fine", counts: ["succeeded": 1])])
        service.scriptRetrieval("broken", .failure(ServiceError.status(500)))
        let report = await run(service, RequestedBatches(ids: ["broken", "fine", "nowhere"]))
        #expect(report.archivedNow == 1 && report.stop == nil)
        #expect(report.notRetrieved == ["broken": .status(500), "nowhere": .status(404)])
    }

    @Test func `a batch whose object is refused does not prevent other downloads`() async throws {
        let service = service([try MessageBatch.sample("fine", counts: ["succeeded": 1])])
        service.scriptRetrieval("refused", .failure(ServiceError.status(403)))
        let report = await run(service, RequestedBatches(ids: ["fine", "refused"]))
        #expect(report.archivedNow == 1 && report.stop == nil)
        #expect(report.notRetrieved == ["refused": .status(403)])
    }

    @Test func `a key that is refused for every object ends the run`() async throws {
        let service = service([])
        for id in ["a", "b"] { service.scriptRetrieval(id, .failure(ServiceError.status(401))) }
        let report = await run(service, RequestedBatches(ids: ["a", "b"]))
        #expect(report.stop as? ServiceError == .status(401))
        #expect(report.notRetrieved.count == 2)
    }

    @Test func `a key that no request accepted is refused by the results of one batch`() async throws {
        let batch = try MessageBatch.sample("refused", counts: ["succeeded": 1])
        let service = service([batch])
        service.script("refused", [.failure(.status(401))])
        let report = await run(service, RequestedBatches(batches: [batch]))
        #expect(report.stop as? ServiceError == .status(401))
        #expect(report.failed == 1)
    }

    @Test func `a batch is released after an error too`() async throws {
        let batch = try MessageBatch.sample("fine", counts: ["succeeded": 1])
        let archive = InMemoryArchive()
        archive.fail("openDraft")
        let report = await run(service([batch]), RequestedBatches(batches: [batch]), in: archive)
        #expect(report.stop as? InMemoryArchive.Failure == InMemoryArchive.Failure(call: "openDraft"))
        #expect(archive.claimed.isEmpty)
    }

    @Test func `the batches of other shards are not in the report`() async throws {
        let batches = try (0..<20).map { try MessageBatch.sample("b\($0)", counts: ["succeeded": 1]) }
        var archived: [String] = []
        for index in 0..<3 {
            let archive = InMemoryArchive()
            let filter = BatchFilter(shard: BatchShard(index, of: 3))
            let ledger = ScriptedLedger()
            let ports = record.ports(service(batches), archive)
            let report = await ExportRun(ports: ports, settings: ExportSettings(), ledger: ledger)
                .run(ExportSelection(window: BatchWindow(), filter: filter))
            #expect(report.listed == 20 && report.inWindow == report.archivedNow && report.skipped == 0)
            // The run must not conclude that the other batches were seen too.
            #expect(ledger.listings.count == 1 && ledger.listings[0].completed == nil)
            archived += archive.archived.keys
        }
        #expect(archived.sorted() == batches.map(\.id).sorted())
    }
}
