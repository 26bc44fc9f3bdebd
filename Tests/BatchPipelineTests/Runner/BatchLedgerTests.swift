import BatchPipeline
import MessageBatches
import Testing

/// What a run asks its ledger, and what it makes of the answers.
struct BatchLedgerTests {
    private let archive = InMemoryArchive()
    private let record = RunRecord()

    private func batch(_ second: Int) throws -> MessageBatch {
        try .sample("b\(second)", created: Timestamp(seconds: Int64(second)).text, counts: ["succeeded": 1])
    }

    private func service(_ seconds: ClosedRange<Int>) throws -> ScriptedService {
        let service = ScriptedService(try seconds.map { try batch($0) })
        for second in seconds { service.script("b\(second)", [.file([ResultLine.succeeded("of-b\(second)")])]) }
        return service
    }

    private func run(
        _ service: ScriptedService,
        _ ledger: ScriptedLedger = ScriptedLedger(),
        since: Int64? = nil,
        settled: SettledPast? = nil,
        ids: Set<String>? = nil
    ) async -> ExportReport {
        let selection = ExportSelection(
            window: BatchWindow(since: since.map { Timestamp(seconds: $0) }),
            filter: BatchFilter(ids: ids),
            pageSize: 2,
            settled: settled
        )
        return await ExportRun(ports: record.ports(service, archive), settings: ExportSettings(), ledger: ledger)
            .run(selection)
    }

    private func settled(before second: Int64, in workspace: String = "wrkspc_1") -> SettledPast {
        SettledPast(end: Timestamp(seconds: second), workspaceID: workspace)
    }

    @Test func `postponed and lost batches are not fetched, but counted`() async throws {
        var findings = SurveyFindings()
        let postponed = PostponedBatch(id: "b1", until: Timestamp(seconds: 9), attempts: 2, reason: "odd")
        findings.postponed["b1"] = postponed
        findings.lost = ["b2"]
        let report = await run(try service(1...3), ScriptedLedger(findings))
        #expect(Set(archive.archived.keys) == ["b3"])
        #expect(report.postponed == [postponed] && report.lost == 1 && report.archivedNow == 1)
    }

    @Test func `every outcome goes to the ledger, which tells withdrawn from lost`() async throws {
        let service = try service(1...3)
        let late = Timestamp(seconds: 40 * 86_400)
        for id in ["b1", "b2"] { service.script(id, [.failure(.status(410, serverDate: late))]) }
        let ledger = ScriptedLedger(seenBefore: ["b2"])
        let report = await run(service, ledger)
        #expect(Set(ledger.settled) == ["b1", "b2", "b3"])
        #expect(report.withdrawn == 1 && report.lost == 1)
    }

    @Test func `the ledger is told which creation times were walked`() async throws {
        let ledger = ScriptedLedger()
        _ = await run(try service(1...5), ledger, since: 2)
        let walked = try #require(ledger.surveys.first?.walked)
        #expect(walked.since == Timestamp(seconds: 2) && walked.newest == Timestamp(seconds: 5))
        #expect(walked.workspaceID == "wrkspc_1")
    }

    @Test func `batches asked for by id say nothing of what was walked`() async throws {
        let ledger = ScriptedLedger()
        _ = await run(try service(1...5), ledger, ids: ["b2"])
        #expect(ledger.surveys.map { $0.walked == nil } == [true])
        #expect(ledger.surveys.first?.batches.map(\.id) == ["b2"])
    }

    @Test func `a walk that does not come to its end is not surveyed`() async throws {
        let service = try service(1...5)
        service.failPage(1, .status(500))
        let ledger = ScriptedLedger()
        #expect(await run(service, ledger).stop != nil)
        #expect(ledger.surveys.isEmpty)
    }

    @Test func `a settled past is not walked`() async throws {
        let service = try service(1...9)
        let ledger = ScriptedLedger()
        let report = await run(service, ledger, since: 1, settled: settled(before: 7))
        #expect(service.pages.count == 2)
        #expect(Set(archive.archived.keys) == ["b7", "b8", "b9"])
        #expect(report.settledBefore == Timestamp(seconds: 7))
        #expect(ledger.surveys.first?.walked?.since == Timestamp(seconds: 7))
    }

    @Test func `a past settled in another workspace is walked`() async throws {
        let ledger = ScriptedLedger()
        let report = await run(
            try service(1...9),
            ledger,
            since: 1,
            settled: settled(before: 7, in: "wrkspc_2")
        )
        #expect(report.archivedNow == 9 && report.listed == 9)
        #expect(report.settledBefore == nil)
        #expect(ledger.surveys.first?.walked?.since == Timestamp(seconds: 1))
    }
}
