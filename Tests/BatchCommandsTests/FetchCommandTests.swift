import BatchArchive
import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `batchkeep fetch`: batches from standard input, receipts to standard output.
struct FetchCommandTests {
    /// The receipts by id.
    private func receipts(_ run: InProcess) -> [String: [String: Any]] {
        let all = run.output.split(separator: "\n").compactMap(jsonObject)
        return Dictionary(uniqueKeysWithValues: all.map { ($0["id"] as? String ?? "", $0) })
    }

    private func states(_ run: InProcess) -> [String: String] {
        receipts(run).compactMapValues { $0["state"] as? String }
    }

    /// The files of an archive by path; only those of one batch if its ID is given.
    private func files(in archive: Archive) throws -> [String: Data] {
        let paths = ["raw", "results"].flatMap { part in archive.files(in: part).map { "\(part)/\($0)" } }
        return try Dictionary(
            uniqueKeysWithValues: paths.map { ($0, try Data(contentsOf: archive.url.appending(path: $0))) }
        )
    }

    /// The lines of SHA256SUMS about data files.
    private func checksums(in archive: Archive) throws -> [Substring] {
        try String(contentsOf: archive.url.appending(path: "SHA256SUMS"), encoding: .utf8)
            .split(separator: "\n").filter { $0.contains("  raw/") || $0.contains("  results/") }
    }

    @Test func `list and fetch write the files of an export, and catalog rebuild the rest`() async throws {
        try await InProcess.exportSamples { exported, archive, server in
            try await Scratch.use { scratch in
                let place = ["--archive", scratch.path("shared")]
                let shared = Archive(url: scratch.url.appending(path: "shared"))
                let listed = await InProcess.run(
                    ["list", "--since", "2024-08-01", "--status", "ended", "--format", "ndjson"],
                    at: server.baseURL
                )
                let fetched = await InProcess.run(["fetch"] + place, at: server.baseURL, input: listed.output)
                #expect(fetched.status == exported.status, "\(fetched.notes)")
                let (written, expected) = try (files(in: shared), files(in: archive))
                #expect(written == expected)
                #expect(shared.archivedIDs == archive.archivedIDs && !shared.archivedIDs.isEmpty)
                #expect(Set(states(fetched).filter { $0.value == "archived" }.keys) == archive.archivedIDs)
                // No file about several batches and no lock remains.
                let parts = try FileManager.default.contentsOfDirectory(atPath: shared.url.path)
                #expect(parts.sorted() == ["_partial", "manifests", "raw", "results"])
                #expect(shared.files(in: "_partial").isEmpty)

                let rebuilt = await InProcess.offline(["catalog", "rebuild"], on: shared)
                #expect(rebuilt.status == .done)
                // A manifest contains the time of its download; everything else is equal.
                let (sums, expectedSums) = try (checksums(in: shared), checksums(in: archive))
                #expect(sums == expectedSums && sums.count == expected.count)
                #expect(shared.files(in: "views") == archive.files(in: "views"))
                let verified = await InProcess.offline(["verify", "--full"], on: shared)
                #expect(verified.status == .done, "\(verified.notes)")
                let summaries = await (
                    InProcess.offline(["summarize", "--by", "day,model", "--format", "json"], on: shared),
                    InProcess.offline(["summarize", "--by", "day,model", "--format", "json"], on: archive)
                )
                #expect(summaries.0.rows as NSArray == summaries.1.rows as NSArray)
            }
        }
    }

