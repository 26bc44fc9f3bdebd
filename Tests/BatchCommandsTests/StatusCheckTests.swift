import BatchArchive
import BatchCatalog
import BatchCommands
import BatchSimulator
import Foundation
import GRDB
import MessageBatches
import SimulatorTestSupport
import TestSupport
import Testing

/// `status --check`: one line, and the exit status of the most severe problem.
struct StatusCheckTests {
    private func catalog(_ nights: Nights) throws -> Catalog {
        try Catalog(path: catalogPath(nights), usesWriteAheadLog: false)
    }

    private func catalogPath(_ nights: Nights) -> String {
        nights.archive.url.appending(path: Catalog.fileName).path
    }

    private func check(_ nights: Nights, _ arguments: String...) async -> InProcess {
        await nights.run(["status", "--check"] + arguments)
    }

    @Test func `a successful export is OK until it is older than --max-age`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            nights.pass(hours: 11)
            let line = "OK: last successful export 11 h ago, 1 batch archived, nothing expiring\n"
            for arguments in [[], ["--max-age", "11h"], ["--max-age", "2d"]] {
                let run = await nights.run(["status", "--check"] + arguments)
                #expect(run.status == .done && run.output == line && run.notes.isEmpty, "\(run)")
            }
            let stale = await check(nights, "--max-age", "10h")
            #expect(stale.status == .threshold)
            #expect(stale.output == "STALE: the last successful export was 11 h ago, not within 10h\n")
            let status = await nights.run(["status", "--max-age", "10h"])
            #expect(status.status == .done && status.output.hasPrefix(stale.output + "\n"))
            #expect(await check(nights, "--max-age", "soon").status == .usage)
        }
    }

    @Test func `an archive without a recorded export is not OK`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            try FileManager.default.removeItem(atPath: catalogPath(nights))
            let run = await check(nights)
            #expect(run.status == .threshold)
            #expect(run.output == "NEVER EXPORTED: no export is recorded in \(nights.path)\n")
        }
    }

    @Test func `an export that ended before its listing is recorded with its exit status`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            let failed = await nights.export("--require-all", "--join", "none.csv")
            #expect(failed.status == .usage, "\(failed.notes)")
            let run = await check(nights)
            #expect(run.status == .usage && !run.output.contains("did not finish"), "\(run.output)")
            #expect(run.output.contains("none.csv"), "\(run.output)")
        }
    }

    @Test func `a reader who may not write in the folder sees the same`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            let before = await check(nights)
            // SQLite cannot create its shared memory there, even for root.
            let shared = catalogPath(nights) + "-shm"
            try? FileManager.default.removeItem(atPath: shared)
            try FileManager.default.createSymbolicLink(atPath: shared, withDestinationPath: "none/none")
            let run = await check(nights)
            #expect(run.status == .done && run.output == before.output && run.notes.isEmpty, "\(run)")
            // With changes in the log that cannot be read, it says so instead of leaving them out.
            try Data([1]).write(to: URL(filePath: catalogPath(nights) + "-wal"))
            let changed = await check(nights)
            #expect(changed.status != .done && changed.output.contains("catalog.sqlite-wal"), "\(changed)")
        }
    }

    @Test func `several problems are in one line, the most severe first`() async throws {
        let batches = [
            try Nights.batch("bad", daysBefore: 26, kind: .tooLong),
            try Nights.batch("odd", daysBefore: 2, kind: .contradicting),
        ]
        try await Nights.run(batches) { nights in
            _ = await nights.export()
            let run = await check(nights, "--max-age", "1h")
            #expect(run.status == .integrity)
            let words = run.output.split(separator: "; ").compactMap { $0.split(separator: ":").first }
            #expect(words.filter { $0.allSatisfy(\.isUppercase) } == ["QUARANTINED", "EXPIRING", "PARTIAL", "STALE"])
            let json = await check(nights, "--max-age", "1h", "--format", "json").document
            let object = try #require(json["check"] as? [String: Any])
            #expect(object["result"] as? String == "quarantined" && object["exit_status"] as? Int == 4)
            #expect(object["message"] as? String == String(run.output.dropLast()))
            #expect(object["max_age_seconds"] as? Int == 3_600 && object["last_success_at"] == nil)
            let problems = object["problems"] as? [[String: Any]] ?? []
            #expect(problems.compactMap { $0["exit_status"] as? Int } == [4, 7, 3, 8])
            #expect(await nights.status()["check"] as? [String: Any] != nil)
        }
    }

    @Test func `a refused key is the problem until an export succeeds`() async throws {
        let refused = Fault(.answer(status: 401), on: [.list], .first(1))
        try await Nights.run([Nights.batch("fine", daysBefore: 3)], faults: [refused]) { nights in
            #expect(await nights.export().status == .keyRefused)
            let failed = await check(nights)
            #expect(failed.status == .keyRefused)
            #expect(
                failed.output.hasPrefix("FAILED: the last export at 2026-11-01 02:00 UTC ended with exit status 5: "),
                "\(failed.output)"
            )
            #expect(await nights.export().status == .done)
            #expect(await check(nights).status == .done)
        }
    }

    @Test func `a loss is a problem after the export that found it, and not forever`() async throws {
        try await Nights.run([Nights.batch("bad", daysBefore: 20, kind: .tooLong)]) { nights in
            _ = await nights.export()
            nights.server.service.apply(.removeResults("msgbatch_bad"))
            nights.pass(days: 1)
            #expect(await nights.export("--full-list").status == .lost)
            let lost = await check(nights)
            #expect(lost.status == .lost && lost.output.hasPrefix("LOST: the API removed the results of 1 batch"))
            nights.pass(days: 1)
            #expect(await nights.export("--full-list").status == .done)
            #expect(await check(nights, "--max-age", "12h").status == .done)
            // A check every three days still reports it.
            #expect(await check(nights, "--max-age", "3d").status == .lost)
        }
    }

    @Test func `a killed export is a failure, a running one is not`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            let catalog = try catalog(nights)
            _ = try catalog.begin(CatalogRun(command: "export", arguments: [], version: "1", startedAt: nights.now))
            let killed = await check(nights)
            #expect(killed.status == .error)
            #expect(killed.output.contains("did not finish"), "\(killed.output)")
            let holder = LockHolder(process: 1, host: "h", since: nights.now.text, command: "export")
            let lock = try ArchiveLock(ArchiveFolder(nights.path), as: holder)
            #expect(await check(nights).status == .done)
            _ = consume lock
        }
    }

    @Test(arguments: [
        ("export", 130, [:], BatchCommands.ExitStatus.partial), ("export", 143, [:], .partial),
        ("export", 3, [:], .partial),
        ("export", 3, ["failed": 1], .done), ("export", 7, [:], .done), ("run", 2, [:], .usage),
        ("export", 8, [:], .threshold), ("retry-quarantine", 1, [:], .done), ("import", 4, [:], .done),
    ])
    func `the exit status of the last export counts, unless its batches are in order by now`(
        command: String,
        code: Int32,
        counts: [String: Int],
        expected: BatchCommands.ExitStatus
    ) async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            var run = CatalogRun(command: command, arguments: [], version: "1", startedAt: nights.now)
            (run.finishedAt, run.exitStatus, run.counts) = (nights.now, code, counts)
            _ = try catalog(nights).begin(run)
            let check = await check(nights)
            #expect(check.status == expected, "\(check.output)")
        }
    }

    @Test func `a damaged catalog has exit status 4`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            try Data("not a database, and long enough to be read as one".utf8)
                .write(to: URL(filePath: catalogPath(nights)))
            let run = await check(nights)
            #expect(
                run.status == .integrity && run.output.hasPrefix("DAMAGED: the catalog is damaged"),
                "\(run.output)"
            )
        }
    }

    @Test func `the catalog of an earlier version is read, not called damaged, and not changed`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            _ = await nights.export()
            try await DatabaseQueue(path: catalogPath(nights))
                .write { db in
                    try db.execute(
                        sql: """
                            ALTER TABLE completed_windows DROP COLUMN checksum;
                            ALTER TABLE runs DROP COLUMN is_listing_ordered;
                            \(EarlierCatalog.undoRenaming)
                            DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1 %';
                            """
                    )
                }
            let before = try Data(contentsOf: URL(filePath: catalogPath(nights)))
            let run = await check(nights)
            #expect(run.status == .done && run.notes.isEmpty, "\(run.notes)")
            #expect(run.output.hasPrefix("OK: last successful export"))
            #expect(try Data(contentsOf: URL(filePath: catalogPath(nights))) == before)
            let next = await nights.export()
            #expect(next.status == .done && !next.notes.contains("damaged"), "\(next.notes)")
        }
    }

    @Test func `each of several archives has a line, and the most severe status counts`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            for source in ["a", "b"] {
                _ = await nights.run(["export", "--archive", "\(nights.path)/workspace=\(source)"], inArchive: false)
            }
            let catalog = "\(nights.path)/workspace=b/\(Catalog.fileName)"
            try FileManager.default.removeItem(atPath: catalog)
            let run = await check(nights)
            #expect(run.status == .threshold)
            #expect(run.lines.count == 2 && run.lines[0].hasPrefix("a: OK: "), "\(run.output)")
            #expect(run.lines.last?.hasPrefix("b: NEVER EXPORTED: ") == true)
        }
    }
}
