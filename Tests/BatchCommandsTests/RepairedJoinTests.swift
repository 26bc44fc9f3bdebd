import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `verify --repair` of batches with joined files, which raw cannot restore.
struct RepairedJoinTests {
    /// An archive of three batches of one day, joined with a table of their IDs.
    private func withJoin(
        _ body: (Archive, [String], _ run: ([String]) async -> InProcess) async throws -> Void
    ) async throws {
        try await InProcess.export(.generated(lines: 40, batches: 3, clock: .noon)) { _, archive, server in
            let run = archive.command(at: server)
            let table = archive.url.deletingLastPathComponent().appending(path: "labels-\(UUID().uuidString).csv")
            defer { try? FileManager.default.removeItem(at: table) }
            try await run(["select", "--columns", "batch_id,custom_id", "--format", "csv"]).output
                .write(to: table, atomically: true, encoding: .utf8)
            let source = ["--join", table.path]
            #expect(await run(["join"] + source).status == .done)
            #expect(try rows(of: "joined", in: archive) == 120)
            try await body(archive, source, run)
        }
    }

    private func rows(of part: String, in archive: Archive) throws -> Int {
        try archive.files(in: part).reduce(0) { try $0 + archive.content(of: "\(part)/\($1)").count { $0 == 0x0A } }
    }

