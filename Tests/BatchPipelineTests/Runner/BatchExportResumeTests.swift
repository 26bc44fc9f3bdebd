import BatchPipeline
import JSONLines
import MessageBatches
import Testing

/// One batch whose body is interrupted: the next download resumes there.
struct BatchExportResumeTests {
    private let id = "msgbatch_1"
    private let archive = InMemoryArchive()
    private let record = RunRecord()
    /// Each line is a little longer than one block.
    private let lines = (0..<4)
        .map { ResultLine.succeeded("r\($0)", text: String(repeating: "x", count: LineSplitter.blockSize)) }

    private var body: [UInt8] { ResultLine.file(lines) }

    /// The body up to the end of `count` lines and `more` bytes, followed by an error.
    private func broken(behind count: Int, _ more: Int = 0) -> ScriptedService.Results {
        let end = ResultLine.file(Array(lines.prefix(count))).count + more
        return .body(ScriptedBody(Array(body.prefix(end)), sizes: [300_000, 7], failure: ServiceError.cut))
    }

    private func batch() throws -> MessageBatch {
        try .sample(id, counts: ["succeeded": lines.count])
    }

    private func export(
        _ results: ScriptedService.Results...,
        settings: ExportSettings = ExportSettings(),
        record: RunRecord? = nil
    ) async throws -> BatchOutcome {
        let service = ScriptedService([try batch()])
        service.script(id, results)
        let ports = (record ?? self.record).ports(service, archive)
        return try await BatchExport(ports: ports, settings: settings, listedAt: nil).run(batch())
    }

    private var resumedAt: [Int] {
        record.events.compactMap { if case .resumed(_, let lines, _) = $0 { lines } else { nil } }
    }

    private func expectComplete(_ outcome: BatchOutcome) {
        guard case .archived(_, let proof, let bytes) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived[id]?.raw == body)
        #expect(archive.archived[id]?.flatRows.count { $0 == 0x0A } == lines.count)
        #expect(bytes == body.count)
        #expect(proof.found == ["succeeded": lines.count])
        #expect(proof.summaries.summary(LineCount.self)?.records == lines.count)
        #expect(archive.partial.isEmpty)
    }

    @Test(arguments: [0, 1, 5_000])
    func `an interrupted download resumes after its last complete block`(more: Int) async throws {
        expectComplete(try await export(broken(behind: 2, more), .file(lines)))
        #expect(resumedAt == [2])
        // The draft was opened once.
        #expect(archive.opened == [id])
    }

    @Test func `downloads that get further do not use up the attempts`() async throws {
        let outcome = try await export(
            broken(behind: 1),
            broken(behind: 2),
            broken(behind: 3),
            .file(lines),
            settings: ExportSettings(maxAttempts: 2)
        )
        expectComplete(outcome)
        #expect(resumedAt == [1, 2, 3])
        #expect(record.pauses == [.seconds(1), .seconds(1), .seconds(1)])
    }

    @Test func `downloads that get no further use up the attempts and keep their blocks`() async throws {
        let outcome = try await export(broken(behind: 2), settings: ExportSettings(maxAttempts: 3))
        guard case .failed(.service(.cut)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.partial == [id: 2])
        #expect(record.pauses.count == 2)
        // The next run resumes it.
        expectComplete(try await export(.file(lines)))
        #expect(resumedAt.last == 2)
    }

    @Test func `a body with a different beginning is downloaded from the start`() async throws {
        let changed = [ResultLine.errored("other")] + lines
        let service = ScriptedService([try .sample(id, counts: ["succeeded": lines.count, "errored": 1])])
        service.script(id, [broken(behind: 2), .file(changed)])
        let outcome = try await BatchExport(
            ports: record.ports(service, archive),
            settings: ExportSettings(),
            listedAt: nil
        )
        .run(try .sample(id, counts: ["succeeded": lines.count, "errored": 1]))
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived[id]?.raw == ResultLine.file(changed))
        #expect(archive.discarded == [id])
    }

    @Test func `a body with a different beginning each time fails`() async throws {
        let parts = (0..<4)
            .map { number in
                let lines = [ResultLine.errored("e\(number)")] + lines
                return ScriptedService.Results.body(
                    ScriptedBody(ResultLine.file(lines).dropLast(9), failure: ServiceError.cut)
                )
            }
        let outcome = try await export(parts[0], parts[1], parts[2], parts[3], settings: ExportSettings(maxAttempts: 2))
        guard case .failed(.changing) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived.isEmpty)
    }

    @Test func `a body shorter than the draft is downloaded from the start`() async throws {
        let short = Array(lines.prefix(1))
        let outcome = try await export(broken(behind: 2), .file(short), .file(lines))
        expectComplete(outcome)
    }

    @Test func `a body that ends early is resumed and proven at the end`() async throws {
        let outcome = try await export(.file(Array(lines.prefix(3))), .file(lines))
        expectComplete(outcome)
        #expect(resumedAt == [3])
    }

    @Test func `a canceled download keeps its blocks`() async throws {
        let body = ScriptedBody(
            Array(body.prefix(2_500_000)),
            failure: ServiceError(code: .cancelled, operation: "GET")
        )
        await #expect(throws: CancellationError.self) { _ = try await export(.body(body)) }
        #expect(archive.partial == [id: 2])
    }

    @Test func `an error of the archive keeps the blocks`() async throws {
        archive.fail("publish")
        await #expect(throws: InMemoryArchive.Failure.self) { _ = try await export(.file(lines)) }
        #expect(archive.partial == [id: 4])
        archive.fail()
        expectComplete(try await export(.file(lines)))
    }

    // MARK: The deadline

    @Test func `a batch that exceeds its deadline keeps its blocks for the next run`() async throws {
        let (reached, stalled) = (Gate(), Gate())
        var body = ScriptedBody(self.body, sizes: [LineSplitter.blockSize + 500])
        body.willGive = { number in
            guard number == 3 else { return }
            reached.open()
            await stalled.pass()
        }
        let record = RunRecord(atPause: {
            await reached.pass()
            stalled.open()
        })
        let outcome = try await export(
            .body(body),
            settings: ExportSettings(deadline: .seconds(90)),
            record: record
        )
        // The body may end at the last moment; then it counts.
        switch outcome {
        case .failed(.deadline(.seconds(90))): #expect(archive.archived.isEmpty && archive.partial[id] ?? 0 > 0)
        case .archived: #expect(archive.partial.isEmpty)
        default: Issue.record("\(outcome)")
        }
        #expect(record.pauses == [.seconds(90)])
    }

    @Test func `a batch that finishes before its deadline is unaffected`() async throws {
        let never = RunRecord(atPause: { try await Task.sleep(for: .seconds(3_600)) })
        expectComplete(try await export(.file(lines), settings: ExportSettings(deadline: .seconds(90)), record: never))
    }
}
