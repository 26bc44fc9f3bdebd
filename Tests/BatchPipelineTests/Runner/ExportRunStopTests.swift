import BatchPipeline
import MessageBatches
import Testing

/// Runs that stop early.
struct ExportRunStopTests {
    private let record = RunRecord()

    private func run(
        _ service: ScriptedService,
        _ archive: InMemoryArchive,
        pageSize: Int = 1_000,
        concurrency: Int = 1
    ) async -> ExportReport {
        let ports = record.ports(service, archive)
        return await ExportRun(ports: ports, settings: ExportSettings(concurrency: .fixed(concurrency)))
            .run(ExportSelection(window: BatchWindow(), filter: BatchFilter(), pageSize: pageSize))
    }

    /// A service with batches b1, b2 … and complete results for each.
    private func service(_ count: Int) throws -> ScriptedService {
        let service = ScriptedService(
            try (1...count)
                .map {
                    try .sample("b\($0)", created: Timestamp(seconds: Int64($0)).text, counts: ["succeeded": 1])
                }
        )
        for number in 1...count { service.script("b\(number)", [.file([ResultLine.succeeded("of-\(number)")])]) }
        return service
    }

    @Test func `an error that concerns every batch stops the run`() async throws {
        let (service, archive) = (try service(4), InMemoryArchive())
        let failure = ServiceError(code: .spendLimit(until: nil), operation: "GET")
        service.script("b3", [.failure(failure)])
        let report = await run(service, archive)
        #expect(report.stop as? ServiceError == failure)
        #expect(Set(archive.archived.keys) == ["b1", "b2"])
        #expect(report.archivedNow == 2)
        #expect(report.lines == ["succeeded": 2])
        #expect(service.asked == ["b1", "b2", "b3"])
        #expect(archive.finishedRuns == 1)
    }

    @Test(arguments: [401, 403], [1, 4])
    func `a batch that is refused does not stop the run`(status: Int, concurrency: Int) async throws {
        let (service, archive) = (try service(4), InMemoryArchive())
        service.script("b1", [.failure(.status(status))])
        let report = await run(service, archive, concurrency: concurrency)
        #expect(report.stop == nil)
        #expect(report.failed == 1)
        #expect(report.problems.map(\.batch.id) == ["b1"])
        #expect(Set(archive.archived.keys) == ["b2", "b3", "b4"])
    }

    @Test func `refusals before the first answer do not stop the run unless they are many`() async throws {
        let few = try service(12)
        for number in 1...9 { few.script("b\(number)", [.failure(.status(403))]) }
        var report = await run(few, InMemoryArchive())
        #expect(report.stop == nil)
        #expect([report.failed, report.archivedNow] == [9, 3])
        let many = try service(300)
        for number in 1...300 { many.script("b\(number)", [.failure(.status(403))]) }
        report = await run(many, InMemoryArchive())
        #expect(report.stop as? ServiceError == .status(403))
        #expect(report.failed >= 10)
        #expect(many.asked.count < 300)
    }

    @Test(arguments: [(1, false), (2, true), (3, true)])
    func `a run whose batches are all refused ends with the refusal`(count: Int, isStopped: Bool) async throws {
        let service = try service(count)
        for number in 1...count { service.script("b\(number)", [.failure(.status(401))]) }
        let report = await run(service, InMemoryArchive())
        // The listing accepted the key, so one refused batch shows nothing about it.
        #expect((report.stop as? ServiceError == .status(401)) == isStopped)
        #expect(report.failed == count)
    }

    @Test func `other errors show nothing about the key`() async throws {
        let service = try service(3)
        service.script("b1", [.failure(.status(403))])
        service.script("b2", [.failure(.status(500))])
        service.script("b3", [.failure(.cut)])
        let report = await run(service, InMemoryArchive())
        #expect(report.stop == nil)
        #expect(report.failed == 3)
    }

