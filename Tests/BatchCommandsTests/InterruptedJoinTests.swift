import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Joins of `export` that an interruption, a source or a damaged file prevents, and the runs that complete them.
struct InterruptedJoinTests {
    @Test func `a run stopped before its join is completed by the next run with the same options`() async throws {
        var scenario = try Scenario.generated(lines: 20, batches: 3)
        let slow = scenario.batches[1].id
        scenario.faults = [
            Fault(.interrupt(.stall(Gate()), at: .afterBytes(1_000)), on: [.results], of: slow, .first(1))
        ]
        try await Scratch.use { scratch in
            let join = ["--join", try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")]
            let limits = ["--max-runtime", "100s", "--idle-timeout", "3600"]
            try await InProcess.export(scenario, join + limits, clock: QuickClock()) { run, archive, server in
                #expect(run.status == .partial)
                #expect(archive.files(in: "joined").isEmpty)
                let archived = archive.archivedIDs.sorted()
                #expect(!archived.isEmpty && !archived.contains(slow))
                #expect(pending(in: run) == archived)
                #expect(run.notes.contains("not joined yet: \(archived[0])"), "\(run.notes)")

                let status = await InProcess.offline(["status", "--format", "json"], on: archive)
                #expect((status.document["unwritten_files"] as? [String: Any])?["joins"] as? [String] == archived)
                let text = await InProcess.offline(["status"], on: archive)
                #expect(text.output.contains("not joined yet: \(archived[0])"), "\(text.output)")
                let verified = await InProcess.offline(["verify"], on: archive)
                #expect(verified.status == .done)
                #expect(verified.notes.contains("not joined yet: \(archived[0])"), "\(verified.notes)")

                let next = await export(join, into: archive, at: server)
                #expect(next.status == .done, "\(next.notes)")
                #expect(next.batches["archived_now"] == 3 - archived.count && pending(in: next).isEmpty)
                #expect(archive.files(in: "joined").count == 3)
                let after = await InProcess.offline(["status", "--format", "json"], on: archive)
                #expect(
                    (after.document["unwritten_files"] as? [String: [String]])?.values.allSatisfy(\.isEmpty) == true
                )
            }
        }
    }

    @Test func `an export with a join also joins batches that were archived without one`() async throws {
        try await Scratch.use { scratch in
            let labels = try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")
            try await InProcess.export(Scenario.generated(lines: 20, batches: 2)) { _, archive, server in
                let ids = archive.archivedIDs.sorted()
                let one = await export(["--join", labels, "--batch", ids[0]], into: archive, at: server)
                #expect(one.status == .done, "\(one.notes)")
                #expect(archive.files(in: "joined").count == 1, "only the selected batch")
                let all = await export(["--join", labels], into: archive, at: server)
                // The first batch lists the row without a result, which the others might have.
                #expect((all.document["join"] as? [String: Any])?["batches"] as? Int == 2)
                #expect(archive.files(in: "joined").count == 2)
            }
        }
    }

    @Test func `an export updates the lists of requests without a result when results arrive`() async throws {
        try await Scratch.use { scratch in
            try await InProcess.export(Scenario.generated(lines: 20, batches: 3)) { _, whole, server in
                let select = ["select", "--columns", "custom_id", "--format", "csv"]
                let ids = await InProcess.offline(select, on: whole).output
                let join = ["--join", try scratch.write(ids + "never-sent\n", to: "requests.csv")]
                let archive = Archive(url: URL(filePath: scratch.path("nights")))
                let batches = whole.archivedIDs.sorted()

                let first = await export(join + ["--batch", batches[0]], into: archive, at: server)
                #expect(withoutResult(in: first) == 41)
                #expect(try listed(in: archive) == 41)
                let second = await export(join + ["--batch", batches[1]], into: archive, at: server)
                #expect(withoutResult(in: second) == 41, "a selection by ID is about these batches only")
                let third = await export(join, into: archive, at: server)
                #expect(third.batches["archived_now"] == 1)
                #expect(withoutResult(in: third) == 1)
                #expect(try listed(in: archive) == 1)
                #expect(archive.files(in: "joined").count == 3)
                #expect(await InProcess.offline(["verify", "--full"], on: archive).status == .done)
            }
        }
    }

    /// The rows without a result in the document of an export.
    private func withoutResult(in run: InProcess) -> Int? {
        let sources = (run.document["join"] as? [String: Any])?["sources"] as? [[String: Any]]
        return sources?.first?["requests_without_result"] as? Int
    }

