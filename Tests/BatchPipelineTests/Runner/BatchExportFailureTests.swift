import BatchPipeline
import MessageBatches
import Testing

/// One batch whose results cannot be downloaded, or not to the end.
struct BatchExportFailureTests {
    private let id = "msgbatch_1"
    private let archive = InMemoryArchive()
    private let record = RunRecord()
    private let whole = [ResultLine.succeeded("a")]
    /// Created 2024-08-20T18:37:24.100435Z: the API keeps its results until 2024-09-18T18:37:24.100435Z.
    private let created = "2024-08-20T18:37:24.100435Z"

    private func export(
        _ results: ScriptedService.Results...,
        listedAt: String? = nil,
        settings: ExportSettings = ExportSettings()
    ) async throws -> BatchOutcome {
        let service = ScriptedService([try .sample(id, created: created, counts: ["succeeded": 1])])
        service.script(id, results)
        return try await export(service, listedAt: listedAt, settings: settings)
    }

    private func export(
        _ service: ScriptedService,
        listedAt: String? = nil,
        settings: ExportSettings = ExportSettings(),
        record: RunRecord? = nil
    ) async throws -> BatchOutcome {
        let export = BatchExport(
            ports: (record ?? self.record).ports(service, archive),
            settings: settings,
            listedAt: listedAt.flatMap { Timestamp($0) }
        )
        return try await export.run(try .sample(id, created: created, counts: ["succeeded": 1]))
    }

    private func failure(_ code: ServiceError.Code, date: String? = nil) -> ServiceError {
        ServiceError(code: code, operation: "GET", serverDate: date.flatMap { Timestamp($0) })
    }

    // MARK: Interrupted bodies

