import BatchPipeline
import MessageBatches
import Testing

/// A whole export with an in-memory service and archive.
struct ExportRunTests {
    private let archive = InMemoryArchive()
    private let record = RunRecord()

    private func run(
        _ service: ScriptedService,
        since: Int64? = nil,
        until: Int64? = nil,
        filter: BatchFilter = BatchFilter(),
        pageSize: Int = 1_000,
        settings: ExportSettings = ExportSettings(),
        isDryRun: Bool = false,
        archive: InMemoryArchive? = nil
    ) async -> ExportReport {
        let window = BatchWindow(
            since: since.map { Timestamp(seconds: $0) },
            until: until.map { Timestamp(seconds: $0) }
        )
        return await ExportRun(ports: record.ports(service, archive ?? self.archive), settings: settings)
            .run(ExportSelection(window: window, filter: filter, pageSize: pageSize), isDryRun: isDryRun)
    }

    /// A batch created the given number of seconds after the epoch, named after it, with one succeeded result.
    private func batch(_ second: Int, status: String = "ended", archived: String? = nil) throws -> MessageBatch {
        try .sample(
            "b\(second)",
            status: status,
            created: Timestamp(seconds: Int64(second)).text,
            counts: ["succeeded": 1],
            archived: archived
        )
    }

    /// A service with these batches and complete results for each.
    private func service(_ batches: [MessageBatch]) -> ScriptedService {
        let service = ScriptedService(batches)
        for batch in batches { service.script(batch.id, [.file([ResultLine.succeeded("of-\(batch.id)")])]) }
        return service
    }

    private func started() -> [String] {
        record.events.compactMap { event in
            if case .started(let batch) = event { batch.id } else { nil }
        }
    }

    // MARK: Selection

    @Test func `batches of the window are archived, others are only listed`() async throws {
        let service = service(try [1, 2, 3, 4, 5].map { try batch($0) })
        let report = await run(service, since: 2, until: 4)
        #expect(report.stop == nil)
        #expect(Set(archive.archived.keys) == ["b2", "b3"])
        #expect(report.listed == 5)
        #expect(report.inWindow == 2)
        #expect(report.archivedNow == 2)
        #expect(archive.finishedRuns == 1)
    }

    @Test func `every batch of the window is in exactly one of the counts`() async throws {
        let batches = [
            try batch(1), try batch(2, status: "in_progress"), try batch(3, status: "canceling"),
            try batch(4, status: "paused"),
            try batch(5, archived: "2024-09-18T00:00:00Z"), try batch(6), try batch(7), try batch(8), try batch(9),
        ]
        let service = service(batches)
        service.script("b6", [.failure(.status(404))])
        service.script("b7", [.file([])])
        service.script("b8", [.failure(.status(500))])
        archive.publish(.init(raw: [], flatRows: [], proof: try proof(of: batch(9))))
        let report = await run(service)
        #expect(report.inWindow == 9)
        #expect(report.archivedNow == 1)
        #expect(report.pending == 3)
        #expect(report.removed == 1)
        #expect(report.unavailable == 1)
        #expect(report.quarantined == 1)
        #expect(report.failed == 1)
        #expect(report.alreadyArchived == 1)
        #expect(report.skipped == 0)
        #expect(report.problems.map(\.batch.id).sorted() == ["b6", "b7", "b8"])
        #expect(!service.asked.contains { ["b2", "b3", "b4", "b5", "b9"].contains($0) })
        #expect(report.stop == nil)
    }

    private func proof(of batch: MessageBatch) -> BatchProof {
        BatchProof(
            batch: batch,
            found: [:],
            emptyLines: 0,
            rejected: [],
            duplicateLines: 0,
            summaries: SummarySet([LineCount.self]),
            startedAt: Timestamp(seconds: 0),
            finishedAt: Timestamp(seconds: 0)
        )
    }

    @Test func `ended batches that the filter excludes are counted separately`() async throws {
        let service = service(try [1, 2].map { try batch($0) } + [try batch(3, status: "canceling")])
        let report = await run(service, filter: BatchFilter(statuses: [.canceling]))
        #expect(report.skipped == 2)
        #expect(report.pending == 1)
        #expect(report.archivedNow == 0)
    }

    @Test func `batches requested by ID are fetched whatever the window`() async throws {
        let service = service(try [1, 2, 3].map { try batch($0) })
        let report = await run(service, since: 3, filter: BatchFilter(ids: ["b2", "b1"]))
        #expect(Set(archive.archived.keys) == ["b1", "b2"])
        #expect(service.pages.isEmpty)
        #expect(service.retrieved.sorted() == ["b1", "b2"])
        #expect(report.listed == 2)
        #expect(report.inWindow == 2)
    }

    @Test func `an unknown ID is reported and does not prevent the others from being archived`() async throws {
        let service = service([try batch(1)])
        let report = await run(service, filter: BatchFilter(ids: ["b1", "b9"]))
        #expect(report.stop == nil)
        #expect(report.notRetrieved == ["b9": .status(404)])
        #expect(report.listed == 1)
        #expect(Set(archive.archived.keys) == ["b1"])
    }

    @Test func `a run ends with an error if none of its IDs exists`() async throws {
        let report = await run(service([try batch(1)]), filter: BatchFilter(ids: ["b8", "b9"]))
        #expect(report.stop as? ServiceError == .status(404))
        #expect(archive.archived.isEmpty)
    }

    @Test func `a second run finds everything archived and fetches nothing`() async throws {
        let service = service(try [1, 2].map { try batch($0) })
        _ = await run(service)
        let asked = service.asked.count
        let report = await run(service)
        #expect(report.alreadyArchived == 2)
        #expect(report.archivedNow == 0)
        #expect(service.asked.count == asked)
    }

    // MARK: Order and limits