    private func bytes(of part: String, in archive: Archive) throws -> [String: Data] {
        let names = archive.files(in: part)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: archive.url.appending(path: "\(part)/\($0)"))) }
        )
    }

    @Test(arguments: [true, false])
    func `joined files of a damaged manifest are removed, or joined again from their source`(hasSource: Bool)
        async throws
    {
        try await withJoin { archive, source, run in
            let before = try bytes(of: "joined", in: archive)
            let manifest = "manifests/\(try #require(archive.files(in: "manifests").first))"
            try archive.change(manifest) { $0.removeLast(40) }
            #expect(await run(["verify"]).status == .integrity)
            let repair = await run(["verify", "--repair"] + (hasSource ? source : []))
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(repair.notes.contains("its joined files were removed"))
            #expect(repair.notes.contains(hasSource ? "Joined again: 1 batch." : "batchkeep join --archive"))
            #expect(await run(["verify", "--full"]).status == .done)
            #expect(try rows(of: "joined", in: archive) == (hasSource ? 120 : 80))
            if hasSource { #expect(try bytes(of: "joined", in: archive) == before) }
        }
    }

    @Test(arguments: ["changed", "cut", "gone"])
    func `a damaged joined file is removed without touching the batch, and can be joined again`(damage: String)
        async throws
    {
        try await withJoin { archive, source, run in
            let before = try [bytes(of: "joined", in: archive), bytes(of: "results", in: archive)]
            let file = "joined/\(try #require(archive.files(in: "joined").first))"
            switch damage {
            case "changed": try archive.change(file) { $0[$0.count / 2] ^= 0xFF }
            case "cut": try archive.change(file) { $0.removeLast(9) }
            default: try FileManager.default.removeItem(at: archive.url.appending(path: file))
            }
            let offline = await InProcess.offline(["verify", "--repair"], on: archive)
            #expect(offline.status == .done, "\(offline.notes)\(offline.output)")
            #expect(offline.notes.contains("its joined files were removed"))
            #expect(!offline.notes.contains("rebuilt from raw"))
            #expect(try rows(of: "joined", in: archive) == 80)
            #expect(await run(["join"] + source).status == .done)
            #expect(try [bytes(of: "joined", in: archive), bytes(of: "results", in: archive)] == before)
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    private static let prune = ["--apply", "--even-if-last-copy"]

    @Test(arguments: [true, false])
    func `joined files without a raw file are kept by join and repair, even if they are damaged`(isCombined: Bool)
        async throws
    {
        try await withJoin { archive, source, run in
            if isCombined { #expect(await run(["compact", "--before", "2100-01-01"]).status == .done) }
            let prune = await run(["prune", "--raw-older-than", "2100-01-01"] + Self.prune)
            #expect(prune.status == .done && archive.files(in: "raw").isEmpty, "\(prune.notes)")
            var before = try bytes(of: "joined", in: archive)
            let join = await run(["join", "--json"] + source)
            #expect(join.status == .partial && join.document["batches"] as? Int == 0, "\(join.notes)")
            #expect((join.document["without_raw"] as? [String])?.sorted() == archive.archivedIDs.sorted())
            #expect(join.notes.contains("warning: 3 batches were not joined: their raw files were removed\n"))
            #expect((join.document["sources"] as? [[String: Any]])?.allSatisfy { $0["matched"] as? Int == 0 } == true)
            #expect(try bytes(of: "joined", in: archive) == before)
            #expect(await run(["verify", "--full"]).status == .done)
            guard !isCombined else { return }

            let file = "joined/\(try #require(archive.files(in: "joined").first))"
            try archive.change(file) { $0[$0.count / 2] ^= 0xFF }
            before = try bytes(of: "joined", in: archive)
            let repair = await InProcess.offline(["verify", "--repair"] + source, on: archive)
            #expect(repair.status == .integrity, "\(repair.notes)\(repair.output)")
            #expect(repair.notes.contains("were kept, because its raw file was removed"), "\(repair.notes)")
            #expect(try bytes(of: "joined", in: archive) == before)
            #expect(await run(["prune", "--joined-older-than", "2100-01-01"] + Self.prune).status == .done)
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    @Test func `a join that fails again is reported and counted`() async throws {
        try await withJoin { archive, _, run in
            let file = "joined/\(try #require(archive.files(in: "joined").first))"
            try archive.change(file) { $0[$0.count / 2] ^= 0xFF }
            try await Scratch.use { scratch in
                for id in archive.archivedIDs { _ = try scratch.write("custom_id,label\nx\n", to: "\(id).csv") }
                let repair = await run([
                    "verify", "--repair", "--format", "json", "--join", scratch.path("{batch_id}.csv"),
                ])
                #expect(repair.status == .integrity, "\(repair.notes)")
                #expect(repair.document["exit_status"] as? Int == 4, "\(repair.output)")
                #expect(repair.notes.contains("warning: not joined again: 1 problem\n  join of "), "\(repair.notes)")
            }
        }
    }

    @Test func `the hint to join many batches again says how many it does not name`() async throws {
        try await InProcess.export(.generated(lines: 2, batches: 22, clock: .noon)) { _, archive, server in
            let run = archive.command(at: server)
            try await Scratch.use { scratch in
                let source = try scratch.write("custom_id,label\nx,y\n", to: "labels.csv")
                #expect(await run(["join", "--join", source]).status == .done)
                for name in archive.files(in: "joined") { try archive.change("joined/\(name)") { $0.removeLast(9) } }
                let repair = await run(["verify", "--repair"])
                #expect(repair.status == .done, "\(repair.notes)")
                #expect(repair.notes.contains("warning: 22 batches are no longer joined\n"), "\(repair.notes)")
                #expect(repair.notes.contains("2 more are not in the hint"), "\(repair.notes)")
                #expect(repair.notes.components(separatedBy: " --batch ").count == 21, "\(repair.notes)")
            }
        }
    }

    @Test func `a file with rows that no manifest names is removed, and the join stays`() async throws {
        try await withJoin { archive, _, run in
            let name = try #require(archive.files(in: "joined").first)
            for part in ["unmatched", "results"] {
                let file = part == "results" ? name.replacing("/msgbatch", with: "/compact.msgbatch") : name
                let other = archive.url.appending(path: "\(part)/\(file)")
                try FileManager.default.createDirectory(
                    at: other.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try FileManager.default.copyItem(at: archive.url.appending(path: "joined/\(name)"), to: other)
            }
            #expect(await run(["verify"]).status == .integrity)
            let repair = await InProcess.offline(["verify", "--repair"], on: archive)
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(repair.notes.components(separatedBy: "because no manifest lists it").count == 3)
            #expect(try rows(of: "joined", in: archive) == 120 && rows(of: "results", in: archive) == 120)
        }
    }

    @Test(arguments: [true, false])
    func `repair of a combined file repeats no row and hides no damage`(damagesFile: Bool) async throws {
        try await withJoin { archive, source, run in
            #expect(await run(["compact", "--before", "2100-01-01"]).status == .done)
            if damagesFile {
                let file = try archive.file(in: "joined", "compact.")
                try archive.change(file) { $0[$0.count / 2] ^= 0xFF }
            } else {
                let manifest = "manifests/\(try #require(archive.files(in: "manifests").first))"
                try archive.change(manifest) { $0.removeLast(40) }
            }
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(try rows(of: "results", in: archive) == 120 && rows(of: "joined", in: archive) == 80)
            #expect(await run(["verify", "--full"]).status == .done)
            #expect(await run(["join"] + source).status == .done)
            #expect(try rows(of: "joined", in: archive) == 120)
        }
    }
}
