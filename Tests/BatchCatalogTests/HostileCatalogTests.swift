import BatchArchive
import BatchCatalog
import BatchPipeline
import Foundation
import GRDB
import MessageBatches
import TestSupport
import Testing

/// No value of a catalog or a listing ends the process.
struct HostileCatalogTests {
    private let origin = "https://api.example"

    /// The catalog of a few batches and runs.
    private func fill(_ catalog: Catalog) throws {
        try catalog.save([Samples.row(), Samples.row("msgbatch_2", daysBefore: 40)])
        var run = try catalog.begin(CatalogRun(command: "export", arguments: [], version: "1", startedAt: Samples.now))
        (run.finishedAt, run.listedSince, run.counts) = (Samples.now, Samples.now, ["listed": 1])
        try catalog.save(run)
        try catalog.save([CompletedWindow(since: nil, end: Samples.now, workspaceID: nil)], of: origin)
    }

    /// Reads a catalog like `export`, `status` and `query` do.
    private func read(_ catalog: Catalog, now: Timestamp) async throws {
        let status = try ArchiveStatus(
            of: catalog,
            archive: "a",
            pending: PendingWork(),
            source: nil,
            now: now,
            warnDays: 4,
            lastRuns: 9
        )
        _ = status.count(.archived, .new)
        for row in try catalog.batches() { _ = (row.counts.total, row.daysLeft(at: now), row.retentionEnds.text) }
        let plan = try WindowPlan(catalog, origin: origin, now: now)
        for window in [BatchWindow(), BatchWindow(since: now), BatchWindow(until: now)] {
            let selection = plan.resolve(ExportSelection(window: window, filter: BatchFilter()), isFull: false)
            _ = (plan.batchesBefore(selection)?.count, selection.shortWindow)
        }
        let options = CatalogLedger.Options(
            origin: origin,
            ignoresRetrySchedule: false,
            writes: true,
            now: { now },
            observe: { _ in },
            describe: { _ in "" }
        )
        let ledger = CatalogLedger(catalog, options)
        _ = await ledger.advice(
            on: ListedBatches(
                batches: [Samples.batch()],
                serverDate: now,
                completed: CompletedWindow(end: now, workspaceID: nil)
            )
        )
        for id in ["msgbatch_1", "msgbatch_2"] {
            _ = await ledger.record(.failed(.service(Samples.failure(500))), of: Samples.batch(id))
        }
        _ = ledger.retentionReport(at: now, warnDays: 29)
    }

    @Test func `no value of a column ends the process`() async throws {
        var random = SeededGenerator(seed: 16)
        let integers = [Int64.min, -1, 0, 1, 1 << 53, (1 << 53) + 1, .max]
        let texts =
            HostileValues.times + [
                "", "x", "archived", "failed", #"{"a":-9223372036854775808,"processing":-9223372036854775808}"#,
                #"{"a":9223372036854775807,"b":9223372036854775807}"#, #"{"listed":1e400}"#, #"["x"]"#,
            ]
        for _ in 0..<60 {
            try await withCatalogFile { path in
                try fill(Catalog(path: path, usesWriteAheadLog: false))
                try await DatabaseQueue(path: path)
                    .write { [random] db in
                        var random = random
                        for _ in 0..<random.int(1...4) {
                            let table = random.pick(["batches", "runs", "completed_windows"])
                            let column = random.pick(try db.columns(in: table))
                            let value: any DatabaseValueConvertible =
                                column.type == "INTEGER" ? random.pick(integers) : random.pick(texts)
                            try? db.execute(sql: "UPDATE \(table) SET \(column.name) = ?", arguments: [value])
                        }
                    }
                _ = random.next()
                let now = random.once(in: 2) ? Samples.now : Timestamp(random.pick(HostileValues.times)) ?? Samples.now
                for isReading in [true, false] {
                    let open = {
                        try isReading ? Catalog(reading: path) : Catalog(path: path, usesWriteAheadLog: false)
                    }
                    // An invalid value is an error; it must not end the process.
                    do { try await read(open(), now: now) } catch is CatalogFailure {}
                }
            }
        }
    }

    @Test func `no date and no count of a batch object ends the process`() throws {
        var random = SeededGenerator(seed: 17)
        let json = """
            {"id":"msgbatch_1","processing_status":"ended","request_counts":{"processing":0,"succeeded":3,"errored":1,\
            "canceled":0,"expired":0},"created_at":"2024-08-20T18:37:24Z","expires_at":"2024-08-21T18:37:24Z",\
            "ended_at":"2024-08-20T19:37:24Z","archived_at":"2024-09-20T18:37:24Z","results_url":null}
            """
        for _ in 0..<2_000 {
            let text = HostileValues.changed(json, by: &random)
            guard let batch = try? MessageBatch(json: Array(text.utf8)) else { continue }
            let now = Timestamp(random.pick(HostileValues.times)) ?? Samples.now
            var row = CatalogBatch(batch, seenAt: now, serverDate: now)
            for _ in 0..<3 { row.record(.quarantined([]), error: "", at: now) }
            row.recordMissing("", at: now, serverDate: now)
            _ = (row.daysLeft(at: now), batch.counts.total, batch.day.text, batch.retentionEnds.text)
        }
    }
}

/// The path of a catalog that does not exist yet, in a folder that is removed after `body`.
private func withCatalogFile(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: Catalog.fileName).path)
}