    @Test func `the oldest batch is fetched first because its results are removed first`() async throws {
        let service = service(try [30, 10, 20].map { try batch($0) })
        _ = await run(service, pageSize: 2, settings: ExportSettings(concurrency: .fixed(1)))
        #expect(service.asked == ["b10", "b20", "b30"])
    }

    @Test func `batches created at the same time are fetched in the order of their IDs`() async throws {
        let created = Timestamp(seconds: 5).text
        let batches = try ["c", "a", "b"]
            .map { try MessageBatch.sample($0, created: created, counts: ["succeeded": 1]) }
        let service = service(batches)
        _ = await run(service, settings: ExportSettings(concurrency: .fixed(1)))
        #expect(service.asked == ["a", "b", "c"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 3])
    func `the number of parallel downloads reaches the limit and does not exceed it`(limit: Int) async throws {
        let running = Counter()
        let archive = InMemoryArchive(holdingAppendsUntil: limit, countedBy: running)
        let service = service(try (1...7).map { try batch($0) })
        let report = await run(service, settings: ExportSettings(concurrency: .fixed(limit)), archive: archive)
        #expect(report.archivedNow == 7)
        #expect(running.highest == limit)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a batch that waits for its publication does not delay the next download`() async throws {
        let (waiting, all) = (Counter(), Gate())
        let archive = InMemoryArchive(willPublish: { _ in
            waiting.add()
            // No batch is published before all are downloaded.
            if waiting.highest == 7 { all.open() }
            await all.pass()
        })
        let service = service(try (1...7).map { try batch($0) })
        let report = await run(service, settings: ExportSettings(concurrency: .fixed(1)), archive: archive)
        #expect(report.archivedNow == 7)
    }

    @Test func `a concurrency of 0 still works`() async throws {
        let report = await run(service([try batch(1)]), settings: ExportSettings(concurrency: .fixed(0)))
        #expect(report.archivedNow == 1)
    }

    // MARK: Dry run

    @Test func `a dry run reports what it would fetch, oldest first, and writes nothing`() async throws {
        let service = service(try [3, 1, 2].map { try batch($0) } + [try batch(4, status: "in_progress")])
        let report = await run(service, isDryRun: true)
        #expect(report.wouldFetch.map(\.id) == ["b1", "b2", "b3"])
        #expect(report.pending == 1)
        #expect(report.stop == nil)
        #expect(service.asked.isEmpty)
        #expect(archive.opened.isEmpty)
        #expect(archive.finishedRuns == 0)
    }

    @Test func `a dry run that cannot list reports it and writes nothing`() async throws {
        let service = service([])
        service.failPage(0, .status(401))
        let report = await run(service, isDryRun: true)
        #expect(report.stop as? ServiceError == .status(401))
        #expect(archive.finishedRuns == 0)
    }

    // MARK: Counts

    @Test func `the report adds up lines, bytes and summaries of the archived batches`() async throws {
        let lines = [ResultLine.succeeded("a"), ResultLine.errored("b"), ResultLine.other("c", type: "deferred")]
        let service = ScriptedService([
            try .sample("b1", counts: ["succeeded": 1, "errored": 1, "deferred": 1]),
            try .sample("b2", counts: ["succeeded": 1]), try .sample("b3", counts: ["succeeded": 5]),
        ])
        service.script("b1", [.file(lines)])
        service.script("b2", [.file([lines[0]])])
        service.script("b3", [.file([lines[0]])])
        let report = await run(service)
        #expect(report.lines == ["succeeded": 2, "errored": 1, "deferred": 1])
        #expect(report.receivedBytes == ResultLine.file(lines + [lines[0]]).count)
        let stored = archive.archived.values.reduce(0) { $0 + $1.raw.count + $1.flatRows.count }
        #expect(report.storedBytes == stored)
        // Quarantined batches are not counted.
        #expect(report.quarantined == 1)
        #expect(report.summaries.summary(LineCount.self)?.records == 4)
        #expect(report.summaries.summary(LineCount.self)?.batches == ["b1", "b2"])
    }

    @Test func `events report the listing, the plan and each batch from start to end`() async throws {
        let service = service(try [1, 2, 3].map { try batch($0) })
        _ = await run(service, pageSize: 2, settings: ExportSettings(concurrency: .fixed(1)))
        let reported = record.events.map { event in
            switch event {
            case .listed(let total, let inWindow): "listed \(total) \(inWindow)"
            case .planned(let batches, let results): "planned \(batches) \(results)"
            case .limited(let concurrency): "limited \(concurrency.limit)"
            case .skipped(let batch, let reason): "skipped \(batch.id) \(reason)"
            case .notRetrieved(let id, _): "not retrieved \(id)"
            case .waiting(let batches, _): "waiting \(batches.count)"
            case .polled(let batch): "polled \(batch.id)"
            case .pollFailed(let id, _): "poll failed \(id)"
            case .ended(let batch): "ended \(batch.id)"
            case .started(let batch): "started \(batch.id)"
            case .resumed(let id, let lines, _): "resumed \(id) \(lines)"
            case .advanced(let id, let lines, _): "advanced \(id) \(lines)"
            case .retrying(let id, _, _): "retrying \(id)"
            case .finished(let batch, _): "finished \(batch.id)"
            }
        }
        #expect(reported.prefix(4) == ["listed 2 2", "listed 3 3", "planned 3 3", "limited 1"])
        for id in ["b1", "b2", "b3"] {
            let ofBatch = reported.filter { $0.contains(id) }
            #expect(ofBatch == ["started \(id)", "advanced \(id) 1", "finished \(id)"])
        }
        #expect(reported.count == 13)
        #expect(reported.filter { $0.hasPrefix("started") } == ["started b1", "started b2", "started b3"])
    }
}