    /// The number of rows without a result that the archive lists.
    private func listed(in archive: Archive) throws -> Int {
        try archive.files(in: "unmatched")
            .reduce(0) { count, file in
                let text = String(decoding: try archive.content(of: "unmatched/\(file)"), as: UTF8.self)
                return count + text.components(separatedBy: "\"missing\":\"result\"").count - 1
            }
    }

    @Test func `joined files stay when the source changes, until join replaces them`() async throws {
        try await Scratch.use { scratch in
            let scenario = try Scenario.generated(lines: 20, batches: 1)
            let join = ["--join", try scratch.write("custom_id,label\nx,one\n", to: "labels.csv")]
            try await InProcess.export(scenario, join) { _, archive, server in
                let path = "unmatched/\(try #require(archive.files(in: "unmatched").first))"
                let before = try archive.content(of: path)
                _ = try scratch.write("custom_id,label\nx,one\nz,two\n", to: "labels.csv")
                let again = await export(join, into: archive, at: server)
                #expect(again.status == .done, "\(again.notes)")
                #expect(try archive.content(of: path) == before)
                let joined = await InProcess.offline(["join"] + join, on: archive)
                #expect(joined.status == .done, "\(joined.notes)")
                #expect(try archive.content(of: path).count > before.count)
            }
        }
    }

    @Test(arguments: ["missing", "invalid", "folder"])
    func `a source that cannot be read does not stop the export of the results`(kind: String) async throws {
        try await Scratch.use { scratch in
            let labels = scratch.path("labels.csv")
            switch kind {
            case "invalid": _ = try scratch.write("custom_id,label\nx\n", to: "labels.csv")
            case "folder": try FileManager.default.createDirectory(atPath: labels, withIntermediateDirectories: true)
            default: break
            }
            let scenario = try Scenario.generated(lines: 20, batches: 2)
            try await InProcess.export(scenario, ["--join", labels]) { run, archive, server in
                #expect(run.status == .partial)
                #expect(archive.archivedIDs.count == 2 && archive.files(in: "joined").isEmpty)
                let failures = (run.document["join"] as? [String: Any])?["failures"] as? [[String: Any]]
                #expect((failures?.first?["reason"] as? String)?.contains(labels) == true)
                #expect(run.notes.contains("archived first, then the join is tried again"), "\(run.notes)")
                #expect(pending(in: run) == archive.archivedIDs.sorted())
                try? FileManager.default.removeItem(atPath: labels)
                _ = try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")
                let next = await export(["--join", labels], into: archive, at: server)
                #expect(next.status == .done, "\(next.notes)")
                #expect(archive.files(in: "joined").count == 2)
            }
        }
    }

    @Test func `batches whose raw files were removed before their join are reported, and not as pending`() async throws
    {
        try await Scratch.use { scratch in
            let join = ["--join", scratch.path("labels.csv")]
            try await InProcess.export(Scenario.generated(lines: 20, batches: 2), join) { run, archive, server in
                #expect(pending(in: run) == archive.archivedIDs.sorted())
                let prune = ["prune", "--raw-older-than", "2100-01-01", "--even-if-last-copy", "--apply"]
                #expect(await InProcess.offline(prune, on: archive).status == .done)
                let status = await InProcess.offline(["status", "--format", "json"], on: archive)
                #expect((status.document["unwritten_files"] as? [String: Any])?["joins"] as? [String] == [])
                _ = try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")
                let next = await export(join, into: archive, at: server)
                #expect(next.status == .done && pending(in: next).isEmpty, "\(next.notes)")
                #expect(next.notes.contains("2 batches were not joined: their raw files were removed"))
                #expect(archive.files(in: "joined").isEmpty && archive.files(in: "unmatched").isEmpty)
            }
        }
    }

    @Test func `an invalid source of one batch does not stop the joins of the others`() async throws {
        try await Scratch.use { scratch in
            let scenario = try Scenario.generated(lines: 20, batches: 3)
            let ids = scenario.batches.map(\.id)
            _ = try scratch.write("custom_id,label\nx\n", to: "\(ids[0]).csv")
            _ = try scratch.write("custom_id,label\nx,y\n", to: "\(ids[1]).csv")
            let join = ["--join", scratch.path("{batch_id}.csv")]
            try await InProcess.export(scenario, join) { run, archive, server in
                #expect(run.status == .partial)
                #expect(run.notes.contains("join of \(ids[0]): "), "\(run.notes)")
                let document = try #require(run.document["join"] as? [String: Any])
                #expect(document["batches"] as? Int == 1)
                #expect(document["without_source"] as? [String] == [ids[2]])
                #expect(pending(in: run) == [ids[0]])
                // A source that arrives later is used by the next run.
                for id in ids { _ = try scratch.write("custom_id,label\nx,y\n", to: "\(id).csv") }
                let next = await export(join, into: archive, at: server)
                #expect(next.status == .done, "\(next.notes)")
                #expect(archive.files(in: "joined").count == 3)
            }
        }
    }

