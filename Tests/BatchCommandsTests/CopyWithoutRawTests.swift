import BatchCommands
import Foundation
import Testing

/// A copy of an archive with manifests and rows only, as `publish.sh --without-raw` and `restore.sh` make it.
struct CopyWithoutRawTests {
    /// Exports and joins the samples, and turns the archive into such a copy.
    private func withCopy(
        _ body: (Archive, @escaping ([String]) async -> InProcess) async throws -> Void
    ) async throws {
        try await InProcess.withSamples { archive, _, server in
            let run = archive.command(at: server)
            let batch = try Samples.id(of: "2024-08-satire-headlines")
            let joined = await run([
                "join", "--join", Samples.path("metadata/satire-labels.csv"), "--batch", batch, "--quiet",
            ])
            try #require(joined.status == .done, "\(joined.notes)")
            for name in ["raw", "joined", "unmatched", "views", "summaries", "catalog.sqlite"] {
                try FileManager.default.removeItem(at: archive.url.appending(path: name))
            }
            try archive.change("SHA256SUMS") { data in
                let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
                    .filter { $0.contains("  results/") || $0.contains("  manifests/") }
                data = Data(lines.map { $0 + "\n" }.joined().utf8)
            }
            try Data("a copy\n".utf8).write(to: archive.url.appending(path: "WITHOUT-RAW.txt"))
            try await body(archive, run)
        }
    }

    @Test func `verify checks what there is, and says what it cannot check`() async throws {
        try await withCopy { archive, run in
            for depth in [[], ["--quick"], ["--full"]] {
                let verified = await run(["verify"] + depth)
                #expect(verified.status == .done, "\(verified.output) \(verified.notes)")
                #expect(verified.notes.contains("is a copy without raw files: manifests and rows were compared"))
                #expect(!verified.notes.contains("warning:") && !verified.output.contains("raw/"), "\(verified.notes)")
            }
            let document = await run(["verify", "--json"]).document
            #expect(document["copies_without_raw"] as? [String] == [archive.url.path])
        }
    }

    @Test func `damage of rows and manifests is still found`() async throws {
        try await withCopy { archive, run in
            let rows = try archive.file(in: "results", "date=2024-08")
            try archive.change(rows) { $0[$0.count / 2] ^= 1 }
            let damaged = await run(["verify"])
            #expect(damaged.status == .integrity && damaged.output.contains("* \(rows)"), "\(damaged.output)")
            #expect(damaged.notes.contains("hint: restore the copy again"), "\(damaged.notes)")
            try FileManager.default.removeItem(at: archive.url.appending(path: rows))
            #expect(await run(["verify"]).output.contains("- \(rows): not found"))
            let manifest = try archive.file(in: "manifests", "date=2025-06")
            try archive.edit(manifest, #""revision":1"#, with: #""revision":7"#)
            #expect(await run(["verify"]).output.contains("* \(manifest)"))
        }
    }

    @Test func `it can be read, and the answers are reported as missing`() async throws {
        try await withCopy { _, run in
            let summary = await run(["summarize", "--format", "json"])
            #expect(summary.status == .done && summary.output.contains("\"requests\":1053"), "\(summary.output)")
            let select = await run(["select", "--columns", "text"])
            #expect(select.status == .done && select.lines.isEmpty)
            #expect(select.notes.contains("14 batches were not searched"), "\(select.notes)")
            let scanned = await run(["summarize", "--scan", "--format", "json"])
            #expect(scanned.status == .integrity && scanned.row["requests"] as? Int ?? 0 == 0, "\(scanned.output)")
            let reason = "this copy of the archive has no raw files, so its results cannot be read"
            #expect(scanned.notes.components(separatedBy: reason).count - 1 == 14, "\(scanned.notes)")
            let retry = await run(["retry", "--dry-run"])
            #expect(retry.notes.contains("batches were not searched: their raw files were removed"), "\(retry.notes)")
            let status = await run(["status"])
            #expect(!status.notes.contains("error:") && !status.output.contains("views"), "\(status.output)")
        }
    }

    @Test func `a command that would change it is refused, and the rebuilt catalog changes no other file`() async throws
    {
        try await withCopy { archive, run in
            let before = try archive.contents(of: ["results", "manifests"])
            let list = try Data(contentsOf: archive.url.appending(path: "SHA256SUMS"))
            for command in [
                ["export", "--since", "2024-01-01"], ["compact", "--before", "2099-01-01"], ["verify", "--repair"],
                ["rebuild"], ["views"], ["join", "--join", Samples.path("metadata/catalog.csv")],
                ["prune", "--raw-older-than", "2099-01-01", "--apply"],
            ] {
                let result = await run(command)
                #expect(result.status == .usage, "\(command): \(result.notes)")
                #expect(result.notes.contains("a copy without raw files, which cannot be changed"), "\(result.notes)")
            }
            let rebuilt = await InProcess.run(
                ["catalog", "rebuild", "--archive", archive.url.path],
                at: "http://127.0.0.1:9"
            )
            #expect(rebuilt.status == .done, "\(rebuilt.notes)")
            #expect(try archive.contents(of: ["results", "manifests"]) == before)
            #expect(try Data(contentsOf: archive.url.appending(path: "SHA256SUMS")) == list)
            #expect(await run(["verify"]).status == .done)
        }
    }
}
