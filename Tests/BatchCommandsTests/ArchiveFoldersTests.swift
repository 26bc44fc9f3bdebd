import BatchArchive
import Foundation
import Testing

@testable import BatchCommands

struct ArchiveFoldersTests {
    @Test(arguments: [["join", "--join", "requests.jsonl"], ["retry", "--dry-run"]])
    func `a command for one archive asks for the workspace`(arguments: [String]) async throws {
        try await Scratch.use { scratch in
            for source in ["ops", "research"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.url.path)/workspace=\(source)/manifests",
                    withIntermediateDirectories: true
                )
            }
            let run = await InProcess.run(arguments + ["--archive", scratch.url.path], at: "http://127.0.0.1:1")
            #expect(run.status == .usage)
            #expect(run.notes.contains("several archives: ops, research"), "\(run.notes)")
            #expect(run.notes.contains("--archive \(scratch.url.path)/workspace=ops"), "\(run.notes)")
        }
    }

    private func entries(of folders: [String]) async throws -> [String] {
        try await Scratch.use { scratch in
            for folder in folders {
                try FileManager.default.createDirectory(
                    atPath: scratch.path(folder),
                    withIntermediateDirectories: true
                )
            }
            let root = scratch.url.path
            return try ArchiveFolders.entries(at: root)
                .map { "\($0.source ?? "-"):\($0.folder.root.dropFirst(root.count))" }
        }
    }

    @Test func `an archive is one entry`() async throws {
        #expect(try await entries(of: ["manifests", "raw"]) == ["-:"])
        #expect(try await entries(of: ["catalog.sqlite"]) == ["-:"])
        #expect(try await entries(of: ["raw", "SHA256SUMS"]) == ["-:"])
        #expect(try await entries(of: ["manifests/date=2024-08-20"]) == ["-:"])
    }

    @Test(arguments: [[], ["raw", "results"], ["manifests/cluster"], ["workspace=a", "workspace=b/raw"]])
    func `any other folder is not an archive`(folders: [String]) async throws {
        await #expect(throws: ArchiveFailure.self) { try await entries(of: folders) }
    }

    @Test func `a folder of archives has one entry per archive, by name`() async throws {
        let found = try await entries(of: [
            "workspace=b/manifests", "workspace=a/manifests", "workspace=B/manifests", "workspace=c", "other",
            "workspace=",
        ])
        #expect(found == ["a:/workspace=a", "b:/workspace=b"])
    }

    @Test func `an archive that got workspaces later is an entry too`() async throws {
        let found = try await entries(of: ["manifests", "workspace=a/manifests"])
        #expect(found == ["-:", "a:/workspace=a"])
    }

    @Test(arguments: [
        ("a", true), ("a_b-1", true), ("", false), ("A", false), ("a/b", false), (".", false), ("ä", false),
        ("a b", false),
    ])
    func `the name of a workspace can be a folder and a label`(name: String, isName: Bool) {
        #expect(ArchiveFolders.isSourceName(name) == isName)
    }

    @Test func `a name has up to 64 characters`() {
        #expect(ArchiveFolders.isSourceName(String(repeating: "a", count: 64)))
        #expect(!ArchiveFolders.isSourceName(String(repeating: "a", count: 65)))
    }
}
