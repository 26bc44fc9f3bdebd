import SystemPackage
import Testing

@testable import BatchArchive

struct PublishPlanTests {
    private func publication(_ id: String, day: String = "2024-08-20") -> Publication {
        Publication(
            moves: [.init(from: "_partial/\(id).raw.jsonl.gz", to: "raw/date=\(day)/\(id).jsonl.gz")],
            document: .init(from: "_partial/\(id).manifest.json", to: "manifests/date=\(day)/\(id).json"),
            text: Array(id.utf8)
        )
    }

    @Test func `data is synced before it is renamed, and renamed before the manifest`() {
        let steps = PublishPlan([publication("a"), publication("b")]).steps.map(\.action)
        let day = "date=2024-08-20"
        #expect(
            steps == [
                .write(Array("a".utf8), to: "_partial/a.manifest.json"),
                .write(Array("b".utf8), to: "_partial/b.manifest.json"),
                .sync("_partial/a.raw.jsonl.gz"), .sync("_partial/a.manifest.json"),
                .sync("_partial/b.raw.jsonl.gz"), .sync("_partial/b.manifest.json"),
                .sync("_partial"),
                .makeFolder("raw/\(day)"), .makeFolder("manifests/\(day)"),
                .rename(.init(from: "_partial/a.raw.jsonl.gz", to: "raw/\(day)/a.jsonl.gz")),
                .rename(.init(from: "_partial/b.raw.jsonl.gz", to: "raw/\(day)/b.jsonl.gz")),
                .sync("raw/\(day)"),
                .rename(.init(from: "_partial/a.manifest.json", to: "manifests/\(day)/a.json")),
                .rename(.init(from: "_partial/b.manifest.json", to: "manifests/\(day)/b.json")),
                .sync("manifests/\(day)"),
            ]
        )
    }

    @Test func `a batch that fails does not stop the others`() throws {
        let archive = TemporaryArchive()
        for id in ["a", "c"] { try archive.put([0x41], at: "_partial/\(id).raw.jsonl.gz") }
        let failures = PublishPlan(["a", "b", "c"].map { publication($0) }).run(in: archive.folder)
        #expect(failures[0] == nil && failures[2] == nil)
        #expect(failures[1]?.code == .noSuchFileOrDirectory)
        #expect(failures[1]?.path == archive.folder.path("_partial/b.raw.jsonl.gz"))
        let day = "date=2024-08-20"
        #expect(try archive.folder.names(in: "manifests/\(day)") == ["a.json", "c.json"])
        #expect(try archive.folder.names(in: "raw/\(day)") == ["a.jsonl.gz", "c.jsonl.gz"])
    }

    @Test func `a folder that cannot be created stops the batches of its day only`() throws {
        let archive = TemporaryArchive()
        for id in ["a", "b", "c"] { try archive.put([0x41], at: "_partial/\(id).raw.jsonl.gz") }
        try archive.put([0x41], at: "raw/date=2024-08-20")
        let group = [publication("a"), publication("b", day: "2024-08-21"), publication("c")]
        let failures = PublishPlan(group).run(in: archive.folder)
        #expect(failures[0]?.cause == .notAFolder && failures[2]?.cause == .notAFolder)
        #expect(failures[1] == nil)
        #expect(try archive.folder.names(in: "manifests/date=2024-08-20") == [])
    }
}

struct PublisherTests {
    private let archive = TemporaryArchive()

    @Test func `a failed batch leaves nothing in the archive and nothing in _partial`() async throws {
        let sink = archive.sink()
        _ = try sink.prepare()
        try archive.put([0x41], at: "manifests/date=2024-08-20")
        let failure = await #expect(throws: ArchiveFailure.self) { try await sink.export() }
        #expect(failure?.cause == .notAFolder)
        #expect(try archive.paths() == ["manifests/date=2024-08-20"])
    }
}
