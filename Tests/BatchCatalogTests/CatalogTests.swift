import BatchCatalog
import BatchPipeline
import Foundation
import GRDB
import MessageBatches
import TestSupport
import Testing

struct CatalogTests {
    /// A row with something in every column.
    private func fullRow() -> CatalogBatch {
        var row = Samples.row()
        row.record(
            .failed(.service(Samples.failure(500, requestID: "req_é"))),
            error: "status 500; it's \"odd\"",
            at: Samples.now
        )
        row.removedAt = Samples.now
        row.finalizedAt = Samples.now
        row.lossReportedAt = Samples.now
        return row
    }

    @Test func `U+0000 in a status or an error of the server does not end the text`() throws {
        let catalog = try Catalog(inMemory: ())
        var row = Samples.row()
        row.status = ProcessingStatus("a\0b")
        row.record(.failed(.service(Samples.failure(500))), error: "before\0after", at: Samples.now)
        try catalog.save([row])
        let saved = try #require(try catalog.batch(row.id))
        #expect(saved.status.name == "a␀b")
        #expect(saved.lastError == "before␀after")
        try catalog.save([Samples.row(row.id + "\0x")])
        #expect(try catalog.batch(row.id) == saved)
        #expect(try catalog.batch(row.id + "\0x")?.lastError == nil)
        #expect(try catalog.batches().count == 2)
    }

    @Test func `a row comes back as it was written`() throws {
        try withCatalog { catalog, path in
            let rows = [fullRow(), Samples.row("msgbatch_2")]
            try catalog.save(rows)
            #expect(try catalog.batch("msgbatch_1") == rows[0])
            #expect(try catalog.batch("msgbatch_3") == nil)
            #expect(try Catalog(reading: path).batches() == rows)
        }
    }

    @Test func `rows are replaced, counted and listed by state, oldest first`() throws {
        try withCatalog { catalog, _ in
            var archived = Samples.row("msgbatch_b", daysBefore: 9)
            archived.archive(Samples.batch("msgbatch_b", daysBefore: 9), requestID: nil, at: Samples.now)
            try catalog.save([Samples.row("msgbatch_c", daysBefore: 2), Samples.row("msgbatch_b", daysBefore: 9)])
            try catalog.save([archived, Samples.row("msgbatch_a", daysBefore: 5)])
            #expect(try catalog.batchCounts() == [.archived: 1, .new: 2])
            #expect(try catalog.batches(in: LocalState.nonFinalStates).map(\.id) == ["msgbatch_a", "msgbatch_c"])
            #expect(try catalog.ids(in: LocalState.finalStates) == ["msgbatch_b"])
        }
    }

    @Test func `a catalog with earlier names of states is migrated`() throws {
        try withCatalog { catalog, path in
            let rows = [("pending", "waiting"), ("failed", "failing"), ("removed", "withdrawn"), ("lost", "lost")]
            let batches = try rows.map { (name, _) in
                var row = Samples.row("msgbatch_\(name)")
                row.state = try #require(LocalState(rawValue: name))
                row.lossReportedAt = Samples.now
                return row
            }
            try catalog.save(batches)
            var run = CatalogRun(command: "export", arguments: [], version: "1", startedAt: Samples.now)
            run.counts = ["listed": 5, "pending": 1, "retry_scheduled": 2, "removed": 3]
            run.listedSince = Samples.now
            run = try catalog.begin(run)
            try DatabaseQueue(path: path)
                .write { db in
                    for (name, former) in rows {
                        try db.execute(sql: "UPDATE batches SET state = ? WHERE state = ?", arguments: [former, name])
                    }
                    try db.execute(
                        sql: """
                            UPDATE runs SET counts = '{"listed":5,"not_ended":1,"postponed":2,"withdrawn":3}';
                            \(EarlierCatalog.undoRenaming)
                            """
                    )
                }
            let migrated = try Catalog(path: path, usesWriteAheadLog: true)
            #expect(try Set(migrated.batches()) == Set(batches))
            #expect(try migrated.runs(last: 1) == [run])
        }
    }