    @Test func `required IDs of one batch that cannot be read do not stop the other batches`() async throws {
        try await Scratch.use { scratch in
            let scenario = try Scenario.generated(lines: 20, batches: 2)
            let ids = scenario.batches.map(\.id)
            _ = try scratch.write("custom_id,label\nx\n", to: "\(ids[0]).csv")
            let join = ["--require-all", "--join", scratch.path("{batch_id}.csv")]
            try await InProcess.export(scenario, join) { run, archive, _ in
                #expect(run.status == .partial)
                #expect(archive.archivedIDs == [ids[1]])
                #expect(run.notes.contains("\(ids[0]): the IDs that it must contain cannot be read"), "\(run.notes)")
            }
        }
    }

    @Test func `joined files that a repair could not keep are made by the next export`() async throws {
        try await Scratch.use { scratch in
            let join = ["--join", try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")]
            try await InProcess.export(Scenario.generated(lines: 20, batches: 2), join) { _, archive, server in
                let lost = try archive.file(in: "joined", "msgbatch_")
                try FileManager.default.removeItem(at: archive.url.appending(path: lost))
                _ = await InProcess.offline(["verify", "--repair"], on: archive)
                let status = await InProcess.offline(["status"], on: archive)
                #expect(status.output.contains("1 archived batch is not joined yet"), "\(status.output)")
                let next = await export(join, into: archive, at: server)
                // The other batch lists the row without a result, so it is joined again.
                #expect((next.document["join"] as? [String: Any])?["batches"] as? Int == 2, "\(next.notes)")
                #expect(FileManager.default.fileExists(atPath: archive.url.appending(path: lost).path))
                #expect(await InProcess.offline(["verify", "--full"], on: archive).status == .done)
            }
        }
    }

    @Test func `what a killed run has not written is named, and the next run writes it`() async throws {
        try await InProcess.export(Scenario.generated(lines: 20, batches: 2)) { _, archive, server in
            let id = try #require(archive.archivedIDs.min())
            let view = archive.url.appending(path: "views/duckdb.sql")
            let day = try archive.file(in: "summaries/days", ".csv")
            let sums = archive.url.appending(path: "SHA256SUMS")
            let text = try String(contentsOf: sums, encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.contains(id) }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: sums)
            try FileManager.default.removeItem(at: view)
            let rollUp = try Data(contentsOf: archive.url.appending(path: day))
            try FileManager.default.removeItem(at: archive.url.appending(path: day))

            let status = await InProcess.offline(["status"], on: archive)
            let verified = await InProcess.offline(["verify", "--format", "json"], on: archive)
            for notes in [status.output, verified.notes] {
                #expect(notes.contains("lines in SHA256SUMS for manifests (1)"), "\(notes)")
                #expect(
                    notes.contains("summaries of \(day.suffix(14).prefix(10))") && notes.contains("views duckdb.sql")
                )
            }
            // The view and the roll-up have lines in SHA256SUMS.
            #expect(verified.status == .integrity)
            let work = (verified.document["unwritten_files"] as? [[String: Any]])?.first?["work"] as? [String: Any]
            #expect(work?["views"] as? [String] == ["duckdb.sql"])

            #expect(await export([], into: archive, at: server).batches["archived_now"] == nil)
            #expect(try String(contentsOf: sums, encoding: .utf8) == text)
            #expect(FileManager.default.fileExists(atPath: view.path))
            #expect(try Data(contentsOf: archive.url.appending(path: day)) == rollUp)
        }
    }

    @Test func `a roll-up older than the manifests of its day is written again`() async throws {
        try await InProcess.export(Scenario.generated(lines: 20, batches: 1)) { _, archive, server in
            let day = try archive.file(in: "summaries/days", ".csv")
            let url = archive.url.appending(path: day)
            let rollUp = try Data(contentsOf: url)
            try archive.change(day) { $0.append(Data("old\n".utf8)) }
            let past = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: url.path)
            _ = await export([], into: archive, at: server)
            #expect(try Data(contentsOf: url) == rollUp)
        }
    }

    private func export(_ arguments: [String], into archive: Archive, at server: SimulatorServer) async -> InProcess {
        await archive.command(at: server)(["export", "--json"] + arguments)
    }

    /// The batches that the document of an export names as not joined.
    private func pending(in run: InProcess) -> [String] {
        (run.document["join"] as? [String: Any])?["not_joined"] as? [String] ?? []
    }
}
