import BatchPipeline
import MessageBatches
import Testing

@testable import BatchArchive

struct ArchiveRecoveryTests {
    private let archive = TemporaryArchive()

    /// Written batches that are about to be published, with the plan to publish them.
    private func prepared(_ ids: [String], isQuarantine: Bool = false) async throws -> PublishPlan {
        let sink = archive.sink()
        _ = try sink.prepare()
        var group: [Publication] = []
        for (index, id) in ids.enumerated() {
            let batch = try sampleBatch(id, results: 10, day: "2024-08-2\(index)")
            let draft = try #require(try await sink.openDraft(of: batch) as? FileDraft)
            try await draft.write(sampleBody(results: 10), of: batch)
            let proof = proof(batch, results: 10)
            group.append(
                try await isQuarantine ? draft.quarantinePublication(proof, reasons: ["why"]) : draft.publication(proof)
            )
        }
        return PublishPlan(group)
    }

    @Test(arguments: [["one"], ["one", "two", "three"]])
    func `a publication interrupted between any two steps is completed or removed`(ids: [String]) async throws {
        let whole = TemporaryArchive()
        for (index, id) in ids.enumerated() {
            try await whole.sink().export(id, results: 10, day: "2024-08-2\(index)")
        }
        let expected = try whole.files()
        let stepCount = try await prepared(ids).steps.count
        for limit in 0...stepCount {
            _ = try await prepared(ids).run(in: archive.folder, limit: limit)
            let report = try archive.sink().prepare()
            let found = try archive.files()
            let archived = try archive.sink().folder.archivedIDs()
            // Every existing batch is byte for byte equal to that of an undisturbed run.
            #expect(found == expected.filter { archived.contains(id(in: $0.key)) }, "\(limit) steps done")
            #expect(archived.isSuperset(of: report.finished))
            #expect(archived == Set(ids) || limit < stepCount)
            for path in found.keys { try archive.folder.remove(path) }
        }
    }

    @Test func `a quarantine interrupted between any two steps is completed or removed`() async throws {
        let stepCount = try await prepared(["one"], isQuarantine: true).steps.count
        for limit in 0...stepCount {
            _ = try await prepared(["one"], isQuarantine: true).run(in: archive.folder, limit: limit)
            _ = try archive.sink().prepare()
            let paths = try archive.paths()
            let listing = try ArchiveReader(archive.folder).quarantined()
            #expect(paths.isEmpty || paths.count == 3, "\(limit) steps done")
            #expect(listing.manifests.count == (paths.isEmpty ? 0 : 1) && listing.unreadable.isEmpty)
            for path in paths { try archive.folder.remove(path) }
        }
    }

    @Test func `a repair interrupted between any two steps keeps the join, or is not done`() async throws {
        try await archive.sink().export("a")
        let rows = try archive.folder.read("results/date=2024-08-20/a.ndjson.gz")
        try archive.put(rows, at: "joined/date=2024-08-20/a.ndjson.gz")
        var old = try #require(try await archive.manifests()["a"])
        old.files[.joined] = old.files[.results]
        old.files[.joined]?.path = "joined/date=2024-08-20/a.ndjson.gz"
        old.join = Array(#"{"output":"ndjson"}"#.utf8)
        try archive.sink().replace(old)
        var settings = testSettings()
        settings.replaced = old
        settings.revision = 2
        let batch = try sampleBatch("a")
        var stepCount = 1
        var limit = 0
        while limit <= stepCount {
            let sink = FileArchive(archive.folder, settings: settings)
            let draft = try #require(try await sink.openDraft(of: batch) as? FileDraft)
            try await draft.write(sampleBody(), of: batch)
            let plan = PublishPlan([try await draft.publication(proof(batch))])
            _ = plan.run(in: archive.folder, limit: limit)
            _ = try sink.prepare()
            let manifest = try #require(try await archive.manifests()["a"])
            #expect(manifest.files[.joined] == old.files[.joined] && manifest.join == old.join, "\(limit) steps done")
            #expect(!manifest.isJoinPending)
            #expect(try archive.paths().filter { $0.hasPrefix("_partial/") } == [])
            #expect(limit < plan.steps.count || manifest.revision == 2)
            stepCount = plan.steps.count
            limit += 1
        }
        #expect(limit > 5)
    }

    @Test func `a partly written manifest makes nothing visible`() async throws {
        let plan = try await prepared(["one"])
        _ = plan.run(in: archive.folder, limit: 1)
        let path = "_partial/one.manifest.json"
        let text = try archive.folder.read(path)
        try archive.folder.remove(path)
        for length in [0, 1, text.count / 2, text.count - 2] {
            _ = try await prepared(["one"]).run(in: archive.folder, limit: 1)
            try archive.folder.write(Array(text.prefix(length)).span, to: path)
            let report = try archive.sink().prepare()
            #expect(report.finished == [])
            #expect(try archive.paths() == [])
        }
    }

    @Test func `data that does not match its manifest is never made visible`() async throws {
        let plan = try await prepared(["one"])
        let renames = plan.steps.firstIndex { if case .rename = $0.action { true } else { false } }
        for limit in try #require(renames)...(plan.steps.count - 3) {
            _ = try await prepared(["one"]).run(in: archive.folder, limit: limit)
            for path in try archive.paths() where path.hasSuffix(".jsonl.gz") {
                var file = try archive.folder.read(path)
                file[file.count - 1] ^= 1
                try archive.folder.write(file.span, to: path)
            }
            let report = try archive.sink().prepare()
            #expect(report.finished == [])
            #expect(try archive.paths() == [], "\(limit) steps done")
        }
    }

