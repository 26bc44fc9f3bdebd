import BatchPipeline
import BlockGzip
import Foundation
import JSONLines
import MessageBatches
import Prices
import Testing

@testable import BatchArchive

struct DerivedFilesTests {
    private let archive = TemporaryArchive()

    /// Rebuilds with a table of one model.
    private func derivedFiles(input: Int, version: Int = 7) throws -> DerivedFiles {
        let csv = "model_id,input,output\nclaude-3-haiku-20240307,\(input),0\n"
        var settings = testSettings()
        settings.prices = try PriceTableReader.table(csv: csv, origin: .file("folder/p.csv"))
        settings.derivations["flat_schema"] = version
        return DerivedFiles(
            in: archive.folder,
            settings: settings,
            summaries: SummarySet([ResultTotal.self]),
            replacesPrices: true
        )
    }

    private func manifest() async throws -> Manifest {
        try #require(try await archive.manifests()["msgbatch_01"])
    }

    private func costs(_ manifest: Manifest) throws -> [String] {
        let rows = try content(of: try #require(manifest.files[.results]).path, in: archive.folder)
        return String(decoding: rows, as: UTF8.self).split(separator: "\n")
            .map { row in
                let parts = row.split(separator: "\"cost_usd\":")
                return String(parts.last?.prefix { $0 != "," } ?? "")
            }
    }

    @Test func `rows, prices and versions are replaced, and raw stays as it is`() async throws {
        try await archive.sink().export()
        let before = try await manifest()
        #expect(try costs(before) == ["null", "null", "null"])
        try await derivedFiles(input: 2).rebuild(before)
        let after = try await manifest()
        #expect(try costs(after) == ["0", "0.000001", "0.000002"])
        #expect(after.files[.raw] == before.files[.raw])
        #expect(after.revision == before.revision + 1)
        #expect(after.derivations["flat_schema"] == 7)
        #expect(after.prices?.map(\.origin) == [.file("p.csv")])
        #expect(after.batch.json == before.batch.json && after.source == before.source)
        #expect(try archive.folder.names(in: ArchivePaths.partial).filter { !$0.hasSuffix(".lock") } == [])
    }

    @Test func `a row that lacks a needed price is recorded, and does not count as a new price later`() async throws {
        let batch = try sampleBatch(results: 1)
        let body = Array(
            String(decoding: sampleBody(results: 1), as: UTF8.self)
                .replacing("\"output_tokens\":7", with: "\"output_tokens\":7,\"cache_read_input_tokens\":5").utf8
        )
        let draft = try await archive.sink().openDraft(of: batch)
        try await draft.write(body, of: batch)
        var proof = proof(batch, results: 1)
        proof.linesDigest = LinesDigest(of: body)
        _ = try await draft.publish(proof)
        // The table has no price for tokens read from the cache.
        try await derivedFiles(input: 2).rebuild(try await manifest())
        let after = try await manifest()
        #expect(try costs(after) == ["null"])
        #expect(after.prices?.map(\.model) == ["claude-3-haiku-20240307"])
    }

    @Test func `the recorded prices give the same rows whatever table is current`() async throws {
        try await archive.sink().export()
        try await derivedFiles(input: 2, version: testSettings().derivations["flat_schema"] ?? 1)
            .rebuild(try await manifest())
        try await archive.sink().finishRun()
        try await archive.sink().rewriteChecksums()
        #expect(try await archive.faults() == [])
    }

    @Test func `an interruption between any two steps leaves a complete batch`() async throws {
        try await archive.sink().export()
        var input = 2
        var limit = 0
        var isDone = false
        while !isDone {
            let before = try await manifest()
            let (publication, _) = try await derivedFiles(input: input).publication(replacing: before)
            let steps = PublishPlan([publication]).steps.count
            _ = PublishPlan([publication]).run(in: archive.folder, limit: limit)
            _ = try archive.sink().prepare()
            let after = try await manifest()
            #expect(after == before || after.revision == before.revision + 1, "after \(limit) steps")
            let rows = try #require(after.files[.results])
            #expect(try ContentDigest.hex(archive.folder.read(rows.path)) == rows.sha256, "after \(limit) steps")
            isDone = limit == steps
            (input, limit) = (input + 2, limit + 1)
        }
        #expect(limit > 5)
        #expect(try costs(await manifest()) != ["null", "null", "null"])
    }

    @Test func `joined files that could not be removed are removed by the next run`() async throws {
        try await archive.sink().export()
        try await archive.sink().finishRun()
        var old = try await manifest()
        let path = "joined/date=2024-08-20/msgbatch_01.ndjson.gz"
        let rows = try archive.folder.read(try #require(old.files[.results]).path)
        old.files[.joined] = old.files[.results]
        old.files[.joined]?.path = path
        old.join = Array(#"{"output":"flat"}"#.utf8)
        old.revision += 1
        try archive.sink().replace(old)
        try await archive.sink().rewriteChecksums()
        // A folder cannot be removed as a file.
        try archive.put([1], at: "\(path)/x")
        let repair = ArchiveRepair(
            archive.folder,
            settings: testSettings(),
            service: nil,
            summaries: SummarySet([ResultTotal.self]),
            replacesPrices: true,
            now: { Timestamp(seconds: 1_724_300_000) }
        )
        await #expect(throws: ArchiveFailure.self) {
            try await repair.run(RepairPlan(rebuilding: ["msgbatch_01"])) { _, _ in }
        }
        try FileManager.default.removeItem(atPath: archive.folder.path(path))
        try archive.put(rows, at: path)
        _ = try archive.sink().prepare()
        let after = try await manifest()
        #expect(after.revision > old.revision && after.join == nil && after.isJoinPending)
        #expect(try archive.folder.status(path) == nil)
        #expect(try await archive.faults() == [])
    }

    @Test func `a damaged raw file changes nothing`() async throws {
        try await archive.sink().export()
        let before = try await manifest()
        let raw = try #require(before.files[.raw]).path
        try archive.change(raw) { $0[$0.count / 2] ^= 1 }
        await #expect(throws: ArchiveFailure.self) { try await derivedFiles(input: 2).rebuild(before) }
        #expect(try await manifest() == before)
        #expect(try archive.folder.names(in: ArchivePaths.partial).filter { !$0.hasSuffix(".lock") } == [])
    }
}
