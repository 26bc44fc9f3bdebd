import BatchPipeline
import JSONLines
import MessageBatches
import Testing

/// One batch with a complete download: published, downloaded again or quarantined.
struct BatchExportTests {
    private let id = "msgbatch_1"
    private let archive = InMemoryArchive()
    private let record = RunRecord()
    private let whole = [ResultLine.succeeded("a"), ResultLine.errored("b")]

    private func batch(_ counts: [String: Int] = ["succeeded": 1, "errored": 1]) throws -> MessageBatch {
        try .sample(id, counts: counts)
    }

    private func service(_ results: ScriptedService.Results...) throws -> ScriptedService {
        let service = ScriptedService([try batch()])
        service.script(id, results)
        return service
    }

    private func export(_ service: ScriptedService, _ batch: MessageBatch, attempts: Int = 5) async throws
        -> BatchOutcome
    {
        let settings = ExportSettings(maxAttempts: attempts)
        return try await BatchExport(ports: record.ports(service, archive), settings: settings, listedAt: nil)
            .run(batch)
    }

    private func retries() -> [String] {
        record.events.compactMap { event in
            guard case .retrying(_, let attempt, let reason) = event else { return nil }
            switch reason {
            case .failure: return "\(attempt) broken"
            case .unproven: return "\(attempt) unproven"
            case .changed: return "\(attempt) changed"
            }
        }
    }

    @Test func `a complete body is published with its proof`() async throws {
        let service = ScriptedService(
            [try batch()],
            head: ReplyHead(status: 200, requestID: "req_7", workspaceID: "wrkspc_7"),
            rewrittenFrom: "https://elsewhere.example/x"
        )
        service.script(id, [.file(whole)])
        let outcome = try await export(service, batch())
        guard case .archived(let published, let proof, let bytes) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(published.files == ["raw/\(id)"])
        #expect(bytes == ResultLine.file(whole).count)
        #expect(proof.found == ["succeeded": 1, "errored": 1])
        #expect(proof.batch == (try batch()))
        #expect(proof.linesDigest == LinesDigest(of: ResultLine.file(whole)))
        #expect(proof.requestID == "req_7")
        #expect(proof.workspaceID == "wrkspc_7")
        #expect(proof.rewrittenFrom == "https://elsewhere.example/x")
        #expect(proof.startedAt == Timestamp(seconds: 1_724_200_000))
        #expect(proof.duplicateLines == 0 && proof.emptyLines == 0 && proof.rejected.isEmpty)
        #expect(proof.summaries.summary(LineCount.self)?.records == 2)
        #expect(archive.archived[id]?.raw == ResultLine.file(whole))
        #expect(archive.archived[id]?.flatRows.split(separator: 0x0A).count == 2)
        #expect(archive.discarded.isEmpty)
        #expect(record.pauses.isEmpty)
        #expect(service.retrieved.isEmpty)
    }