    @Test func `an archived batch keeps its data if a later attempt cannot be completed`() async throws {
        try await archive.sink().export("one", results: 10, day: "2024-08-20")
        let before = try archive.files()
        _ = try await prepared(["one"]).run(in: archive.folder, limit: 1)
        try archive.folder.remove("_partial/one.raw.jsonl.gz")
        try archive.folder.write([UInt8]("{".utf8).span, to: "_partial/one.manifest.json")
        _ = try archive.sink().prepare()
        #expect(try archive.files() == before)
    }

    @Test func `unfinished downloads are removed`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        let draft = try await sink.openDraft(of: batch)
        try await draft.write(sampleBody(), of: batch)
        _ = try await draft.writeScratchRun([1])
        try archive.put([0x41], at: "_partial/SHA256SUMS")
        let report = try archive.sink().prepare()
        #expect(report.removed.count == 4)
        #expect(try archive.paths() == [])
    }

    @Test func `a manifest under the name of another batch is not published`() async throws {
        _ = try await prepared(["one"]).run(in: archive.folder, limit: 1)
        try archive.folder.rename("_partial/one.manifest.json", to: "_partial/two.manifest.json")
        #expect(try archive.sink().prepare().finished == [])
        #expect(try archive.paths() == [])
    }

    @Test func `quarantined data of an archived batch is removed`() async throws {
        let sink = archive.sink()
        let batch = try sampleBatch()
        try await sink.export()
        try await sink.openDraft(of: batch).quarantine(proof(batch), reasons: ["an old story"])
        try archive.put([0x41], at: "_quarantine/other.raw.jsonl.gz")
        _ = try archive.sink().prepare()
        #expect(try archive.folder.names(in: ArchivePaths.quarantine) == ["other.raw.jsonl.gz"])
    }

    @Test func `quarantined data of a repair stays until a repair succeeds, and its batch is archived`() async throws {
        try await archive.sink().export()
        var settings = testSettings()
        settings.revision = 2
        let batch = try sampleBatch()
        let repair = FileArchive(archive.folder, settings: settings)
        try await repair.openDraft(of: batch).quarantine(proof(batch), reasons: ["other lines"])
        _ = try archive.sink().prepare()
        #expect(try archive.folder.names(in: ArchivePaths.quarantine) == ["msgbatch_01.json"])
        #expect(try ArchiveReader(archive.folder).quarantined().manifests == [])
        try await repair.export()
        #expect(try archive.folder.names(in: ArchivePaths.quarantine) == [])
    }

    @Test func `an intact archive is not changed`() async throws {
        try await archive.sink().export()
        let before = try archive.files()
        #expect(try archive.sink().prepare() == RecoveryReport())
        #expect(try archive.files() == before)
    }

    private func id(in path: String) -> String {
        String(path[path.index(after: path.lastIndex(of: "/")!)...].prefix { $0 != "." })
    }
}
