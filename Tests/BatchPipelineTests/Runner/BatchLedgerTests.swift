import BatchPipeline
import MessageBatches
import Testing

/// The calls of a run to its ledger, and the effect of the ledger's advice.
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
        completed: CompletedWindow? = nil,
        ids: Set<String>? = nil
    ) async -> ExportReport {
        let selection = ExportSelection(
            window: BatchWindow(since: since.map { Timestamp(seconds: $0) }),
            filter: BatchFilter(ids: ids),
            pageSize: 2,
            completed: completed
        )
        return await ExportRun(ports: record.ports(service, archive), settings: ExportSettings(), ledger: ledger)
            .run(selection)
    }

    private func completed(before second: Int64, in workspace: String = "wrkspc_1") -> CompletedWindow {
        CompletedWindow(end: Timestamp(seconds: second), workspaceID: workspace)
    }

    @Test func `a batch with a date in the future does not extend the completed window`() async throws {
        let future = try MessageBatch.sample("f", created: "2096-01-01T00:00:00Z", counts: ["succeeded": 1])
        let service = ScriptedService([future, try batch(2), try batch(1)])
        for id in ["f", "b1", "b2"] { service.script(id, [.file([ResultLine.succeeded("of-\(id)")])]) }
        let ledger = ScriptedLedger()
        let report = await run(service, ledger)
        #expect(report.archivedNow == 3)
        #expect(ledger.listings.first?.completed?.end == Timestamp(seconds: 2))
    }

    @Test func `without any batch up to the server's clock no window is completed`() async throws {
        let future = try MessageBatch.sample("f", created: "2096-01-01T00:00:00Z", counts: ["succeeded": 1])
        let head = ReplyHead(status: 200, requestID: "req_1", date: Timestamp(seconds: 100))
        let ledger = ScriptedLedger()
        _ = await run(ScriptedService([future], head: head), ledger)
        #expect(ledger.listings.count == 1)
        #expect(ledger.listings.first?.completed == nil)
    }

    /// Exports with a window from b3 on, or from b1 on by the server's clock, which differs by some seconds.
    private func run(serverAheadBy seconds: Int64) async throws -> (report: ExportReport, pages: Int) {
        let machine = record.ports(ScriptedService(), archive).now()
        let head = ReplyHead(status: 200, requestID: "req_1", date: machine.adding(seconds: seconds))
        let service = ScriptedService(try (1...3).map { try batch($0) }, head: head)
        for second in 1...3 { service.script("b\(second)", [.file([ResultLine.succeeded("of-b\(second)")])]) }
        var selection = ExportSelection(window: BatchWindow(since: Timestamp(seconds: 3)), filter: BatchFilter())
        selection.asOf = { [selection] time in
            #expect(time == head.date)
            var other = selection
            other.window.since = Timestamp(seconds: 1)
            return selection.extended(by: other)
        }
        let report = await ExportRun(ports: record.ports(service, archive), settings: ExportSettings()).run(selection)
        return (report, service.pages.count)
    }

    @Test(arguments: [-26 * 86_400, -3_601, 3_601, 40 * 86_400] as [Int64])
    func `if the clocks differ by more than an hour, the window is extended once`(seconds: Int64) async throws {
        let (report, pages) = try await run(serverAheadBy: seconds)
        #expect(report.archivedNow == 3 && report.inWindow == 3 && pages == 2)
        #expect(report.corrected?.window.since == Timestamp(seconds: 1))
    }

    @Test(arguments: [-3_600, 0, 3_600] as [Int64])
    func `clocks that differ by up to an hour change nothing`(seconds: Int64) async throws {
        let (report, pages) = try await run(serverAheadBy: seconds)
        #expect(report.archivedNow == 1 && report.corrected == nil && pages == 1)
    }

    @Test func `an extended window covers both, and what is complete for both`() {
        func selection(_ since: Int64?, _ until: Int64?, completedSince: Int64? = nil) -> ExportSelection {
            var selection = ExportSelection(
                window: BatchWindow(
                    since: since.map { Timestamp(seconds: $0) },
                    until: until.map { Timestamp(seconds: $0) }
                ),
                filter: BatchFilter()
            )
            selection.completed = completedSince.map {
                CompletedWindow(since: Timestamp(seconds: $0), end: Timestamp(seconds: 50), workspaceID: nil)
            }
            return selection
        }
        let both = selection(10, 70).extended(by: selection(20, 80, completedSince: 10))
        #expect(both.window == selection(10, 80).window && both.completed?.end == Timestamp(seconds: 50))
        #expect(selection(9, 70).extended(by: selection(20, 80, completedSince: 10)).completed == nil)
        #expect(selection(10, nil, completedSince: 5).extended(by: selection(nil, 80)).window == BatchWindow())
    }

    @Test func `batches with a scheduled retry and lost batches are counted and not fetched`() async throws {
        var advice = ListingAdvice()
        let scheduled = ScheduledRetry(id: "b1", until: Timestamp(seconds: 9), attempts: 2, reason: "odd")
        advice.retryScheduled["b1"] = scheduled
        advice.lost = ["b2"]
        let report = await run(try service(1...3), ScriptedLedger(advice))
        #expect(Set(archive.archived.keys) == ["b3"])
        #expect(report.retryScheduled == [scheduled] && report.lost == 1 && report.archivedNow == 1)
    }

    @Test func `the ledger records every outcome and distinguishes removed from lost`() async throws {
        let service = try service(1...3)
        let late = Timestamp(seconds: 40 * 86_400)
        for id in ["b1", "b2"] { service.script(id, [.failure(.status(410, serverDate: late))]) }
        let ledger = ScriptedLedger(seenBefore: ["b2"])
        let report = await run(service, ledger)
        #expect(Set(ledger.recorded) == ["b1", "b2", "b3"])
        #expect(report.removed == 1 && report.lost == 1)
    }

    @Test func `the ledger receives the creation times of the listing`() async throws {
        let ledger = ScriptedLedger()
        _ = await run(try service(1...5), ledger, since: 2)
        let walked = try #require(ledger.listings.first?.completed)
        #expect(walked.since == Timestamp(seconds: 2) && walked.end == Timestamp(seconds: 5))
        #expect(walked.workspaceID == "wrkspc_1")
    }

    @Test func `batches requested by ID do not complete a window`() async throws {
        let ledger = ScriptedLedger()
        _ = await run(try service(1...5), ledger, ids: ["b2"])
        #expect(ledger.listings.map { $0.completed == nil } == [true])
        #expect(ledger.listings.first?.batches.map(\.id) == ["b2"])
    }

    @Test func `an incomplete listing does not reach the ledger`() async throws {
        let service = try service(1...5)
        service.failPage(1, .status(500))
        let ledger = ScriptedLedger()
        #expect(await run(service, ledger).stop != nil)
        #expect(ledger.listings.isEmpty)
    }

    @Test func `a completed beginning is not listed again`() async throws {
        let service = try service(1...9)
        let ledger = ScriptedLedger()
        let report = await run(service, ledger, since: 1, completed: completed(before: 7))
        // b6 is the first batch before the window; the next page confirms it.
        #expect(service.pages.count == 3)
        #expect(Set(archive.archived.keys) == ["b7", "b8", "b9"])
        #expect(report.completedBefore == Timestamp(seconds: 7))
        #expect(ledger.listings.first?.completed?.since == Timestamp(seconds: 7))
    }

    @Test func `a beginning completed in another workspace is listed again`() async throws {
        let ledger = ScriptedLedger()
        let report = await run(
            try service(1...9),
            ledger,
            since: 1,
            completed: completed(before: 7, in: "wrkspc_2")
        )
        #expect(report.archivedNow == 9 && report.listed == 9)
        #expect(report.completedBefore == nil)
        #expect(ledger.listings.first?.completed?.since == Timestamp(seconds: 1))
    }
}