    @Test func `before a rebuild, only the batches that files record are removed`() throws {
        try withCatalog { catalog, _ in
            for state in LocalState.allCases {
                var row = Samples.row("msgbatch_\(state.rawValue)")
                row.state = state
                try catalog.save([row])
            }
            _ = try catalog.begin(CatalogRun(command: "export", arguments: [], version: "1", startedAt: Samples.now))
            try catalog.removeBatchesInFiles()
            let left = Set(LocalState.allCases).subtracting([.archived, .partial, .quarantined])
            #expect(Set(try catalog.batchCounts().keys) == left)
            #expect(try catalog.runs(last: 10).count == 1)
        }
    }

    @Test func `runs are numbered, and end where they began`() throws {
        try withCatalog { catalog, _ in
            let run = CatalogRun(
                command: "export",
                arguments: ["export", "--quiet"],
                version: "1",
                startedAt: Samples.now
            )
            var first = try catalog.begin(run)
            let second = try catalog.begin(run)
            #expect((first.number, second.number) == (1, 2))
            first.finishedAt = Samples.now.adding(seconds: 9)
            first.listedSince = Samples.now.adding(seconds: -99)
            first.counts = ["archived_now": 3]
            first.exitStatus = 143
            first.error = "stopped"
            try catalog.save(first)
            #expect(try catalog.runs(last: 5) == [second, first])
            #expect(try catalog.runs(last: 1) == [second])
            #expect(try catalog.completeListings(since: Samples.now) == [first])
            #expect(try catalog.completeListings(since: Samples.now.adding(seconds: 1)) == [])
        }
    }

    @Test func `completed windows come back, those of each service separately`() throws {
        try withCatalog { catalog, _ in
            var windows: [CompletedWindow] = []
            windows.add(CompletedWindow(since: nil, end: Samples.now, workspaceID: nil))
            windows.add(
                CompletedWindow(since: Samples.now, end: Samples.now.adding(seconds: 1), workspaceID: "wrkspc_1")
            )
            try catalog.save(windows, of: "https://a.example")
            try catalog.save(windows, of: "https://a.example")
            #expect(try catalog.completedWindows(of: "https://a.example", now: Samples.now).windows == windows)
            #expect(try catalog.completedWindows(of: "https://b.example", now: Samples.now).windows == [])
        }
    }

    @Test func `the listed ranges are the windows of all services and the windows that runs selected`() throws {
        try withCatalog { catalog, _ in
            let hour = { Samples.now.adding(seconds: $0 * 3_600) }
            let windows = [-9, -5].map { CompletedWindow(since: hour($0), end: hour($0 + 1), workspaceID: "w") }
            try catalog.save([windows[0]], of: "https://a.example")
            try catalog.save([windows[1]], of: "https://b.example")
            #expect(try Set(catalog.listedRanges(now: Samples.now) { _ in nil }) == Set(windows))
            var run = try catalog.begin(
                CatalogRun(command: "export", arguments: ["export"], version: "1", startedAt: hour(0))
            )
            (run.listedSince, run.finishedAt) = (hour(-3), hour(0))
            try catalog.save(run)
            try catalog.removeBatchesInFiles()
            // No run can list what did not exist yet.
            for (end, listed) in [(-1, -1), (0, 0), (2, 0)] as [(Int64, Int64)] {
                let range = CompletedWindow(since: hour(-3), end: hour(listed), workspaceID: nil)
                #expect(try catalog.listedRanges(now: Samples.now) { _ in hour(end) } == [range])
            }
            #expect(try catalog.listedRanges(now: Samples.now) { _ in nil } == [])
        }
    }

    @Test func `the oldest batch of a catalog can be in any state`() throws {
        try withCatalog { catalog, _ in
            #expect(try catalog.oldestCreation() == nil)
            var lost = Samples.row("msgbatch_1", daysBefore: 40)
            lost.state = .lost
            try catalog.save([Samples.row("msgbatch_2", daysBefore: 3), lost])
            #expect(try catalog.oldestCreation() == lost.createdAt)
        }
    }