    @Test func `a batch without requests is published from an empty body`() async throws {
        let outcome = try await export(try service(.file([])), batch([:]))
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived[id]?.raw == [])
    }

    @Test func `empty lines and a missing final line end are not faults`() async throws {
        let bytes = Array("\n".utf8) + ResultLine.file(whole).dropLast()
        let outcome = try await export(try service(.body(ScriptedBody(bytes))), batch())
        guard case .archived(_, let proof, let received) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(proof.emptyLines == 1)
        #expect(received == bytes.count)
        #expect(archive.archived[id]?.raw == bytes + [0x0A])
    }

    // MARK: Cut

    @Test func `a cut body is downloaded again and published when it is complete`() async throws {
        let service = try service(.file([whole[0]]), .file(whole))
        let outcome = try await export(service, batch())
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.archived[id]?.raw == ResultLine.file(whole))
        #expect(archive.opened == [id, id])
        #expect(archive.discarded == [id])
        #expect(record.pauses == [.seconds(1)])
        #expect(retries() == ["1 unproven"])
        #expect(service.retrieved == [id])
    }

    @Test func `a body cut inside its last line is downloaded again`() async throws {
        let outcome = try await export(
            try service(.body(ScriptedBody(Array(ResultLine.file(whole).dropLast(9)))), .file(whole)),
            batch()
        )
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `two equal cut bodies are quarantined with the reason`() async throws {
        let outcome = try await export(try service(.file([whole[0]])), batch())
        guard case .quarantined(let faults) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(faults == [.count(type: "errored", expected: 1, found: 0)])
        #expect(archive.quarantined[id]?.reasons == faults.map(\.sentence))
        #expect(archive.quarantined[id]?.raw == ResultLine.file([whole[0]]))
        #expect(archive.opened.count == 2)
        #expect(archive.archived.isEmpty)
    }

    @Test func `two cut bodies with the same lines in another order are quarantined too`() async throws {
        let cut = (0..<3).map { ResultLine.succeeded("r\($0)") }
        let service = ScriptedService([try batch(["succeeded": 9])])
        service.script(id, [.file(cut), .file(cut.reversed()), .file(cut)])
        let outcome = try await export(service, batch(["succeeded": 9]))
        guard case .quarantined = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(service.asked.count == 2)
    }

    @Test func `cut bodies that differ are downloaded until the attempts are used up`() async throws {
        let service = ScriptedService([try batch(["succeeded": 9])])
        service.script(id, (1...6).map { .file((0..<$0).map { ResultLine.succeeded("r\($0)") }) })
        let outcome = try await export(service, batch(["succeeded": 9]), attempts: 4)
        guard case .quarantined(let faults) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(faults == [.count(type: "succeeded", expected: 9, found: 4)])
        #expect(service.asked.count == 4)
        #expect(record.pauses == [.seconds(1), .seconds(2), .seconds(4)])
    }

    // MARK: Replacing

    @Test(arguments: [true, false])
    func `lines that must be the archived ones are published only if they are`(areSame: Bool) async throws {
        var settings = ExportSettings(replacesArchived: true)
        settings.archivedLines = ArchivedLines(digest: LinesDigest(of: ResultLine.file(whole.reversed())))
        let served = areSame ? whole : [ResultLine.succeeded("other"), ResultLine.errored("b")]
        let service = try service(.file(served))
        let outcome = try await BatchExport(ports: record.ports(service, archive), settings: settings, listedAt: nil)
            .run(batch())
        switch outcome {
        case .archived: #expect(areSame)
        case .quarantined(let faults):
            #expect(!areSame && faults == [.otherLines])
            // The first download is not believed.
            #expect(service.asked.count == 2)
        default: Issue.record("\(outcome)")
        }
        #expect(archive.archived.count == (areSame ? 1 : 0))
    }

    // MARK: Contradiction

    @Test func `a contradicting body is downloaded again once, then quarantined`() async throws {
        let doubled = whole + [whole[0]]
        let service = try service(.file(doubled), .file(doubled + [whole[1]]))
        let outcome = try await export(service, batch())
        guard case .quarantined(let faults) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(faults.contains(.duplicateLines(2)))
        #expect(service.asked.count == 2)
        #expect(archive.quarantined[id]?.proof.duplicateLines == 2)
    }

    @Test func `a contradicting body that is correct the second time is published`() async throws {
        let outcome = try await export(try service(.file(["[]"] + whole), .file(whole)), batch())
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(retries() == ["1 unproven"])
    }

    @Test func `invalid lines are quarantined with their positions`() async throws {
        let outcome = try await export(try service(.file(whole + ["{\"custom_id\":"])), batch())
        guard case .quarantined = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(archive.quarantined[id]?.proof.rejected.map(\.lineNumber) == [3])
    }

    // MARK: The batch object is retrieved again

    @Test func `counts that changed since the listing replace the listed ones`() async throws {
        let service = try service(.file(whole))
        let outcome = try await export(service, batch(["succeeded": 1]))
        guard case .archived(_, let proof, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(proof.batch.counts[.errored] == 1)
        #expect(service.retrieved == [id])
    }

    @Test func `a batch removed between two downloads is not requested again`() async throws {
        let service = try service(.file([whole[0]]))
        service.scriptRetrieval(id, .success(try .sample(id, archived: "2024-09-18T00:00:00Z")))
        let outcome = try await export(service, batch())
        guard case .removed = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(service.asked.count == 1)
        #expect(archive.discarded == [id])
    }

    @Test(arguments: [500, 401, 403])
    func `if the batch object cannot be retrieved again, the old one is used`(status: Int) async throws {
        let service = try service(.file([whole[0]]), .file(whole))
        service.scriptRetrieval(id, .failure(.status(status)))
        let outcome = try await export(service, batch())
        guard case .archived = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}
