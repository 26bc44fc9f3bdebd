import BatchPipeline
import MessageBatches
import Testing

/// Exports with an automatic limit of downloads, on a machine with two processors.
struct ExportRunConcurrencyTests {
    private let record = RunRecord()

    private func run(
        _ service: ScriptedService,
        _ archive: InMemoryArchive = InMemoryArchive(),
        maxAttempts: Int = 5,
        isDryRun: Bool = false
    ) async -> ExportReport {
        let settings = ExportSettings(
            concurrency: .automatic(processors: 2, requestsPerMinute: nil),
            maxAttempts: maxAttempts
        )
        return await ExportRun(ports: record.ports(service, archive), settings: settings)
            .run(ExportSelection(window: BatchWindow(), filter: BatchFilter()), isDryRun: isDryRun)
    }

    /// A batch created the given number of seconds after the epoch, named after it.
    private func batch(_ second: Int, results: Int = 1) throws -> MessageBatch {
        let created = Timestamp(seconds: Int64(second)).text
        return try .sample("b\(second)", created: created, counts: ["succeeded": results])
    }

    /// A service with these batches and one result for each.
    private func service(_ batches: [MessageBatch]) -> ScriptedService {
        let service = ScriptedService(batches)
        for batch in batches { service.script(batch.id, [.file([ResultLine.succeeded("of-\(batch.id)")])]) }
        return service
    }

    @Test(.timeLimit(.minutes(1)), arguments: [(1, 16), (100_000, 2)])
    func `an automatic limit depends on the sizes of the batches`(results: Int, limit: Int) async throws {
        let running = Counter()
        let archive = InMemoryArchive(holdingAppendsUntil: limit, countedBy: running)
        let batches = try (1...20).map { try batch($0, results: results) }
        let report = await run(service(batches), archive, maxAttempts: 1)
        #expect(running.highest == limit)
        #expect(report.concurrency?.isAutomatic == true)
        #expect(report.concurrency?.limit == limit && report.concurrency?.highest == limit)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a 429 before the downloads halves their number`() async throws {
        let (running, full) = (Counter(), Gate())
        let archive = InMemoryArchive(willAppend: { _ in
            running.add()
            if running.highest == 8 { full.open() }
            await full.pass()
            // Another download would start here if there were another slot.
            for _ in 1...100 { await Task.yield() }
            running.add(-1)
        })
        let service = service(try (1...16).map { try batch($0) })
        service.slowDown()
        let report = await run(service, archive)
        #expect(report.archivedNow == 16)
        // It grows by one after eight downloads.
        #expect((8...9).contains(running.highest))
        #expect(report.concurrency?.slowdowns == 1 && report.concurrency?.limit == 16)
    }

    @Test(arguments: [true, false])
    func `the number of downloads is known without a download`(isDryRun: Bool) async throws {
        let report = await run(service(try (1...3).map { try batch($0) }), isDryRun: isDryRun)
        #expect(report.concurrency?.limit == 3)
        let nothing = await run(service([]), isDryRun: isDryRun)
        #expect(nothing.concurrency == nil)
    }
}