    @Test func `an archived batch gets the same receipt with another state`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            var first = receipts(await nights.run(["fetch"], input: "msgbatch_fine\n"))["msgbatch_fine"] ?? [:]
            var second = receipts(await nights.run(["fetch"], input: "\"msgbatch_fine\"\n"))["msgbatch_fine"] ?? [:]
            #expect(first["state"] as? String == "archived" && first["attempts"] as? Int == 1)
            #expect(second["state"] as? String == "archived" && second["attempts"] as? Int == 0)
            for key in ["state", "attempts"] { (first[key], second[key]) = (nil, nil) }
            #expect(first as NSDictionary == second as NSDictionary)
            #expect(first["counts"] as? [String: Int] == ["canceled": 1] && first["error"] is NSNull)
            #expect((first["files"] as? [String])?.count == 3)
            let bytes = first["bytes"] as? [String: Int] ?? [:]
            #expect(bytes["received"] == 55 && bytes["stored", default: 0] > 500, "\(bytes)")
            #expect(nights.fetches(of: "msgbatch_fine") == 1)
        }
    }

    @Test func `the receipt of every batch says why it is not archived`() async throws {
        let batches = try [
            Nights.batch("fine", daysBefore: 2), Nights.batch("long", daysBefore: 2, kind: .tooLong),
            Nights.batch("none", daysBefore: 2, kind: .withoutResults),
            Nights.batch("more", daysBefore: 2, kind: .contradicting),
            Nights.batch("runs", daysBefore: 0, kind: .inProgress), Nights.batch("busy", daysBefore: 1),
        ]
        try await Nights.run(batches) { nights in
            let listed = await nights.run(["list", "--format", "ndjson"], inArchive: false)
            let other = try LockedBatch("msgbatch_busy", in: nights.path)
            let run = await nights.run(
                ["fetch", "--max-line-bytes", "1024"],
                input: listed.output + "\r\n\nmsgbatch_unknown\r\n  \"msgbatch_fine\"\n"
            )
            try other.end()
            #expect(
                states(run) == [
                    "msgbatch_fine": "archived", "msgbatch_long": "failed", "msgbatch_none": "unavailable",
                    "msgbatch_more": "quarantined", "msgbatch_runs": "pending", "msgbatch_unknown": "unavailable",
                    "msgbatch_busy": "busy",
                ]
            )
            // The statuses of an export: a quarantined batch takes precedence over a failed one.
            #expect(run.status == .integrity)
            for (id, receipt) in receipts(run) where id != "msgbatch_fine" {
                #expect((receipt["error"] as? String)?.isEmpty == false, "\(id)")
                #expect((receipt["files"] as? [String]) == [], "\(id)")
            }
            for receipt in receipts(run).values {
                #expect(Set(receipt.keys) == ["id", "state", "files", "counts", "bytes", "attempts", "error"])
            }
        }
    }

    @Test func `a lock on the archive does not matter, a lock on a batch does`() async throws {
        try await Nights.run([Nights.batch("one", daysBefore: 2), Nights.batch("two", daysBefore: 2)]) { nights in
            let folder = ArchiveFolder(nights.path)
            let lock = try ArchiveLock(folder, as: LockHolder(process: 1, host: "h", since: "s", command: "export"))
            let fetched = await nights.run(["fetch"], input: "msgbatch_one")
            #expect(fetched.status == .done, "\(fetched.notes)")
            _ = consume lock
            let other = try LockedBatch("msgbatch_two", in: nights.path)
            let export = await nights.export()
            #expect(export.batches["busy"] == 1 && export.batches["already_archived"] == 1)
            #expect(export.status == .partial)
            try other.end()
            #expect(await nights.export().batches["archived_now"] == 1)
        }
    }

    @Test func `an invalid input line is reported before the first download`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            for wrong in ["{\"id\":1}", "{", "../../etc", "\"a b\"", "[\"msgbatch_fine\"]"] {
                let run = await nights.run(["fetch"], input: "msgbatch_fine\n\(wrong)\n")
                #expect(run.status == .usage && run.notes.contains("standard input: line 2 "), "\(wrong)")
                #expect(run.output.isEmpty)
            }
            #expect(nights.server.service.requests.isEmpty)
            #expect(await nights.run(["fetch"], input: "\n").status == .done)
        }
    }

    @Test func `the time limit includes the time to read standard input`() async throws {
        let (end, notes) = (DispatchSemaphore(value: 0), CapturedBytes())
        var context = CommandContext(
            environment: ["ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": InProcess.key],
            now: { Nights.start },
            write: { _ in },
            writeNote: { notes.append($0) },
            clock: QuickClock()
        )
        // Input that ends only after the command.
        context.readInput = {
            end.wait()
            return []
        }
        let status = await BatchkeepProgram.run(["fetch", "--max-runtime", "20s"], context: context)
        end.signal()
        #expect(status == .partial)
        #expect(notes.text.contains("error: time limit reached: stopped after 20s (--max-runtime)"), "\(notes.text)")
    }

    @Test func `if nobody reads the receipts, the run ends and keeps what is archived`() async throws {
        // More batches than are downloaded in parallel.
        let batches = try (0..<80).map { try Nights.batch("b\($0)", daysBefore: 2) }
        try await Nights.run(batches) { nights in
            let ids = (0..<80).map { "msgbatch_b\($0)\n" }.joined()
            let run = await nights.run(
                ["fetch", "--concurrency", "1"],
                input: ids,
                onOutput: { _ in throw CocoaError(.fileWriteUnknown) }
            )
            #expect(run.status == .partial && run.notes.contains("standard output was closed"), "\(run.notes)")
            #expect(nights.archive.archivedIDs.isEmpty == false)
            #expect(nights.archive.archivedIDs.count < 80)
            #expect(await nights.run(["fetch"], input: ids).status == .done)
            #expect(nights.archive.archivedIDs.count == 80)
        }
    }
}

/// A batch that another process has locked.
private struct LockedBatch {
    private let file: FileHandle

    init(_ id: String, in archive: String) throws {
        let folder = URL(filePath: archive).appending(path: "_partial")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "\(id).lock")
        _ = FileManager.default.createFile(atPath: path.path, contents: nil)
        file = try FileHandle(forUpdating: path)
        #expect(flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
    }

    /// Ends without cleaning up, like a killed process.
    func end() throws {
        try file.close()
    }
}