    @Test(arguments: [
        "until = '2026-10-31T02:00:00.000000Z'", "since = '2026-01-01T00:00:00.000000Z'", "workspace_id = 'wrkspc_2'",
        "origin = 'https://b.example'", "checksum = NULL", "checksum = 'x'", "until = 'soon'", "since = 'once'",
    ])
    func `a completed window whose row was changed is invalid`(change: String) throws {
        let (origin, other) = ("https://a.example", "https://b.example")
        try withCatalog { catalog, path in
            try catalog.save([CompletedWindow(end: Samples.now, workspaceID: "wrkspc_1")], of: origin)
            try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE completed_windows SET \(change)") }
            let found = try [origin, other].map { try catalog.completedWindows(of: $0, now: Samples.now) }
            #expect(found.allSatisfy(\.windows.isEmpty) && found.contains { $0.hasInvalid })
        }
    }

    @Test func `the next completed window replaces an invalid one`() async throws {
        let (origin, catalog) = ("https://a.example", try Catalog(inMemory: ()))
        let future = CompletedWindow(end: Samples.now.adding(seconds: 26 * Samples.day), workspaceID: nil)
        try catalog.save([future], of: origin)
        let options = CatalogLedger.Options(
            origin: origin,
            ignoresRetrySchedule: false,
            writes: true,
            // This machine's clock is wrong too; the server's decides.
            now: { future.end },
            observe: { _ in },
            describe: { _ in "" }
        )
        let completed = CompletedWindow(end: Samples.now, workspaceID: nil)
        let listed = ListedBatches(serverDate: Samples.now, completed: completed)
        _ = await CatalogLedger(catalog, options).advice(on: listed)
        let stored = try catalog.completedWindows(of: origin, now: future.end)
        #expect(stored.windows == [completed] && !stored.hasInvalid)
    }

    @Test(arguments: [true, false])
    func `the log is written ahead where that is wanted, also in a file made otherwise`(usesLog: Bool) throws {
        try withCatalog { _, path in
            let path = path + "-other"
            for usesLog in [!usesLog, usesLog] {
                try Catalog(path: path, usesWriteAheadLog: usesLog).save([Samples.row()])
            }
            let mode = try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
            #expect(mode == (usesLog ? "wal" : "delete"))
        }
    }

    @Test func `a file that is no database is damaged`() throws {
        try withCatalog { catalog, path in
            let other = path + "-other"
            try Data("this is a text, and a long one at that".utf8).write(to: URL(filePath: other))
            let failure = #expect(throws: CatalogFailure.self) { try Catalog(path: other, usesWriteAheadLog: true) }
            guard case .damaged(let place, _)? = failure else {
                Issue.record("thrown: \(String(describing: failure))")
                return
            }
            #expect(place == other)
        }
    }

    @Test func `a value of a later version does not end the program`() throws {
        try withCatalog { catalog, path in
            try catalog.save([Samples.row()])
            try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE batches SET state = 'unheard_of'") }
            #expect(throws: CatalogFailure.damaged(path: path, detail: "column state has an invalid value")) {
                try catalog.batch("msgbatch_1")
            }
        }
    }

    @Test func `a catalog of a later version is refused, not changed`() throws {
        try withCatalog { _, path in
            try DatabaseQueue(path: path)
                .write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 something new')") }
            #expect(throws: CatalogFailure.newer(path: path)) { try Catalog(path: path, usesWriteAheadLog: true) }
            #expect(throws: CatalogFailure.newer(path: path)) { try Catalog(reading: path) }
        }
    }

    @Test func `what a killed run left half written is taken back by the first that reads`() throws {
        try withCatalog { _, path in
            let (made, killed) = (path + ".made", path + ".killed")
            let rows = [fullRow(), Samples.row("msgbatch_2")]
            try Catalog(path: made, usesWriteAheadLog: false).save(rows)
            var configuration = Configuration()
            // The journal counts at once, as it does else from the moment the first page is written.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
            try DatabaseQueue(path: made, configuration: configuration)
                .write { database in
                    try database.execute(sql: "DELETE FROM batches")
                    for suffix in ["", "-journal"] {
                        try FileManager.default.copyItem(atPath: made + suffix, toPath: killed + suffix)
                    }
                }
            #expect(try Catalog(reading: made).batches() == [])
            #expect(try Catalog(reading: killed).batches() == rows)
        }
    }

    @Test func `reading makes no file`() throws {
        try withCatalog { _, path in
            #expect(throws: CatalogFailure.self) { try Catalog(reading: path + "-other") }
            #expect(!FileManager.default.fileExists(atPath: path + "-other"))
        }
    }
}
