import BatchArchive
import BatchCatalog
import BatchCommands
import BatchPipeline
import BatchSimulator
import Foundation
import GRDB
import TestSupport
import Testing

/// A damaged catalog is set aside and rebuilt by the next run, and no command ends early because of it.
struct DamagedCatalogTests {
    private func batches() throws -> [SimulatedBatch] {
        [
            try Nights.batch("a", daysBefore: 3), try Nights.batch("b", daysBefore: 2),
            try Nights.batch("odd", daysBefore: 2, kind: .contradicting),
            try Nights.batch("bad", daysBefore: 1, kind: .tooLong),
        ]
    }

    private func path(_ nights: Nights) -> String { nights.archive.url.appending(path: Catalog.fileName).path }

    @Test(arguments: [
        "ALTER TABLE batches DROP COLUMN last_error", "ALTER TABLE runs RENAME COLUMN version TO edition",
        "ALTER TABLE batches ADD COLUMN more INTEGER NOT NULL DEFAULT 1", "DROP TABLE completed_windows",
        "DROP TABLE batches",
        "DROP TABLE runs", "DROP TABLE grdb_migrations",
        "UPDATE batches SET created_at = 'soon' WHERE state <> 'archived'",
        "UPDATE batches SET state = 'unheard_of' WHERE state = 'failed'", "UPDATE runs SET counts = '[1]'",
        "UPDATE runs SET counts = '{\"failed\":-9223372036854775808}'", "UPDATE runs SET started_at = ''",
        "UPDATE batches SET attempts = 9223372036854775807 WHERE state <> 'archived'",
        "UPDATE batches SET counts = '{\"a\":9223372036854775807,\"b\":1}' WHERE state <> 'archived'",
        "UPDATE batches SET request_ids = 'null' WHERE state <> 'archived'",
    ])
    func `a catalog with other columns or values is set aside once, and status works before`(change: String)
        async throws
    {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            try await DatabaseQueue(path: path(nights)).write { try $0.execute(sql: change) }
            let status = await nights.run(["status", "--format", "json"])
            #expect(status.status == .done && status.notes.contains(": damaged: "), "\(status.notes)")
            let counts = try #require(status.document["batches"] as? [String: Int])
            #expect(counts["archived"] == 2 && counts["quarantined"] == 1)
            let run = await nights.export()
            #expect(run.notes.contains(": damaged: ") && run.notes.contains("it is kept as catalog.sqlite.old"))
            #expect(run.batches["already_archived"] == 2 && run.batches["archived_now"] == nil, "\(run.output)")
            #expect(nights.archive.files(in: "").contains("catalog.sqlite.old"))
            let next = await nights.export()
            #expect(!next.notes.contains("catalog"), "\(next.notes)")
            // A table of runs that can be read is kept, and the row of a failed batch with it.
            let keeps = !change.contains(" runs")
            let runs = await nights.status()["runs"] as? [[String: Any]]
            #expect(runs?.count == (keeps ? 3 : 2))
            let isWhole = ["DROP TABLE completed_windows", "grdb", "ADD COLUMN"].contains { change.contains($0) }
            #expect(run.notes.contains("with its complete history") == isWhole, "\(run.notes)")
        }
    }

    @Test func `random damage loses no archived batch and ends no command`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            _ = try Catalog(path: path(nights), usesWriteAheadLog: false)
            let sound = try Data(contentsOf: URL(filePath: path(nights)))
            var random = SeededGenerator(seed: 16)
            var events = 0
            for round in 0..<90 {
                for name in nights.archive.files(in: "") where name.hasPrefix(Catalog.fileName) {
                    try FileManager.default.removeItem(at: nights.archive.url.appending(path: name))
                }
                try Self.damaged(sound, round, &random).write(to: URL(filePath: path(nights)))
                let file = CatalogFile(folder: ArchiveFolder(nights.path)) { _ in events += 1 }
                let status = try ArchiveStatus(
                    of: await file.openForReading(),
                    archive: "",
                    pending: PendingWork(),
                    source: nil,
                    now: nights.now,
                    warnDays: 4,
                    lastRuns: 10
                )
                #expect(status.count(.archived) == 2, "round \(round)")
                let catalog = try await file.openForRun()
                #expect(try catalog.ids(in: [.archived]) == ["msgbatch_a", "msgbatch_b"], "round \(round)")
                _ = try WindowPlan(catalog, origin: nights.server.baseURL, now: nights.now)
                let ledger = CatalogLedger(catalog, Self.options(nights))
                _ = await ledger.advice(on: ListedBatches())
            }
            #expect(events > 20)
        }
    }

    /// Bits changed, a part overwritten, or the end missing.
    private static func damaged(_ sound: Data, _ round: Int, _ random: inout SeededGenerator) -> Data {
        var bytes = sound
        let place = Int.random(in: bytes.indices, using: &random)
        switch round % 3 {
        case 0: for _ in 0...round % 4 { bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8(round % 8) }
        case 1:
            for index in place..<min(place + 300, bytes.count) { bytes[index] = .random(in: 0...255, using: &random) }
        default: bytes.removeLast(bytes.count - place)
        }
        return bytes
    }

    private static func options(_ nights: Nights) -> CatalogLedger.Options {
        CatalogLedger.Options(
            origin: nights.server.baseURL,
            ignoresRetrySchedule: false,
            writes: true,
            now: { Nights.start },
            observe: { _ in },
            describe: { _ in "failed" }
        )
    }

    @Test func `a catalog that is damaged during a run does not end the run`() async throws {
        try await Nights.run(batches()) { nights in
            _ = await nights.export()
            let url = URL(filePath: path(nights))
            let catalog = try Catalog(path: url.path, usesWriteAheadLog: false)
            let ledger = CatalogLedger(catalog, Self.options(nights))
            let file = try FileHandle(forWritingTo: url)
            try file.write(contentsOf: Data(repeating: 0xA5, count: Data(contentsOf: url).count))
            _ = await ledger.advice(on: ListedBatches())
            ledger.begin(CatalogRun(command: "export", arguments: [], version: "1", startedAt: nights.now))
            #expect(throws: CatalogFailure.self) { try catalog.batches() }
            let run = await nights.export()
            #expect(run.notes.contains(": damaged: ") && run.batches["already_archived"] == 2, "\(run.notes)")
        }
    }
}
