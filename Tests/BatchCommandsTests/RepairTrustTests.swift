import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// What `verify --repair` and `rebuild` use of a damaged manifest, and that they do not hide its damage.
struct RepairTrustTests {
    /// Changes a file and keeps its time, as a failing disk does.
    private func rot(_ path: String, of archive: Archive, _ pattern: String, with text: String) throws {
        let file = archive.url.appending(path: path).path
        let before = try #require(try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
        try archive.edit(path, pattern, with: text)
        let past = before.addingTimeInterval(-3_600)
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: file)
    }

    @Test(arguments: [true, false])
    func `damage of a manifest stays found when other batches are repaired or rebuilt`(isRepair: Bool) async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let ids = archive.archivedIDs.sorted()
            let manifest = try archive.file(in: "manifests", ids[1])
            try rot(manifest, of: archive, "\"expires_at\":\"2", with: "\"expires_at\":\"3")
            #expect(await run(["verify"]).output.contains("* \(manifest): its SHA-256 differs"))
            if isRepair {
                let rows = try archive.file(in: "results", ids[0])
                try FileManager.default.removeItem(at: archive.url.appending(path: rows))
                let repair = await run(["verify", "--repair", "--batch", ids[0]])
                #expect(repair.status == .done && repair.notes.contains("\(ids[0]): rebuilt"), "\(repair.notes)")
            } else {
                #expect(await run(["rebuild"]).notes.contains("Nothing to rebuild"))
            }
            #expect(await run(["export"]).status == .done)
            let verify = await run(["verify", "--full"])
            #expect(verify.status == .integrity && verify.lines.count == 2, "\(verify.output)")
            #expect(verify.output.contains("* \(manifest): its SHA-256 differs"), "\(verify.output)")
        }
    }

    @Test func `damage that a repair without a key cannot end stays found`() async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let ids = archive.archivedIDs.sorted()
            let manifest = try archive.file(in: "manifests", ids[1])
            try archive.edit(manifest, "\"expires_at\":\"2", with: "\"expires_at\":\"3")
            try FileManager.default.removeItem(
                at: archive.url.appending(path: archive.file(in: "results", ids[0]))
            )
            let arguments = ["verify", "--repair", "--archive", archive.url.path]
            let repair = await InProcess.run(arguments, at: "http://127.0.0.1:9", key: "")
            #expect(repair.status == .integrity && repair.notes.contains("\(ids[0]): rebuilt"), "\(repair.notes)")
            #expect(await run(["verify"]).output.contains("* \(manifest): its SHA-256 differs"))
            #expect(await run(["verify", "--repair"]).status == .done)
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    @Test func `a rebuild does not copy the damage of an outdated manifest, a repair asks the API`() async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let id = try #require(archive.archivedIDs.min())
            let manifest = try archive.file(in: "manifests", id)
            try rot(manifest, of: archive, "\"flat_schema\":[0-9]+", with: "\"flat_schema\":1")
            let rebuild = await run(["rebuild"])
            #expect(rebuild.status == .integrity, "\(rebuild.notes)")
            #expect(rebuild.notes.contains("warning: \(id): not rebuilt, manifest '\(manifest)': its SHA-256 differs"))
            #expect(await run(["verify"]).output.contains("* \(manifest): its SHA-256 differs"))
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    @Test(arguments: ["created_at", "ended_at", "expires_at"])
    func `a repair uses the times of the API, not those of a damaged manifest`(field: String) async throws {
        try await InProcess.export(.generated(lines: 40, batches: 3, clock: .noon)) { _, archive, server in
            let run = archive.command(at: server)
            let manifest = try archive.file(in: "manifests", "msgbatch_")
            let before = try archive.contents(of: ["raw", "results"])
            let batch = try self.batch(in: manifest, of: archive)
            let time = "(?<=\"\(field)\":\"....-..-..T..:)"
            let isEarly = batch.range(of: time + "0", options: .regularExpression) != nil
            try archive.edit(manifest, time + ".", with: isEarly ? "3" : "0")
            #expect(try self.batch(in: manifest, of: archive) != batch)
            #expect(await run(["verify"]).output.contains("* \(manifest): its SHA-256 differs"))
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done && repair.notes.contains("rebuilt from the raw file"), "\(repair.notes)")
            #expect(try archive.contents(of: ["raw", "results"]) == before)
            #expect(try self.batch(in: manifest, of: archive) == batch)
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    /// The line with the batch object of a manifest.
    private func batch(in manifest: String, of archive: Archive) throws -> Substring {
        let text = try String(contentsOf: archive.url.appending(path: manifest), encoding: .utf8)
        return try #require(text.split(separator: "\n").first { $0.hasPrefix("\"batch\":") })
    }

    @Test func `a batch that the API dates to another day is not repaired, and not archived twice`() async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let id = try #require(archive.archivedIDs.min())
            let listed = try archive.file(in: "manifests", id)
            let day = try #require(listed.firstMatch(of: /date=([-0-9]+)/)?.1)
            for part in ["raw", "results", "manifests"] {
                let path = try archive.file(in: part, id)
                let moved = archive.url.appending(path: path.replacing("date=\(day)", with: "date=2024-01-01"))
                try FileManager.default.createDirectory(
                    at: moved.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try FileManager.default.moveItem(at: archive.url.appending(path: path), to: moved)
            }
            let manifest = try archive.file(in: "manifests", id)
            try archive.change(manifest) { data in
                let text = String(decoding: data, as: UTF8.self).replacing("date=\(day)", with: "date=2024-01-01")
                data = Data(text.replacing("\"created_at\":\"\(day)", with: "\"created_at\":\"2024-01-01").utf8)
            }
            try FileManager.default.removeItem(at: archive.url.appending(path: archive.file(in: "raw", id)))
            let before = try archive.contents(of: ["raw", "results", "manifests"])
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .integrity, "\(repair.notes)")
            #expect(repair.notes.contains("\(id): not rebuilt, manifest '\(manifest)': "), "\(repair.notes)")
            #expect(repair.notes.contains("the API reports that the batch was created on \(day)"), "\(repair.notes)")
            #expect(try archive.contents(of: ["raw", "results", "manifests"]) == before)
        }
    }

    @Test(arguments: [true, false])
    func `damaged rows of a batch with a pruned raw file are downloaded again`(hasKey: Bool) async throws {
        try await InProcess.withGenerated { archive, run, server in
            let id = try #require(archive.archivedIDs.min())
            let rows = try archive.file(in: "results", id)
            let before = try archive.contents(of: ["raw", "results"]).filter { $0.key.contains(id) }
            #expect(await run(["prune", "--raw-older-than", "1h", "--apply"]).status == .done)
            #expect(archive.files(in: "raw").isEmpty)
            try archive.change(rows) { $0 = Data() }
            let repair = await InProcess.run(
                ["verify", "--repair", "--archive", archive.url.path],
                at: server.baseURL,
                key: hasKey ? InProcess.key : ""
            )
            #expect(repair.status == (hasKey ? .done : .integrity), "\(repair.notes)\(repair.output)")
            let notice = hasKey ? "downloaded again" : "not repaired, a download needs an API key"
            #expect(repair.notes.contains("\(id): \(notice)"), "\(repair.notes)")
            guard hasKey else { return }
            // The raw files of the other batches stay pruned.
            #expect(try archive.contents(of: ["raw"]) == before.filter { $0.key.hasPrefix("raw/") })
            #expect(try archive.contents(of: ["results"])[rows] == before[rows])
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }
}
