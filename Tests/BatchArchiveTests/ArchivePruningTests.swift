import Foundation
import MessageBatches
import Testing

@testable import BatchArchive

struct ArchivePruningTests {
    private let archive = TemporaryArchive()

    private func plan(before: String = "2024-08-21", removesLastCopies: Bool = true, now: String) throws -> PrunePlan {
        PrunePlan(
            before: [.raw: try #require(CalendarDay(before)).start],
            removesLastCopies: removesLastCopies,
            now: try #require(CalendarDay(now)).start
        )
    }

    private func export() async throws {
        let sink = archive.sink()
        try await sink.export("a", day: "2024-08-20")
        try await sink.export("b", day: "2024-08-21")
        try await sink.finishRun()
    }

    @Test func `only older files are selected, and raw that the API has removed is a last copy`() async throws {
        try await export()
        let manifests = Array(try await archive.manifests().values)
        let young = try plan(removesLastCopies: false, now: "2024-09-01").files(of: manifests)
        #expect(young.map(\.manifest.batch.id) == ["a"])
        #expect(!young[0].isLastCopy)
        // 29 days after 18:37 of the 20th.
        let plan = try plan(removesLastCopies: false, now: "2024-09-19")
        let old = plan.files(of: manifests)
        #expect(old[0].isLastCopy && !plan.removes(old[0]))
    }

    @Test func `pruned files are removed and the manifest records it`() async throws {
        try await export()
        let plan = try plan(now: "2024-12-01")
        let sink = archive.sink()
        let before = try #require(try await archive.manifests()["a"])
        try sink.prune(plan.files(of: Array(try await archive.manifests().values)), at: plan.now)
        try await sink.finishRun()
        #expect(try archive.paths().filter { $0.hasPrefix("raw/") } == ["raw/date=2024-08-21/b.jsonl.gz"])
        let manifest = try #require(try await archive.manifests()["a"])
        #expect(manifest.files[.raw] == nil && manifest.files[.results] != nil)
        #expect(manifest.pruned[.raw]?.content == before.files[.raw]?.content)
        #expect(manifest.pruned[.raw]?.prunedAt == plan.now)
        #expect(manifest.revision == 2)
        #expect(try await archive.faults() == [])
    }

    @Test func `a file that a killed run left behind is removed by the next`() async throws {
        try await export()
        let plan = try plan(now: "2024-12-01")
        let raw = try archive.folder.read("raw/date=2024-08-20/a.jsonl.gz")
        let sink = archive.sink()
        try sink.prune(plan.files(of: Array(try await archive.manifests().values)), at: plan.now)
        try await sink.finishRun()
        try archive.put(raw, at: "raw/date=2024-08-20/a.jsonl.gz")
        #expect(try await archive.faults() == ["+ raw/date=2024-08-20/a.jsonl.gz"])
        let repair = RepairPlan(try await archive.verify())
        #expect(repair.isNeeded && repair.steps.isEmpty && repair.unnamed == ["raw/date=2024-08-20/a.jsonl.gz"])
        try sink.removePruned(of: Array(try await archive.manifests().values))
        #expect(try await archive.faults() == [])
    }

    @Test(arguments: ["record", "manifest", "file"])
    func `the next run removes what a killed run has left, and nothing else`(last: String) async throws {
        try await export()
        let other = "raw/date=2024-08-20/z.jsonl.gz"
        try archive.put([1], at: other)
        let plan = try plan(now: "2024-12-01")
        let manifests = Array(try await archive.manifests().values)
        let raw = try archive.folder.read("raw/date=2024-08-20/a.jsonl.gz")
        try RemovalRecord.begin(plan.files(of: manifests).map(\.manifest), in: archive.folder)
        if last != "record" { try archive.sink().prune(plan.files(of: manifests), at: plan.now) }
        if last == "manifest" { try archive.put(raw, at: "raw/date=2024-08-20/a.jsonl.gz") }
        _ = try archive.sink().prepare()
        #expect(try await archive.faults() == ["+ \(other)"])
        #expect(try archive.paths().contains("raw/date=2024-08-20/a.jsonl.gz") == (last == "record"))
        #expect(try archive.paths().contains("raw/date=2024-08-21/b.jsonl.gz"))
        #expect(try archive.paths().filter { $0.hasPrefix("_partial/") } == [])
    }

    @Test func `a file that could not be removed is removed by the next run`() async throws {
        try await export()
        let path = "raw/date=2024-08-20/a.jsonl.gz"
        let raw = try archive.folder.read(path)
        try archive.folder.remove(path)
        // A folder cannot be removed as a file.
        try archive.put([1], at: "\(path)/x")
        let plan = try plan(now: "2024-12-01")
        await #expect(throws: ArchiveFailure.self) { try await archive.sink().prune(plan) { _ in } }
        try FileManager.default.removeItem(atPath: archive.folder.path(path))
        try archive.put(raw, at: path)
        _ = try archive.sink().prepare()
        #expect(try await archive.faults() == [])
        #expect(try await archive.manifests()["a"]?.pruned[.raw] != nil)
        #expect(try archive.folder.status(path) == nil)
    }

    @Test func `a damaged manifest stays damage after a killed run`() async throws {
        try await export()
        let plan = try plan(now: "2024-12-01")
        let manifests = Array(try await archive.manifests().values)
        try archive.change("manifests/date=2024-08-20/a.json") { $0[$0.count / 2] ^= 1 }
        try RemovalRecord.begin(plan.files(of: manifests).map(\.manifest), in: archive.folder)
        _ = try archive.sink().prepare()
        #expect(try await archive.faults().contains("* manifests/date=2024-08-20/a.json"))
        #expect(try archive.paths().contains("raw/date=2024-08-20/a.jsonl.gz"))
    }

    @Test func `other files of an earlier manifest are kept`() async throws {
        try await export()
        var old = try #require(try await archive.manifests()["a"])
        let rows = try archive.folder.read("results/date=2024-08-20/a.ndjson.gz")
        try archive.put(rows, at: "joined/date=2024-08-20/a.ndjson.gz")
        var joined = try #require(old.files[.results])
        joined.path = "joined/date=2024-08-20/a.ndjson.gz"
        old.files[.joined] = joined
        old.files[.unmatched] = joined
        old.files[.unmatched]?.path = "unmatched/date=2024-08-20/a.ndjson.gz"
        old.derivations["join"] = 4
        var settings = testSettings()
        settings.replaced = old
        let sink = FileArchive(archive.folder, settings: settings)
        try await sink.export("a")
        try await sink.finishRun()
        let manifest = try #require(try await archive.manifests()["a"])
        #expect(manifest.files[.joined] == joined && manifest.files[.unmatched] == nil)
        #expect(manifest.derivations["join"] == 4)
        let found = try await archive.verify()
        #expect(found.allSatisfy { $0.mark == .intact && !$0.isOutdated })
    }
}
