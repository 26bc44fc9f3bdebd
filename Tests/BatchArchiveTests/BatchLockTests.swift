import BatchPipeline
import MessageBatches
import Testing

@testable import BatchArchive

/// Several processes in one archive: the process that locks a batch works on it.
struct BatchLockTests {
    private let archive = TemporaryArchive()

    private func batch(_ id: String) throws -> MessageBatch {
        try sampleBatch(id, results: 10)
    }

    /// A publication of a batch, half of it done.
    private func halfPublished(_ id: String) async throws {
        let draft = try #require(try await archive.sink().openDraft(of: batch(id)) as? FileDraft)
        try await draft.write(sampleBody(results: 10), of: batch(id))
        let plan = PublishPlan([try await draft.publication(proof(batch(id), results: 10))])
        // All files are in _partial; the first is renamed.
        _ = plan.run(in: archive.folder, limit: plan.steps.count - 4)
        #expect(try archive.paths().contains("_partial/\(id).manifest.json"))
    }

    @Test func `one process at a time locks a batch, and the lock leaves no file`() async throws {
        let first = try #require(try await archive.sink().claim(batch("one")))
        #expect(try await archive.sink().claim(batch("one")) == nil)
        let other = try #require(try await archive.sink().claim(batch("two")))
        await first.release()
        let second = try #require(try await archive.sink().claim(batch("one")))
        await second.release()
        await other.release()
        // A second release does not release the lock of the next holder.
        let third = try #require(try await archive.sink().claim(batch("one")))
        await second.release()
        #expect(try await archive.sink().claim(batch("one")) == nil)
        await third.release()
        #expect(try archive.paths().isEmpty)
    }

    @Test func `a lock on a removed file is not valid`() throws {
        try archive.folder.makeFolder(ArchivePaths.partial)
        let path = ArchivePaths.lock(of: "one")
        let late = try archive.folder.open(path, .locking)
        let before = try late.isNamed()
        try archive.folder.remove(path)
        let finished = try late.isNamed()
        let next = try archive.folder.open(path, .locking)
        let locked = try (late.isNamed(), next.isNamed())
        #expect(before && !finished && locked == (false, true))
    }

    @Test func `a starting run does not touch the batches of other processes`() async throws {
        try await halfPublished("theirs")
        try await halfPublished("ours")
        let before = try archive.files().filter { $0.key.contains("theirs") }
        guard let lock = try BatchLock.acquire("theirs", in: archive.folder) else {
            Issue.record("nobody else holds it")
            return
        }
        #expect(try archive.sink().prepare().finished == ["ours"])
        let after = try archive.files().filter { $0.key.contains("theirs") && !$0.key.hasSuffix(".lock") }
        #expect(after == before)
        lock.release()
        #expect(try archive.sink().prepare().finished == ["theirs"])
        #expect(try archive.folder.names(in: ArchivePaths.partial).isEmpty)
    }

    @Test func `the process that claims a batch first completes what a killed process began`() async throws {
        try await halfPublished("one")
        try await halfPublished("two")
        try archive.put([], at: ArchivePaths.lock(of: "one"))
        let claim = try #require(try await archive.sink().claim(batch("one")))
        #expect(claim.isArchived)
        await claim.release()
        #expect(try archive.folder.archivedIDs() == ["one"])
        // The other batch must not be changed.
        #expect(try archive.paths().contains("_partial/two.manifest.json"))
    }

    @Test func `files without a batch are left to the process that holds the archive`() async throws {
        try archive.put([0x41], at: "_partial/SHA256SUMS")
        let claim = try #require(try await archive.sink().claim(batch("one")))
        await claim.release()
        #expect(try archive.paths() == ["_partial/SHA256SUMS"])
        #expect(try archive.sink().prepare().removed == ["SHA256SUMS"])
    }

    @Test func `a shared archive has no checksum list until one process holds it alone`() async throws {
        let shared = FileArchive(archive.folder, settings: testSettings(), isShared: true)
        try await shared.finishRun()
        #expect(try archive.paths().isEmpty)
    }
}
