import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `verify` and its repair on an archive of the samples, with and without the API.
struct VerifyCommandTests {
    @Test(arguments: [[], ["--quick"], ["--full"], ["--sample", "30%"], ["--repair"]])
    func `an intact archive has only a sum, and with --verbose one mark per file`(arguments: [String]) async throws {
        try await InProcess.withSamples { archive, run, _ in
            let verify = await run(["verify", "--verbose"] + arguments)
            #expect(verify.status == .done, "\(verify.output)")
            let parts = ["raw", "results", "manifests", "summaries", "views"]
            let count = parts.reduce(1) { $0 + archive.files(in: $1).count }
            #expect(verify.lines.count == count + 1)
            #expect(verify.lines.dropLast().allSatisfy { $0.hasPrefix("= ") })
            let short = await run(["verify"] + arguments)
            #expect(short.status == .done && short.lines == [verify.lines.last])
            let depth =
                ["--quick": "quick", "--sample": "sample 30%"][arguments.first]
                ?? (arguments.isEmpty ? "checksums" : "full")
            #expect(short.output == "\(count) files verified (\(depth)): \(count) intact\n")
        }
    }

    @Test func `damage is reported with its position and ends with status 4`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let file = try archive.file(in: "raw", "date=2025-01")
            try archive.change(file) { $0[3_000] ^= 0xFF }
            #expect(await run(["verify", "--quick"]).status == .done)
            let marks = await run(["verify"])
            #expect(marks.status == .integrity)
            #expect(marks.lines.count == 2 && marks.lines.last?.hasSuffix(" intact, 1 different") == true)
            #expect(marks.notes.contains("hint: batchkeep verify --repair --archive \(archive.url.path)\n"))
            #expect(marks.output.contains("* \(file): ") && marks.output.contains("(member 0, byte "))
            let json = await run(["verify", "--format", "json"]).document
            let files = json["files"] as? [[String: Any]] ?? []
            let damaged = try #require(files.first { $0["mark"] as? String == "*" })
            #expect(damaged["path"] as? String == file && damaged["member"] as? Int == 0)
            #expect(json["exit_status"] as? Int == 4)
        }
    }

    @Test func `files that raw can restore are rebuilt without the API`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let flat = try archive.file(in: "results", "date=2025-03")
            let before = try Data(contentsOf: archive.url.appending(path: flat))
            try FileManager.default.removeItem(at: archive.url.appending(path: flat))
            try archive.change(archive.file(in: "results", "date=2025-06")) { $0[99] ^= 1 }
            try FileManager.default.removeItem(at: archive.url.appending(path: "SHA256SUMS"))
            #expect(await run(["verify"]).status == .integrity)
            let repair = await InProcess.run(
                ["verify", "--repair", "--archive", archive.url.path],
                at: "http://127.0.0.1:9",
                key: ""
            )
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(repair.notes.components(separatedBy: "rebuilt from the raw file").count == 3)
            #expect(try Data(contentsOf: archive.url.appending(path: flat)) == before)
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    @Test func `files that raw cannot restore are downloaded again, and a lost manifest is rebuilt`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try archive.change(archive.file(in: "raw", "date=2025-01")) { $0.removeLast(5) }
            for day in ["date=2025-05", "date=2025-06"] {
                let manifest = try archive.file(in: "manifests", day)
                try FileManager.default.removeItem(at: archive.url.appending(path: manifest))
            }
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            #expect(repair.notes.components(separatedBy: "downloaded again").count == 2)
            #expect(repair.notes.components(separatedBy: "rebuilt from the raw file").count == 3)
            #expect(archive.archivedIDs.count == 14)
        }
    }

    /// The lines of a batch that the API returns after its raw file was damaged.
    enum Served: String, CaseIterable {
        case same, reordered, otherLine, oneTwice
    }

    @Test(arguments: Served.allCases, [true, false])
    func `damaged or missing raw is replaced by the same lines only`(served: Served, isMissing: Bool) async throws {
        try await InProcess.withGenerated { archive, run, server in
            let (id, raw) = try damageRaw(of: archive, isMissing: isMissing)
            let before = try archive.snapshot()
            let body = server.service.results(of: id)
            try serve(served, of: id, with: body, by: server)
            let repair = await run(["verify", "--repair"])
            let isRepaired = served == .same || served == .reordered
            #expect(repair.status == (isRepaired ? .done : .integrity), "\(repair.notes)")
            if isRepaired {
                #expect(repair.notes.contains("\(id): downloaded again"))
                #expect(await run(["verify", "--full"]).status == .done)
                return
            }
            let reason = served == .oneTwice ? "1 line repeats a custom_id" : "those archived before"
            #expect(repair.notes.contains(reason), "\(repair.notes)")
            #expect(archive.files(in: "_quarantine").contains("\(id).raw.jsonl.gz"))
            #expect(try archive.snapshot().filter { !$0.key.hasPrefix("_quarantine") } == before)
            // The next export changes neither; a repair with the archived lines ends both.
            #expect(await run(["export"]).status == .done)
            #expect(archive.files(in: "_quarantine").contains("\(id).raw.jsonl.gz"))
            #expect(await run(["retry-quarantine"]).notes.contains("Nothing is in quarantine"))
            try serve(.reordered, of: id, with: body, by: server)
            #expect(await run(["verify", "--repair"]).status == .done)
            #expect(archive.files(in: "_quarantine").isEmpty && archive.files(in: "raw").contains(raw))
        }
    }

    @Test(arguments: [Served.same, .reordered])
    func `without a digest of the lines only the same bytes replace raw`(served: Served) async throws {
        try await InProcess.withGenerated { archive, run, server in
            let (id, _) = try damageRaw(of: archive, isMissing: false)
            let manifest = try archive.file(in: "manifests", id)
            try archive.edit(manifest, "\"lines_digest\":\"[0-9a-f]+\",\n", with: "")
            // The next export lists the manifest as it is now.
            #expect(await run(["export"]).status == .done)
            try serve(served, of: id, with: server.service.results(of: id), by: server)
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == (served == .same ? .done : .integrity), "\(repair.notes)")
            let text = try String(contentsOf: archive.url.appending(path: manifest), encoding: .utf8)
            #expect(text.contains("lines_digest") == (served == .same))
        }
    }

    @Test func `swapped raw files of two batches are both downloaded again`() async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let before = try archive.snapshot()
            let raw = archive.files(in: "raw").map { "raw/\($0)" }
            for (path, other) in [(raw[0], raw[1]), (raw[1], raw[0])] {
                try before[other]?.write(to: archive.url.appending(path: path))
            }
            #expect(await run(["verify"]).lines.filter { $0.hasPrefix("* ") }.count == 2)
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done && repair.notes.components(separatedBy: "downloaded again").count == 3)
            #expect(
                try archive.snapshot().filter { $0.key.hasPrefix("raw/") } == before.filter { $0.key.hasPrefix("raw/") }
            )
        }
    }

    @Test(arguments: ["summaries/days", "summaries/runs", "views"], [true, false])
    func `a changed or removed roll-up or view is found, stays found and is repaired`(
        folder: String,
        isRemoved: Bool
    ) async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let path = "\(folder)/\(try #require(archive.files(in: folder).first))"
            let before = try Data(contentsOf: archive.url.appending(path: path))
            if isRemoved {
                try FileManager.default.removeItem(at: archive.url.appending(path: path))
            } else {
                try archive.edit(path, "[1-8]", with: "9")
            }
            #expect(await run(["verify", "--quick"]).status == (isRemoved ? .integrity : .done))
            let mark = "\(isRemoved ? "-" : "*") \(path): "
            #expect(await run(["verify"]).output.contains(mark))
            // An export writes the views again and the roll-ups of days that are missing, and nothing else.
            if folder != "views", !isRemoved || folder == "summaries/runs" {
                #expect(await run(["export"]).status == .done)
                #expect(await run(["verify"]).output.contains(mark))
            }
            let repair = await run(["verify", "--repair"])
            #expect(repair.status == .done, "\(repair.notes)\(repair.output)")
            let isKnown = folder != "summaries/runs"
            #expect(
                repair.notes.contains("\(path): \(isKnown ? "written again" : "removed, because")"),
                "\(repair.notes)"
            )
            let after = try? Data(contentsOf: archive.url.appending(path: path))
            #expect(after == (isKnown ? before : nil))
            #expect(await run(["verify", "--full"]).status == .done)
        }
    }

    /// Damages the raw file of a batch, and returns the batch's ID and the path below `raw`.
    private func damageRaw(of archive: Archive, isMissing: Bool) throws -> (id: String, path: String) {
        let raw = try archive.file(in: "raw", ".gz")
        if isMissing {
            try FileManager.default.removeItem(at: archive.url.appending(path: raw))
        } else {
            try archive.change(raw) { $0.removeLast(5) }
        }
        let id = try #require(archive.archivedIDs.first { raw.contains($0) })
        return (id, String(raw.dropFirst("raw/".count)))
    }

    /// Changes the results that the API returns for a batch; their counts stay the same.
    private func serve(_ served: Served, of id: String, with body: [UInt8]?, by server: SimulatorServer) throws {
        let service = server.service
        let body = String(decoding: try #require(body), as: UTF8.self)
        var lines = body.split(whereSeparator: \.isNewline).map(String.init)
        switch served {
        case .same: return
        case .reordered: lines.reverse()
        case .otherLine: lines[3] = lines[3].replacingOccurrences(of: "\"custom_id\":\"", with: "\"custom_id\":\"x")
        case .oneTwice: lines[0] = lines.first { $0 != lines[0] && $0.contains("succeeded") } ?? ""
        }
        let changed = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        let document = try #require(service.batch(id))
        service.apply(.add(try SimulatedBatch(document: document, results: changed)))
    }

    @Test(arguments: [true, false])
    func `a refusal of one batch does not stop the repair of the others, but a refused key does`(isForAll: Bool)
        async throws
    {
        var scenario = try Scenario.generated(lines: 40, batches: 3)
        let id = scenario.batches[0].id
        scenario.faults = [Fault(.answer(status: 403), on: [.retrieve], of: isForAll ? nil : id)]
        try await InProcess.export(scenario) { _, archive, server in
            for name in archive.files(in: "raw") { try archive.change("raw/\(name)") { $0.removeLast(5) } }
            let repair = await archive.command(at: server)(["verify", "--repair"])
            #expect(repair.status == (isForAll ? .keyRefused : .integrity), "\(repair.notes)")
            #expect(repair.notes.contains("\(id): not repaired"), "\(repair.notes)")
            let repaired = isForAll ? 0 : 2
            #expect(repair.notes.components(separatedBy: "downloaded again").count == repaired + 1, "\(repair.notes)")
        }
    }

    @Test func `a batch whose files are all gone is not repaired without a key`() async throws {
        try await InProcess.withGenerated { archive, run, _ in
            let id = try #require(archive.archivedIDs.min())
            for part in ["raw", "results", "manifests"] {
                let path = try archive.file(in: part, id)
                try FileManager.default.removeItem(at: archive.url.appending(path: path))
            }
            #expect(await run(["verify"]).status == .integrity)
            let arguments = ["verify", "--repair", "--archive", archive.url.path]
            let repair = await InProcess.run(arguments + ["--format", "json"], at: "http://127.0.0.1:9", key: "")
            #expect(repair.status == .integrity && repair.notes.contains("\(id): not repaired"), "\(repair.notes)")
            #expect(repair.document["exit_status"] as? Int == 4, "\(repair.output)")
            let status = await InProcess.offline(["status", "--format", "json"], on: archive).document
            #expect((status["batches"] as? [String: Int])?["archived"] == 2)
            #expect(await run(["export"]).status == .done)
            #expect(archive.archivedIDs.contains(id))
        }
    }

    @Test func `damage that cannot be repaired is reported`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try archive.change(archive.file(in: "raw", "date=2025-01")) { $0.removeLast(5) }
            let repair = await InProcess.run(
                ["verify", "--repair", "--archive", archive.url.path],
                at: "http://127.0.0.1:9",
                key: ""
            )
            #expect(repair.status == .integrity)
            #expect(repair.notes.contains("not repaired, a download needs an API key"), "\(repair.notes)")
            #expect(await run(["verify", "--quick"]).status == .integrity)
        }
    }

    @Test func `a damaged file of several batches is split and rebuilt`() async throws {
        try await InProcess.export(.generated(lines: 40, batches: 3, clock: .noon)) { _, archive, server in
            let run = archive.command(at: server)
            let rows = await run(["select", "--columns", "custom_id"]).lines.count
            let compact = await run(["compact", "--before", "2100-01-01"])
            #expect(compact.status == .done && compact.notes.contains("became one"), "\(compact.notes)")
            #expect(archive.files(in: "results").count == 1)
            #expect(await run(["verify", "--full"]).status == .done)
            #expect(await run(["compact", "--before", "2100-01-01"]).notes.contains("Nothing to do"))
            try archive.change(archive.file(in: "results", "compact.")) { $0[200] ^= 0xFF }
            #expect(await run(["verify"]).status == .integrity)
            #expect(await run(["verify", "--repair"]).status == .done)
            #expect(archive.files(in: "results").count == 3)
            #expect(rows == 120)
        }
    }

    @Test(arguments: [["--quick", "--full"], ["--repair", "--quick"], ["--sample", "0%"], ["--sample", "many"]])
    func `invalid options are rejected`(arguments: [String]) async {
        let run = await InProcess.run(["verify"] + arguments, at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output == "", "\(run.notes)")
    }
}
