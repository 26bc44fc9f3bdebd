import Foundation
import Testing

@testable import BatchArchive

struct ChecksumListTests {
    private let archive = TemporaryArchive()
    private let list = "SHA256SUMS"

    private func lines() throws -> [String] {
        String(decoding: try archive.folder.read(list), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Changes the modification time of a file.
    private func touch(_ path: String, seconds: Double) throws {
        let full = archive.folder.path(path)
        let now = Date(timeIntervalSinceNow: seconds)
        try FileManager.default.setAttributes([.modificationDate: now], ofItemAtPath: full)
    }

    @Test func `the list has data files and manifests, sorted by path, in the format of sha256sum`() async throws {
        let sink = archive.sink()
        try await sink.export("msgbatch_b", day: "2024-08-20")
        try await sink.export("msgbatch_a", results: 0, day: "2024-08-21")
        try await sink.finishRun()
        let files = try archive.files().filter { $0.key != list }
        let expected = files.map { "\(ContentDigest.hex($0.value))  \($0.key)" }
            .sorted { $0.dropFirst(66) < $1.dropFirst(66) }
        #expect(try lines() == expected)
        #expect(expected.count == 4)
        if let check = try run(["sha256sum", "-c", "--quiet", list], in: archive.folder.root) {
            #expect(check.status == 0)
        }
    }

    @Test func `an archive of several runs is listed completely`() async throws {
        for id in ["msgbatch_a", "msgbatch_c", "msgbatch_b"] {
            try await archive.sink().export(id)
            try await archive.sink().finishRun()
        }
        let paths = try lines().map { String($0.dropFirst(66)) }
        #expect(paths == (try archive.paths().filter { $0 != list }))
    }

    @Test func `a run that published nothing does not change the list`() async throws {
        try await archive.sink().export()
        try await archive.sink().finishRun()
        let before = try archive.folder.status(list)
        try touch("manifests/date=2024-08-20/msgbatch_01.json", seconds: -3_600)
        try await archive.sink().finishRun()
        #expect(try archive.folder.status(list) == before)
    }

    @Test func `damage does not change the list`() async throws {
        try await archive.sink().export("msgbatch_a")
        try await archive.sink().finishRun()
        let before = try lines()
        for path in try archive.paths() where path != list {
            var file = try archive.folder.read(path)
            file[file.count / 2] ^= 1
            try archive.folder.write(file.span, to: path)
            try touch(path, seconds: -3_600)
        }
        try await archive.sink().export("msgbatch_b")
        try await archive.sink().finishRun()
        #expect(Set(try lines()).isSuperset(of: before))
    }

    @Test func `a rewritten manifest gets its new digest`() async throws {
        try await archive.sink().export()
        try await archive.sink().finishRun()
        try touch(list, seconds: -3_600)
        try await archive.sink().export(results: 1)
        try await archive.sink().finishRun()
        if let check = try run(["sha256sum", "-c", "--quiet", list], in: archive.folder.root) {
            #expect(check.status == 0)
        }
    }

    @Test func `a removed batch leaves the list with all its files`() async throws {
        for id in ["msgbatch_a", "msgbatch_b"] { try await archive.sink().export(id) }
        try await archive.sink().finishRun()
        for path in try archive.paths() where path.contains("msgbatch_a") { try archive.folder.remove(path) }
        try await archive.sink().finishRun()
        #expect(try lines().count == 3)
        #expect(try lines().allSatisfy { $0.contains("msgbatch_b") })
    }

    @Test func `an unreadable manifest is listed, its data is not`() async throws {
        try archive.put(Array("{".utf8), at: "manifests/date=2024-08-20/msgbatch_x.json")
        try await archive.sink().finishRun()
        #expect(try lines().map { $0.dropFirst(66) } == ["manifests/date=2024-08-20/msgbatch_x.json"])
    }

    @Test func `a list made for a repair does not use the old one`() async throws {
        try await archive.sink().export()
        try await archive.sink().finishRun()
        let good = try archive.folder.read(list)
        try archive.folder.write(Array(good.map { $0 == 0x61 ? 0x62 : $0 }).span, to: list)
        try await ChecksumList.update(in: archive.folder, after: ChecksumList.Repair())
        #expect(try archive.folder.read(list) == good)
    }

    @Test(arguments: [-3_600, 3_600])
    func `after a repair, the line of a damaged manifest changes only if it was repaired`(
        seconds: Double
    ) async throws {
        let ids = ["msgbatch_a", "msgbatch_b", "msgbatch_c"]
        for id in ids { try await archive.sink().export(id) }
        try await archive.sink().finishRun()
        let before = try lines()
        for path in try archive.paths() where path.hasPrefix("manifests/") {
            let text = try archive.folder.read(path)
            try archive.folder.write((text + [0x0A]).span, to: path)
            try touch(path, seconds: path.contains("_c") ? -3_600 : seconds)
        }
        let damaged = try ChecksumList.damagedManifests(among: Set(ids), in: archive.folder)
        #expect(damaged == (seconds < 0 ? Set(ids) : ["msgbatch_c"]))
        var repair = ChecksumList.Repair(keeping: ["msgbatch_a", "msgbatch_b"])
        repair.recordRepair(of: "msgbatch_a")
        try await ChecksumList.update(in: archive.folder, after: repair)
        let changed = Set(try lines()).symmetricDifference(before).map { $0.dropFirst(66) }
        #expect(Set(changed) == ["manifests/date=2024-08-20/msgbatch_a.json"])
    }

    @Test func `a changed or removed document keeps its line until it is written again`() async throws {
        let (first, second) = ("summaries/days/2024-08-20.json", "views/one.sql")
        try await archive.sink().export()
        try await archive.sink().replaceDocuments([first: [0x31], second: [0x32]])
        let before = try lines()
        #expect(before.count == 5)
        try archive.folder.write([0x33].span, to: first)
        try archive.folder.remove(second)
        try await archive.sink().export("msgbatch_02")
        try await archive.sink().finishRun()
        #expect(try Set(lines()).isSuperset(of: before))
        try await ChecksumList.update(in: archive.folder, after: ChecksumList.Repair())
        #expect(try Set(lines()).isSuperset(of: before))
        try await archive.sink().replaceDocuments([first: [0x34]])
        #expect(try lines().contains("\(ContentDigest.hex([0x34]))  \(first)"))
    }

    @Test func `an interruption while documents are written leaves no line that contradicts a file`() async throws {
        let path = "summaries/days/2024-08-20.json"
        try await archive.sink().export()
        try await archive.sink().replaceDocuments([path: [0x31]])
        try await ChecksumList.update(in: archive.folder, without: [path])
        try archive.folder.write([0x32].span, to: path)
        #expect(try !lines().contains { $0.hasSuffix(path) })
        try await archive.sink().finishRun()
        #expect(try lines().contains("\(ContentDigest.hex([0x32]))  \(path)"))
    }

    @Test func `documents of an archive whose list did not name them are added`() async throws {
        try await archive.sink().export()
        try await archive.sink().finishRun()
        try archive.put([0x31], at: "views/schema/one.json")
        try archive.put([0x32], at: "views/.DS_Store")
        try await archive.sink().finishRun()
        #expect(try lines().last == "\(ContentDigest.hex([0x31]))  views/schema/one.json")
    }
}
