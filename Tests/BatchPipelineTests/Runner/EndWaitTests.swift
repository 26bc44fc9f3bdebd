import BatchPipeline
import MessageBatches
import Synchronization
import Testing

/// A run that waits for pending batches, with an in-memory service and archive and a clock of its pauses.
struct EndWaitTests {
    private let archive = InMemoryArchive()
    private let ledger = ScriptedLedger()
    private let time = ElapsedTime()

    /// The time that all pauses took together.
    private final class ElapsedTime: Sendable {
        private let total = Mutex(Duration.zero)
        var now: Duration { total.withLock { $0 } }
        func advance(by duration: Duration) { total.withLock { $0 += duration } }
    }

    private func batch(_ name: String, _ status: String = "in_progress") throws -> MessageBatch {
        try .sample(name, status: status, counts: status == "ended" ? ["succeeded": 1] : ["processing": 1])
    }

    private func service(_ batches: [MessageBatch]) -> ScriptedService {
        let service = ScriptedService(batches)
        for batch in batches { service.script(batch.id, [.file([ResultLine.succeeded("of-\(batch.id)")])]) }
        return service
    }

    private func run(
        _ service: ScriptedService,
        wait: Duration = .seconds(86_400),
        isDryRun: Bool = false,
        concurrency: Int = 4
    ) async -> (report: ExportReport, record: RunRecord) {
        let record = RunRecord()
        var ports = record.ports(service, archive)
        let pause = ports.pause
        ports.pause = { [time] duration in
            try await pause(duration)
            time.advance(by: duration)
        }
        var settings = ExportSettings(concurrency: .fixed(concurrency))
        settings.wait = WaitLimit(wait) { [time] in time.now }
        let selection = ExportSelection(window: BatchWindow(), filter: BatchFilter())
        let report = await ExportRun(ports: ports, settings: settings, ledger: ledger)
            .run(selection, isDryRun: isDryRun)
        return (report, record)
    }

    @Test func `a pending batch is archived when it ends`() async throws {
        let service = try service([batch("a"), batch("b", "ended")])
        service.scriptRetrieval("a", .success(try batch("a")), .success(try batch("a", "ended")))
        let (report, record) = await run(service)
        #expect(report.stop == nil)
        #expect(Set(archive.archived.keys) == ["a", "b"])
        #expect(report.archivedNow == 2 && report.pending == 0)
        #expect(report.wait?.batches == 1 && report.wait?.ended == 1 && report.wait?.stillPending.isEmpty == true)
        #expect(record.pauses == [.seconds(60), .seconds(90)])
        #expect(ledger.listings.map { $0.batches.map(\.status) }.last == [.ended])
        #expect(Set(ledger.recorded) == ["a", "b"])
    }

    @Test func `without pending batches nothing is waited for`() async throws {
        let (report, record) = await run(try service([batch("b", "ended")]))
        #expect(report.archivedNow == 1 && report.wait?.batches == 0)
        #expect(record.pauses.isEmpty)
    }

    @Test(arguments: ["canceling", "paused"])
    func `a batch in another status than ended is waited for too`(status: String) async throws {
        let service = try service([batch("a", status)])
        service.scriptRetrieval("a", .success(try batch("a", status)), .success(try batch("a", "ended")))
        let (report, _) = await run(service)
        #expect(report.archivedNow == 1 && report.pending == 0)
    }

    @Test func `the batches that are pending when the time is up stay pending`() async throws {
        let (report, record) = await run(try service([batch("a")]), wait: .seconds(200))
        #expect(report.stop == nil)
        #expect(report.pending == 1 && report.wait?.stillPending.keys.sorted() == ["a"])
        #expect(record.pauses == [.seconds(60), .seconds(90), .seconds(50)])
    }

    @Test(arguments: [403, 404, 410])
    func `a batch that disappears is a problem of its own`(status: Int) async throws {
        let service = try service([batch("a"), batch("b")])
        service.scriptRetrieval("a", .failure(.status(status)))
        service.scriptRetrieval("b", .success(try batch("b")), .success(try batch("b", "ended")))
        let (report, _) = await run(service)
        #expect(report.stop == nil && report.archivedNow == 1 && report.pending == 0)
        #expect(report.notRetrieved["a"]?.status == status)
        #expect(report.wait?.ended == 1 && report.wait?.stillPending.isEmpty == true)
    }

    @Test func `an error that may pass does not end the wait`() async throws {
        let service = try service([batch("a")])
        service.scriptRetrieval("a", .failure(.cut), .failure(.status(503)), .success(try batch("a", "ended")))
        let (report, record) = await run(service)
        #expect(report.archivedNow == 1 && report.notRetrieved.isEmpty)
        let failures = record.events.count { if case .pollFailed = $0 { true } else { false } }
        #expect(failures == 2)
    }

    @Test func `a refused key ends the run`() async throws {
        let service = try service([batch("a"), batch("b")])
        service.scriptRetrieval("a", .failure(.status(401)))
        let (report, _) = await run(service)
        #expect((report.stop as? ServiceError)?.status == 401)
        #expect(report.wait?.stillPending.keys.contains("a") == true)
    }

    @Test func `a batch whose results are removed when it is seen as ended is counted as removed`() async throws {
        let service = try service([batch("a")])
        let removed = try MessageBatch.sample("a", counts: ["succeeded": 1], archived: "2024-09-20T00:00:00Z")
        service.scriptRetrieval("a", .success(removed))
        let (report, _) = await run(service)
        #expect(report.removed == 1 && report.pending == 0 && report.wait?.ended == 1)
    }

    @Test func `many pending batches are archived with one slot`() async throws {
        let names = (0..<150).map { "p\($0)" }
        let service = try service(names.map { try batch($0) } + [batch("ended", "ended")])
        for name in names { service.scriptRetrieval(name, .success(try batch(name, "ended"))) }
        let (report, _) = await run(service, concurrency: 1)
        #expect(report.archivedNow == 151 && report.pending == 0)
    }

    @Test func `an archive that cannot be written ends the wait`() async throws {
        let service = try service([batch("a"), batch("b", "ended")])
        archive.fail("publish")
        let (report, _) = await run(service)
        #expect(report.stop is InMemoryArchive.Failure)
    }

    @Test func `a dry run names the batches and waits for none`() async throws {
        let (report, record) = await run(try service([batch("a"), batch("b", "ended")]), isDryRun: true)
        #expect(report.wouldFetch.map(\.id) == ["b"] && report.wouldWaitFor.map(\.id) == ["a"])
        #expect(record.pauses.isEmpty && report.wait == nil)
    }
}
