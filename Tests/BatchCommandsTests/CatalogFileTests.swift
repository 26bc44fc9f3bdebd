import BatchArchive
import BatchCatalog
import BatchCommands
import BatchSimulator
import Foundation
import Testing

/// The catalog is an index: without it a run continues, and the rows are rebuilt.
struct CatalogFileTests {
    private func batches() throws -> [SimulatedBatch] {
        [
            try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 2),
            try Nights.batch("odd", daysBefore: 2, kind: .contradicting),
        ]
    }

    /// The rows without the columns that no file contains: when a batch was seen, how often it was tried.
    private func rows(_ nights: Nights) throws -> [CatalogBatch] {
        try Catalog(reading: nights.archive.url.appending(path: Catalog.fileName).path).batches()
            .map { row in
                var row = row
                (row.lastSeenAt, row.nextTryAt, row.attempts) = (nil, nil, 0)
                return row
            }
    }

    private func catalogURL(_ nights: Nights) -> URL {
        nights.archive.url.appending(path: Catalog.fileName)
    }

    @Test func `a rebuilt catalog has the rows of the original`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let grown = try rows(nights)
            #expect(grown.map(\.state) == [.archived, .archived, .quarantined])
            try FileManager.default.removeItem(at: catalogURL(nights))
            let rebuild = await nights.run(["catalog", "rebuild"])
            #expect(rebuild.status == .done)
            #expect(rebuild.notes.contains("Rebuilt the catalog of "), "\(rebuild.notes)")
            #expect(rebuild.notes.contains(" from 2 manifests.\n") && !rebuild.notes.contains("warning: "))
            #expect(try rows(nights) == grown)
        }
    }

    @Test func `a rebuild keeps what is only in the catalog`() async throws {
        try await Nights.run(batches() + [Nights.batch("bad", daysBefore: 1, kind: .tooLong)]) { nights in
            _ = await nights.export()
            _ = await nights.export()
            let before = try rows(nights)
            #expect(await nights.run(["catalog", "rebuild"]).status == .done)
            #expect(try rows(nights) == before)
            #expect(await nights.export().batches["retry_scheduled"] == 2)
        }
    }

    @Test(arguments: [0..<100, 100..<2_000, 4_096..<40_000])
    func `a damaged catalog is set aside and rebuilt with a warning`(damage: Range<Int>) async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let grown = try rows(nights)
            var bytes = try Data(contentsOf: catalogURL(nights))
            for index in damage.clamped(to: 0..<bytes.count) { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
            try bytes.write(to: catalogURL(nights))
            let run = await nights.export()
            #expect(run.notes.contains("catalog.sqlite': damaged: "), "\(run.notes)")
            #expect(run.notes.contains("it is kept as catalog.sqlite.old"))
            #expect(run.batches["already_archived"] == 2 && run.batches["archived_now"] == nil)
            #expect(nights.fetches(of: "msgbatch_a") == 1)
            #expect(nights.archive.files(in: "").contains("catalog.sqlite.old"))
            #expect(try rows(nights) == grown)
        }
    }

    @Test(arguments: [true, false])
    func `a missing or empty catalog is built from the manifests, with a warning`(isMissing: Bool) async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            try FileManager.default.removeItem(at: catalogURL(nights))
            if !isMissing { try Data().write(to: catalogURL(nights)) }
            let run = await nights.export()
            #expect(run.notes.contains("catalog not found: it was rebuilt from 2 manifests"))
            #expect(nights.fetches(of: "msgbatch_a") == 1)
            #expect(!(await nights.export()).notes.contains("catalog not found"))
        }
    }

    @Test func `a folder in place of the catalog is set aside`() async throws {
        try await Nights.run(batches()) { nights in
            let folder = catalogURL(nights)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let run = await nights.export()
            #expect(run.notes.contains("it is a folder, not a file; it is kept as catalog.sqlite.old"), "\(run.notes)")
            #expect(run.batches["archived_now"] == 2)
        }
    }

    @Test func `a batch whose manifest is missing is fetched again`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let name = try #require(nights.archive.files(in: "manifests").first { $0.contains("msgbatch_a") })
            try FileManager.default.removeItem(at: nights.archive.url.appending(path: "manifests/\(name)"))
            #expect(await nights.export().batches["archived_now"] == 1)
        }
    }

    @Test func `a batch that was published before the catalog recorded it is not fetched again`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let grown = try rows(nights)
            let catalog = try Catalog(path: catalogURL(nights).path, usesWriteAheadLog: true)
            var row = try #require(try catalog.batch("msgbatch_a"))
            row.reopen()
            try catalog.save([row])
            #expect(await nights.export().batches["archived_now"] == nil)
            #expect(try rows(nights) == grown)
            #expect(nights.fetches(of: "msgbatch_a") == 1)
        }
    }

    @Test func `without a catalog the status is read from the files, and no catalog is created`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            try FileManager.default.removeItem(at: catalogURL(nights))
            let counts = await nights.status()["batches"] as? [String: Int]
            #expect(counts?["archived"] == 2 && counts?["quarantined"] == 1)
            #expect(!FileManager.default.fileExists(atPath: catalogURL(nights).path))
        }
    }

    @Test func `the catalog is private to the user`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let attributes = try FileManager.default.attributesOfItem(atPath: catalogURL(nights).path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }
}