    @Test func `an interrupted body is requested again from the start`() async throws {
        let bytes = ResultLine.file(whole)
        let outcome = try await export(
            .body(ScriptedBody(Array(bytes.dropLast(5)), failure: ServiceError.cut)),
            .body(ScriptedBody([], failure: ServiceError.cut)),
            .file(whole)
        )
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived[id]?.raw == bytes)
        #expect(archive.discarded == [id, id])
        #expect(record.pauses == [.seconds(1), .seconds(2)])
    }

    @Test func `a complete body whose connection then breaks is requested again`() async throws {
        let broken = ScriptedBody(ResultLine.file(whole), failure: ServiceError.cut)
        let outcome = try await export(.body(broken), .file(whole))
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.opened.count == 2)
    }

    @Test func `a body that is always interrupted fails when the attempts are used up`() async throws {
        let outcome = try await export(
            .body(ScriptedBody([], failure: ServiceError.cut)),
            settings: ExportSettings(maxAttempts: 7)
        )
        guard case .failed(.service(let failure)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure == .cut)
        #expect(archive.opened.count == 7)
        #expect(archive.discarded.count == 7)
        #expect(record.pauses == [1, 2, 4, 8, 15, 15].map { .seconds($0) })
    }

    @Test func `interrupted and cut downloads share one limit of attempts`() async throws {
        let cut = ScriptedService.Results.body(ScriptedBody([]))
        let broken = ScriptedService.Results.body(ScriptedBody([], failure: ServiceError.cut))
        let outcome = try await export(broken, broken, cut, settings: ExportSettings(maxAttempts: 3))
        guard case .quarantined = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.opened.count == 3)
    }

    @Test func `a canceled body is neither interrupted nor cut`() async throws {
        let body = ScriptedBody([], failure: ServiceError(code: .cancelled, operation: "GET"))
        await #expect(throws: CancellationError.self) { _ = try await export(.body(body)) }
        #expect(archive.discarded == [id])
        #expect(record.pauses.isEmpty)
    }

    // MARK: Failed requests

    @Test(
        arguments: [
            (.transport(.connectionRefused, detail: "x"), "failed"), (.status(400), "failed"), (.status(500), "failed"),
            (.status(429), "failed"), (.status(404), "unavailable"), (.status(410), "unavailable"),
            (.noResultsURL, "unavailable"),
            (.foreignOrigin("https://elsewhere.example"), "unavailable"), (.redirect("x"), "unavailable"),
            (.malformedReply("x"), "unavailable"), (.status(401), "failed"), (.status(403), "failed"),
        ] as [(ServiceError.Code, String)]
    )
    func `a request with a permanent error is not repeated`(code: ServiceError.Code, expected: String) async throws {
        let outcome = try await export(.failure(failure(code)))
        switch outcome {
        case .failed(.service(let found)): #expect(found.code == code && expected == "failed")
        case .unavailable(let found): #expect(found.code == code && expected == "unavailable")
        default: Issue.record("\(outcome)")
        }
        #expect(archive.opened == [id])
        #expect(archive.discarded == [id])
        #expect(record.pauses.isEmpty)
    }

    @Test func `an error that concerns every batch ends the run`() async throws {
        let code = ServiceError.Code.spendLimit(until: nil)
        await #expect(throws: failure(code)) { _ = try await export(.failure(failure(code))) }
        #expect(archive.discarded == [id])
    }

    @Test func `a canceled request cancels the run`() async throws {
        await #expect(throws: CancellationError.self) { _ = try await export(.failure(failure(.cancelled))) }
    }

    @Test func `results that contain the key are not tried again, and nothing of them is kept`() async throws {
        let body = ScriptedBody(ResultLine.file(whole), failure: failure(.keyEchoed))
        let outcome = try await export(.body(body), .file(whole))
        guard case .failed(.service(let found)) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(found.code == .keyEchoed)
        #expect(archive.opened == [id])
        #expect(archive.discarded == [id])
        #expect(record.pauses.isEmpty)
    }

    // MARK: Removed or unavailable

    @Test(arguments: [.status(404), .status(410), .noResultsURL] as [ServiceError.Code])
    func `results are removed once the server's clock is past the 29 days`(code: ServiceError.Code) async throws {
        for (date, isRemoved) in [
            ("2024-09-18T18:37:24.100436Z", true), ("2024-09-18T18:37:24.100435Z", false),
            ("2024-08-21T00:00:00Z", false),
        ] {
            let outcome = try await export(.failure(failure(code, date: date)))
            switch outcome {
            case .removed: #expect(isRemoved)
            case .unavailable: #expect(!isRemoved)
            default: Issue.record("\(outcome)")
            }
        }
    }

    @Test func `if the failed answer has no date, the date of the listing is used`() async throws {
        let gone = failure(.status(404))
        guard case .removed = try await export(.failure(gone), listedAt: "2024-10-01T00:00:00Z") else {
            Issue.record("not removed")
            return
        }
        guard case .unavailable = try await export(.failure(gone), listedAt: "2024-08-21T00:00:00Z") else {
            Issue.record("not unavailable")
            return
        }
        // The machine's own clock is long past the 29 days. It must have no effect.
        guard case .unavailable = try await export(.failure(gone)) else {
            Issue.record("not unavailable")
            return
        }
    }

    @Test func `a batch is requested whatever its age`() async throws {
        guard case .archived = try await export(.file(whole), listedAt: "2026-01-01T00:00:00Z") else {
            Issue.record("not archived")
            return
        }
    }

    @Test func `a batch listed as removed is not requested`() async throws {
        let service = ScriptedService()
        let batch = try MessageBatch.sample(id, archived: "2024-09-18T00:00:00Z")
        let export = BatchExport(ports: record.ports(service, archive), settings: ExportSettings(), listedAt: nil)
        guard case .removed = try await export.run(batch) else {
            Issue.record("not removed")
            return
        }
        #expect(service.asked.isEmpty)
        #expect(archive.opened.isEmpty)
    }

    // MARK: Other errors

    @Test(arguments: ["../evil", "a/b", "", "é", "a b", String(repeating: "a", count: 129)])
    func `an ID that cannot be a file name fails its batch before a draft is opened`(id: String) async throws {
        var batch = try MessageBatch.sample()
        batch.id = id
        let service = ScriptedService()
        let export = BatchExport(ports: record.ports(service, archive), settings: ExportSettings(), listedAt: nil)
        guard case .failed(.unsafeID) = try await export.run(batch) else {
            Issue.record("not refused")
            return
        }
        #expect(archive.opened.isEmpty)
        #expect(service.asked.isEmpty)
    }

    @Test func `a line over the limit fails its batch and is reported with its position`() async throws {
        let outcome = try await export(
            .file(["{}", String(repeating: "x", count: 200)]),
            settings: ExportSettings(maxLineBytes: 100)
        )
        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure == .lineTooLong(line: 2, byteOffset: 3, limit: 100))
        #expect(archive.discarded == [id])
    }

    @Test(arguments: ["seal", "append", "publish"])
    func `an error of the archive ends the run and leaves no draft`(call: String) async throws {
        archive.fail(call)
        await #expect(throws: InMemoryArchive.Failure(call: call)) { _ = try await export(.file(whole)) }
        #expect(archive.discarded == [id])
        #expect(archive.archived.isEmpty)
    }

    @Test func `an error while quarantinePublication ends the run and leaves no draft`() async throws {
        archive.fail("quarantine")
        await #expect(throws: InMemoryArchive.Failure(call: "quarantine")) { _ = try await export(.file([])) }
        #expect(archive.discarded == [id, id])
    }

    @Test func `an archive that cannot open a draft ends the run`() async throws {
        archive.fail("openDraft")
        await #expect(throws: InMemoryArchive.Failure(call: "openDraft")) { _ = try await export(.file(whole)) }
        #expect(archive.discarded.isEmpty)
    }

    @Test func `the first error is reported, not the failure to remove the draft`() async throws {
        archive.fail("append", "discard")
        await #expect(throws: InMemoryArchive.Failure(call: "append")) { _ = try await export(.file(whole)) }
    }

    @Test func `a draft that cannot be removed ends the run`() async throws {
        archive.fail("discard")
        await #expect(throws: InMemoryArchive.Failure(call: "discard")) {
            _ = try await export(.failure(failure(.status(404))))
        }
    }

    @Test func `a canceled pause ends the run and leaves no draft`() async throws {
        let record = RunRecord(atPause: { throw CancellationError() })
        let service = ScriptedService([try .sample(id)])
        service.script(id, [.body(ScriptedBody([], failure: ServiceError.cut))])
        await #expect(throws: CancellationError.self) { _ = try await export(service, record: record) }
        #expect(archive.discarded == [id])
        #expect(service.asked.count == 1)
    }
}
