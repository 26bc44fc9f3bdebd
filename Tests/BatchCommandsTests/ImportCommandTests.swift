import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `batchkeep import`: results files, the proof of their batches, and the archive that they make.
struct ImportCommandTests {
    private static let results = Scratch.package.appending(path: "samples/results")

    private static let dataParts = ["raw", "results"]

    /// The result files of the samples that an export of all batches archives.
    private static func sampleFiles(of archive: Archive) -> [String] {
        archive.archivedIDs.sorted().map { results.appending(path: "\($0).jsonl").path }
    }

    private func manifest(of id: String, in archive: Archive) throws -> [String: Any] {
        let path = try archive.file(in: "manifests", id)
        let data = try Data(contentsOf: archive.url.appending(path: path))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    // MARK: Proven files

    @Test func `an import makes the data files of an export, and manifests that differ in source and times`()
        async throws
    {
        try await InProcess.exportSamples { _, exported, server in
            try await Scratch.use { scratch in
                let imported = Archive(url: scratch.url.appending(path: "imported"))
                let files = Self.sampleFiles(of: exported)
                let run = await InProcess.run(
                    ["import", "--json", "--archive", imported.url.path] + files,
                    at: server.baseURL
                )
                #expect(run.status == .done, "\(run.notes)")
                #expect(run.document["command"] as? String == "import")
                #expect(run.fileStates == files.map { _ in "archived" })
                let found = try imported.contents(of: Self.dataParts)
                let expected = try exported.contents(of: Self.dataParts)
                #expect(found == expected && !found.isEmpty)
                for id in exported.archivedIDs {
                    var (one, other) = try (manifest(of: id, in: imported), manifest(of: id, in: exported))
                    let source = try #require(one["source"] as? [String: Any])
                    #expect(source["kind"] as? String == "file" && source["request_id"] == nil)
                    let file = try #require(source["file"] as? [String: String])
                    #expect(file["name"] == "\(id).jsonl" && file["sha256"]?.count == 64)
                    for key in ["source", "started_at", "finished_at"] {
                        one[key] = nil
                        other[key] = nil
                    }
                    #expect(one as NSDictionary == other as NSDictionary, "\(id)")
                }
                let verified = await InProcess.offline(["verify", "--full"], on: imported)
                #expect(verified.status == .done, "\(verified.output)\(verified.notes)")
                let export = await InProcess.run(
                    ["export", "--since", "2024-08-01", "--json", "--archive", imported.url.path],
                    at: server.baseURL
                )
                #expect(export.batches["already_archived"] == files.count && export.batches["archived_now"] == nil)
            }
        }
    }

    @Test func `batch objects of a list need no API`() async throws {
        try await InProcess.exportSamples { _, exported, server in
            try await Scratch.use { scratch in
                let listed = await InProcess.run(
                    ["list", "--since", "2024-01-01", "--format", "ndjson"],
                    at: server.baseURL
                )
                let list = try scratch.write(listed.output, to: "listed.ndjson")
                let imported = Archive(url: scratch.url.appending(path: "imported"))
                let run = await InProcess.run(
                    ["import", "--batches", list, "--archive", imported.url.path] + Self.sampleFiles(of: exported),
                    at: server.baseURL,
                    key: ""
                )
                #expect(run.status == .done, "\(run.notes)")
                let found = try imported.contents(of: Self.dataParts)
                let expected = try exported.contents(of: Self.dataParts)
                #expect(found == expected)
                // A batch that the list does not contain is refused.
                let other = try scratch.write("", to: "msgbatch_unknown_results.jsonl")
                let refused = await InProcess.offline(["import", "--json", "--batches", list, other], on: imported)
                #expect(refused.status == .usage && refused.fileStates == ["refused"], "\(refused.notes)")
                #expect(refused.notes.contains("msgbatch_unknown is not in the list of --batches"))
                #expect(refused.notes.contains("hint: to archive it without proof that it is complete, add --unproven"))
            }
        }
    }

    @Test func `the results of a removed batch are archived, and an export counts it as archived`() async throws {
        try await Nights.run([Nights.batch("old", daysBefore: 20)]) { nights in
            try await Scratch.use { scratch in
                #expect(await nights.run(["export", "--dry-run"]).status == .done)
                let line = "{\"custom_id\":\"request-0\",\"result\":{\"type\":\"canceled\"}}\n"
                let file = try scratch.write(line, to: "msgbatch_old_results.jsonl")
                nights.pass(days: 15)
                let run = await nights.run(["import", "--json", file])
                #expect(run.status == .done && run.fileStates == ["archived"], "\(run.notes)")
                let export = await nights.run(["export", "--since", "40d", "--json"])
                #expect(export.status == .done && export.batches["already_archived"] == 1, "\(export.notes)")
                #expect(nights.fetches(of: "msgbatch_old") == 0)
            }
        }
    }

    @Test func `a compressed file and a file with a byte order mark are read`() async throws {
        try await Nights.run([Nights.batch("one", daysBefore: 2), Nights.batch("two", daysBefore: 2)]) { nights in
            try await Scratch.use { scratch in
                let line = "{ \"result\": {\"type\": \"canceled\"}, \"custom_id\": \"request-0\" }"
                let plain = try scratch.write("\u{FEFF}" + line, to: "msgbatch_one.jsonl")
                let other = try scratch.write(line + "\n", to: "msgbatch_two_results.jsonl")
                _ = try Tool.run("/usr/bin/env", ["gzip", other])
                let run = await nights.run(["import", "--json", plain, other + ".gz"])
                #expect(run.status == .done && run.fileStates == ["archived", "archived"], "\(run.notes)")
                #expect(await nights.run(["verify", "--full"]).status == .done)
                let bytes = try Data(contentsOf: URL(filePath: other + ".gz"))
                try bytes.dropLast(9).write(to: URL(filePath: scratch.path("msgbatch_two_cut.jsonl.gz")))
                let cut = await nights.run(["import", "--compare", scratch.path("msgbatch_two_cut.jsonl.gz")])
                #expect(cut.status == .integrity && cut.notes.contains("cannot be compared"), "\(cut.notes)")
            }
        }
    }

    // MARK: Files that do not match

    @Test(arguments: ["cut", "doubled", "edited", "swapped"])
    func `a file that does not match its batch is quarantined with the reason`(damage: String) async throws {
        try await InProcess.exportSamples { _, _, server in
            try await Scratch.use { scratch in
                let id = "msgbatch_01wF5aGJDuRUQCdPYnfjPeaS"
                var name = id
                if damage == "swapped" { name = "msgbatch_01afbUU922mgVvCfTnvHb3ij" }
                var text = try String(contentsOf: Self.results.appending(path: "\(name).jsonl"), encoding: .utf8)
                let lines = text.split(separator: "\n")
                switch damage {
                case "cut": text = lines.dropLast().joined(separator: "\n")
                case "doubled": text = (lines + [lines[0]]).joined(separator: "\n")
                case "edited": text = text.replacingOccurrences(of: "\"custom_id\"", with: "\"custom\"")
                default: break
                }
                let file = try scratch.write(text, to: "\(id)_results.jsonl")
                let archive = Archive(url: scratch.url.appending(path: "archive"))
                let run = await InProcess.run(
                    ["import", "--json", "--archive", archive.url.path, file],
                    at: server.baseURL
                )
                #expect(run.status == .integrity && run.fileStates == ["quarantined"], "\(run.notes)")
                #expect(run.fileReasons[0].hasPrefix("quarantined: "), "\(run.fileReasons)")
                #expect(archive.archivedIDs.isEmpty && archive.files(in: "_quarantine").contains("\(id).json"))
                // The right file then replaces it.
                let good = Self.results.appending(path: "\(id).jsonl").path
                let again = await InProcess.run(["import", "--archive", archive.url.path, good], at: server.baseURL)
                #expect(again.status == .done && archive.archivedIDs == [id], "\(again.notes)")
                #expect(archive.files(in: "_quarantine").isEmpty)
            }
        }
    }

    @Test func `a file that does not match postpones no download`() async throws {
        let batches = try [
            Nights.batch("good", daysBefore: 2), Nights.batch("bad", daysBefore: 2, kind: .contradicting),
        ]
        try await Nights.run(batches) { nights in
            try await Scratch.use { scratch in
                let first = await nights.export("--batch", "msgbatch_bad")
                #expect(first.batches["quarantined"] == 1, "\(first.notes)")
                let files = try batches.map { try scratch.write("no result\n", to: "\($0.id).jsonl") }
                for _ in 0..<2 {
                    let run = await nights.run(["import", "--json"] + files)
                    #expect(run.fileStates == ["quarantined", "quarantined"], "\(run.notes)")
                }
                let second = await nights.export()
                #expect(second.batches["archived_now"] == 1 && second.batches["retry_scheduled"] == 1)
                #expect(second.notes.contains("msgbatch_bad: retry scheduled") && second.notes.contains("in 1 run:"))
                nights.pass(hours: 13)
                let third = await nights.export()
                #expect(third.batches["quarantined"] == 1 && third.batches["retry_scheduled"] == nil)
                #expect(nights.fetches(of: "msgbatch_good") == 1)
            }
        }
    }

    @Test func `--compare finds the same lines in another order, and reports other lines`() async throws {
        try await InProcess.exportSamples { _, archive, server in
            try await Scratch.use { scratch in
                let id = "msgbatch_01wF5aGJDuRUQCdPYnfjPeaS"
                let text = try String(contentsOf: Self.results.appending(path: "\(id).jsonl"), encoding: .utf8)
                let lines = text.split(separator: "\n")
                let same = try scratch.write(lines.reversed().joined(separator: "\n"), to: "\(id)_reversed.jsonl")
                let other = try scratch.write(lines.dropFirst().joined(separator: "\n"), to: "\(id)_other.jsonl")
                let command = archive.command(at: server)
                let first = await command(["import", "--compare", "--json", same])
                #expect(first.status == .done && first.fileStates == ["already_archived"], "\(first.notes)")
                #expect(first.fileEntries.first?["is_same"] as? Bool == true)
                let second = await command(["import", "--compare", other])
                #expect(second.status == .integrity, "\(second.notes)")
                #expect(second.notes.contains("other lines than in the archived batch \(id)"), "\(second.notes)")
                let third = await command(["import", other])
                #expect(third.status == .done && third.notes.contains("Nothing new"), "\(third.notes)")
            }
        }
    }

    // MARK: Unproven files

    @Test func `a file without a batch object is refused, and archived with --unproven, which every report shows`()
        async throws
    {
        try await Nights.run([Nights.batch("known", daysBefore: 2)]) { nights in
            try await Scratch.use { scratch in
                let line = "{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
                let file = try scratch.write(line, to: "results.jsonl")
                let refused = await nights.run(["import", "--json", "--batch", "job_1", file])
                #expect(refused.status == .partial && refused.fileStates == ["unavailable"], "\(refused.notes)")
                #expect(refused.notes.contains("hint: to archive it without proof"), "\(refused.notes)")
                let options = ["--unproven", "--date", "2026-10-05", "--batch", "job_1"]
                let run = await nights.run(["import", "--json"] + options + [file])
                #expect(run.status == .done && run.fileStates == ["archived"], "\(run.notes)")
                #expect(try nights.archive.file(in: "manifests", "job_1").contains("date=2026-10-05"))
                let document = try manifest(of: "job_1", in: nights.archive)
                #expect(document["proof"] as? String == "none")
                for command in [["status"], ["verify", "--full"], ["summarize"]] {
                    let shown = await nights.run(command)
                    #expect(shown.status == .done, "\(shown.notes)")
                    #expect((shown.output + shown.notes).contains("no proof of completeness"), "\(command)")
                }
                #expect(await nights.status()["unproven"] as? [String] == ["job_1"])
                let page = scratch.path("page.html")
                #expect(await nights.run(["report", "--html", page]).status == .done)
                #expect(try scratch.text("page.html").contains("no proof of completeness"))
                // An archived batch is skipped, regardless of the date.
                let again = await nights.run(["import", "--json", "--unproven", "--batch", "job_1", file])
                #expect(again.fileStates == ["already_archived"] && nights.archive.archivedIDs == ["job_1"])
            }
        }
    }

    @Test func `an export does not archive an unproven batch of another day twice, and says how to prove it`()
        async throws
    {
        let batch = try Nights.batch("one", daysBefore: 2)
        try await Nights.run([batch]) { nights in
            try await Scratch.use { scratch in
                let line = "{\"custom_id\":\"request-0\",\"result\":{\"type\":\"canceled\"}}\n"
                let file = try scratch.write(line, to: "\(batch.id).jsonl")
                let listed = try scratch.write("", to: "none.ndjson")
                let options = ["--unproven", "--date", "2026-10-05", "--batches", listed]
                #expect(await nights.run(["import"] + options + [file]).status == .done)
                for arguments in [["--since", "40d"], ["--batch", batch.id]] {
                    let export = await nights.run(["export", "--json"] + arguments)
                    #expect(export.status == .done && export.batches["already_archived"] == 1, "\(export.notes)")
                    #expect(export.notes.contains("warning: 1 batch was imported without proof"), "\(export.notes)")
                    #expect(export.notes.contains("\(batch.id) (2026-10-05)"), "\(export.notes)")
                    #expect(nights.archive.files(in: "manifests").count == 1)
                }
                // What the warning says.
                for part in ["raw", "results", "manifests"] {
                    let path = try nights.archive.file(in: part, batch.id)
                    try FileManager.default.removeItem(at: nights.archive.url.appending(path: path))
                }
                let export = await nights.run(["export", "--json", "--batch", batch.id])
                #expect(export.batches["archived_now"] == 1 && !export.notes.contains("without proof"))
                #expect(try !nights.archive.file(in: "manifests", batch.id).contains("2026-10-05"))
                #expect(await nights.run(["verify", "--full"]).status == .done)
                #expect(await nights.status()["unproven"] as? [String] == [])
            }
        }
    }

    @Test func `--unproven works without a key, and still quarantines repeated IDs`() async throws {
        try await Scratch.use { scratch in
            let line = "{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
            let good = try scratch.write(line, to: "msgbatch_good.jsonl")
            let bad = try scratch.write(line + line, to: "msgbatch_bad.jsonl")
            let archive = ["--archive", scratch.path("archive")]
            let run = await InProcess.run(
                ["import", "--json", "--unproven", good, bad] + archive,
                at: "http://127.0.0.1:9",
                key: ""
            )
            #expect(run.status == .integrity && run.fileStates == ["archived", "quarantined"], "\(run.notes)")
            #expect(run.fileReasons[1].contains("repeats a custom_id"), "\(run.fileReasons)")
        }
    }
}

extension InProcess {
    /// The files in the document of an import.
    var fileEntries: [[String: Any]] { document["files"] as? [[String: Any]] ?? [] }

    var fileStates: [String?] { fileEntries.map { $0["state"] as? String } }

    var fileReasons: [String] { fileEntries.map { $0["reason"] as? String ?? "" } }
}