    @Test func `an error of one batch does not stop the run`() async throws {
        let (service, archive) = (try service(4), InMemoryArchive())
        service.script("b1", [.failure(.status(500))])
        service.script("b2", [.file(["{}"])])
        service.script("b3", [.failure(.status(404))])
        let report = await run(service, archive)
        #expect(report.stop == nil)
        #expect(Set(archive.archived.keys) == ["b4"])
        #expect([report.failed, report.quarantined, report.unavailable] == [1, 1, 1])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a batch that is published while the run stops is counted`() async throws {
        let (publishing, stopped) = (Gate(), Gate())
        let archive = InMemoryArchive(
            willPublish: { _ in
                publishing.open()
                await stopped.pass()
            },
            didDiscard: { _ in stopped.open() }
        )
        let service = try service(2)
        let failure = InMemoryArchive.Failure(call: "another")
        var body = ScriptedBody(chunks: [[0x0A]], failure: failure)
        body.willGive = { _ in await publishing.pass() }
        service.script("b2", [.body(body)])
        let report = await run(service, archive, concurrency: 2)
        #expect(report.stop as? InMemoryArchive.Failure == failure)
        #expect(Set(archive.archived.keys) == ["b1"])
        #expect(report.archivedNow == 1)
        #expect(service.asked.sorted() == ["b1", "b2"])
        let finished = record.events.filter { if case .finished = $0 { true } else { false } }
        #expect(finished.count == 1)
    }

    @Test(arguments: ["openDraft", "append", "publish"])
    func `an error of the archive stops the run`(call: String) async throws {
        let (service, archive) = (try service(3), InMemoryArchive())
        archive.fail(call)
        let report = await run(service, archive)
        #expect(report.stop as? InMemoryArchive.Failure == InMemoryArchive.Failure(call: call))
        #expect(report.archivedNow == 0)
        #expect(report.inWindow == 3)
        // While a batch is published, the next one is already downloaded.
        if call != "publish" { #expect(archive.opened.count <= 1) }
        #expect(archive.finishedRuns == 1)
    }

    @Test func `nothing is written if the archive cannot list its batches`() async throws {
        let (service, archive) = (try service(3), InMemoryArchive())
        archive.fail("archivedIDs")
        let report = await run(service, archive)
        #expect(report.stop as? InMemoryArchive.Failure == InMemoryArchive.Failure(call: "archivedIDs"))
        #expect(report.listed == 3)
        #expect(archive.opened.isEmpty)
    }

    @Test func `an error at the end of the run is reported unless there is an earlier one`() async throws {
        let (service, archive) = (try service(2), InMemoryArchive())
        archive.fail("finishRun")
        var report = await run(service, archive)
        #expect(report.stop as? InMemoryArchive.Failure == InMemoryArchive.Failure(call: "finishRun"))
        #expect(report.archivedNow == 2)
        let other = InMemoryArchive()
        other.fail("publish", "finishRun")
        report = await run(service, other)
        #expect(report.stop as? InMemoryArchive.Failure == InMemoryArchive.Failure(call: "publish"))
    }

    @Test func `an interrupted listing fetches nothing and reports how far it got`() async throws {
        let (service, archive) = (try service(5), InMemoryArchive())
        service.failPage(1, .status(500))
        let report = await run(service, archive, pageSize: 2)
        #expect(report.stop as? ServiceError == .status(500))
        #expect(report.listed == 2)
        #expect(report.inWindow == 2)
        #expect(service.asked.isEmpty)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a canceled run publishes nothing more and leaves no draft`() async throws {
        let (service, archive) = (try service(3), InMemoryArchive())
        let (reached, released) = (Gate(), Gate())
        var body = ScriptedBody(ResultLine.file([ResultLine.succeeded("a")]))
        body.willGive = { _ in
            reached.open()
            await released.pass()
        }
        service.script("b2", [.body(body)])
        let running = Task { await run(service, archive) }
        await reached.pass()
        running.cancel()
        released.open()
        let report = await running.value
        #expect(report.stop is CancellationError)
        #expect(report.archivedNow == 1)
        #expect(archive.discarded == ["b2"])
        #expect(service.asked == ["b1", "b2"])
        #expect(archive.finishedRuns == 1)
    }

    @Test func `the server's clock at the listing is used if later answers have no date`() async throws {
        let service = ScriptedService(
            [try .sample("b1", created: "2024-08-20T18:37:24.100435Z", counts: ["succeeded": 1])],
            head: ReplyHead(status: 200, date: Timestamp("2024-10-01T00:00:00Z"))
        )
        let report = await run(service, InMemoryArchive())
        #expect(report.removed == 1)
        #expect(report.stop == nil)
    }
}
