import BatchCommands
import Foundation
import Testing

/// Which changes of the archive `query` and `show` notice, and what they do not read again.
struct IndexDifferencesTests {
    private static let sums = [
        "query",
        "SELECT count(*) AS n, (SELECT count(*) FROM batches) AS b, (SELECT sum(revision) FROM batches) AS r FROM results",
    ]

    @Test func `an up-to-date index is not opened for writing`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let first = await run(Self.sums)
            let file = archive.url.appending(path: "results.sqlite").path
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
            #expect(await run(Self.sums).output == first.output)
            let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
            #expect(date == old)
        }
    }

    @Test func `rewritten manifests with the same rows do not cause a new filling`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":14}\n")
            let id = try Samples.id(of: "2025-06-sql-generation")
            let requests = Samples.path("requests/2025-06-sql-generation.jsonl")
            #expect(await run(["join", "--join", requests, "--batch", id]).status == .done)
            #expect(await run(["prune", "--raw-older-than", "1d", "--even-if-last-copy", "--apply"]).status == .done)
            // From here on, reading rows fails.
            try FileManager.default.removeItem(at: archive.url.appending(path: "results"))
            let after = await run(Self.sums)
            #expect(after.status == .done && after.notes == "", "\(after.notes)")
            let revisions = try #require(after.document["r"] as? Int)
            #expect(after.document["n"] as? Int == 1_053 && after.document["b"] as? Int == 14 && revisions > 15)
        }
    }

    @Test func `show records rewritten manifests, so that they are read once`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":14}\n")
            let id = try Samples.id(of: "2025-06-sql-generation")
            let requests = Samples.path("requests/2025-06-sql-generation.jsonl")
            #expect(await run(["join", "--join", requests, "--batch", id]).status == .done)
            #expect(await run(["show", "q001", "--raw"]).lines.count == 1)
            let file = archive.url.appending(path: "results.sqlite").path
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":15}\n")
            let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
            #expect(date == old)
        }
    }

    @Test func `an overwritten manifest is noticed even with equal size and time`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":14}\n")
            let path = archive.url.appending(path: try archive.file(in: "manifests", "date=2025-06")).path
            let date = try #require(FileManager.default.attributesOfItem(atPath: path)[.modificationDate])
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let other = text.replacing("\"revision\":1,", with: "\"revision\":8,")
            #expect(other != text && other.utf8.count == text.utf8.count)
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.write(contentsOf: Data(other.utf8))
            try file.close()
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":21}\n")
        }
    }

    @Test func `changed rows are filled in again, and show reads them from raw until then`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let manifest = try archive.file(in: "manifests", "date=2025-06")
            let text = try Data(contentsOf: archive.url.appending(path: manifest))
            try FileManager.default.removeItem(at: archive.url.appending(path: manifest))
            #expect(await run(Self.sums).output == "{\"n\":982,\"b\":13,\"r\":13}\n")
            #expect(await run(["show", "q001"]).status == .error)
            try text.write(to: archive.url.appending(path: manifest))
            let show = await run(["show", "q001", "--raw"])
            #expect(show.lines.count == 1 && show.notes == "", "\(show.notes)")
            #expect(await run(Self.sums).output == "{\"n\":1053,\"b\":14,\"r\":14}\n")
            // Another digest of the flat rows: the rows in the index are outdated.
            try archive.change(manifest) { data in
                let mark = Data("\"uncompressed_sha256\":\"".utf8)
                let results = data.range(of: Data("\"results\":{".utf8))?.upperBound ?? data.startIndex
                if let place = data.range(of: mark, in: results..<data.endIndex)?.upperBound {
                    data[place] = data[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                }
            }
            #expect(await run(["show", "q001", "--raw"]).output == show.output)
            try archive.change(archive.file(in: "results", "date=2025-06")) { $0.removeLast(20) }
            let again = await run(Self.sums)
            #expect(again.status == .integrity && again.output == "{\"n\":982,\"b\":13,\"r\":13}\n", "\(again.output)")
        }
    }

    @Test func `the manifest of another batch is reported, and its rows are counted once`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let manifest = archive.url.appending(path: try archive.file(in: "manifests", "date=2025-06"))
            let copy = manifest.deletingLastPathComponent().appending(path: "msgbatch_copy.json")
            try FileManager.default.copyItem(at: manifest, to: copy)
            for command in [Self.sums, ["select", "--columns", "custom_id"]] {
                let result = await run(command)
                #expect(result.status == .integrity && result.notes.contains("msgbatch_copy.json"), "\(result.notes)")
                #expect(result.lines.count == 1_053 || result.output.hasPrefix("{\"n\":1053,"), "\(result.output)")
            }
            #expect(
                await run(["summarize"]).notes
                    .contains("it is the manifest of \(manifest.deletingPathExtension().lastPathComponent)")
            )
        }
    }

    @Test(arguments: [sums, ["summarize", "--scan"], ["select", "--columns", "custom_id"]])
    func `a manifest in the folder of another day is reported, and its batch counts once`(command: [String])
        async throws
    {
        try await InProcess.withSamples { archive, run, _ in
            let expected = await run(command).output
            let manifest = archive.url.appending(path: try archive.file(in: "manifests", "date=2025-06"))
            let folder = archive.url.appending(path: "manifests/date=2025-07-01")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: manifest, to: folder.appending(path: manifest.lastPathComponent))
            let result = await run(command)
            #expect(result.status == .integrity && result.output == expected, "\(result.notes)")
            #expect(result.notes.contains("it belongs in the folder of 2025-06"), "\(result.notes)")
        }
    }
}
