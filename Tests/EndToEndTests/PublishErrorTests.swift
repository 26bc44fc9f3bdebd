import Foundation
import Testing

/// What `pipelines/object-storage/publish.sh` refuses and reports.
struct PublishErrorTests {
    @Test func `files that do not match SHA256SUMS are not published, nor any file after them`() async throws {
        try await ObjectStore.withArchive { folder, archive in
            let data = try #require(try ObjectStore.listed(archive).first { $0.hasPrefix("raw/") })
            let seen = try await ObjectStore.run(with: .rclone) { store in
                let file = try #require(FileHandle(forUpdatingAtPath: "\(archive)/\(data)"))
                try file.seek(toOffset: 30)
                try file.write(contentsOf: [0xFF, 0x00, 0xFF])
                try file.close()
                let damaged = try await store.script("publish", [archive, "store:bucket/batches"], in: folder)
                #expect(damaged.status == 1 && damaged.notes.contains("\(data): FAILED"), "\(damaged.notes)")
                try FileManager.default.removeItem(atPath: "\(archive)/\(data)")
                let missing = try await store.script("publish", [archive, "store:bucket/batches"], in: folder)
                #expect(
                    missing.status == 1 && missing.notes.contains("missing files that SHA256SUMS lists: 1"),
                    "\(missing.notes)"
                )
            }
            #expect(seen == nil || seen?.objects.isEmpty == true)
        }
    }

    @Test func `a file with other contents in the store is reported when it is read back`() async throws {
        try await ObjectStore.withArchive { folder, archive in
            let manifest = try #require(try ObjectStore.listed(archive).first { $0.hasPrefix("manifests/") })
            _ = try await ObjectStore.run(with: .rclone) { store in
                // Changes one file after its upload and before it is read.
                let tools = folder.url.appending(path: "tools")
                try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: false)
                let tool = tools.appending(path: "rclone")
                let path = store.environment["PATH"] ?? ""
                let script = """
                    #!/bin/sh
                    PATH='\(path)'
                    case "$*" in *--files-from-raw*) echo other | rclone rcat 'store:bucket/batches/\(manifest)' ;; esac
                    exec rclone "$@"
                    """
                try Data(script.utf8).write(to: tool)
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tool.path)
                let run = try await store.script(
                    "publish",
                    ["--read-back", archive, "store:bucket/batches"],
                    environment: ["PATH": "\(tools.path):\(path)"],
                    in: folder
                )
                #expect(run.status == 1 && run.notes.contains("These files have other contents"), "\(run.notes)")
                #expect(run.notes.contains("\(manifest): FAILED\n"), "\(run.notes)")
            }
        }
    }

    @Test func `a folder with an archive for each workspace names the command that publishes one of them`() async throws
    {
        try await withTemporaryFolder { folder in
            let team = folder.url.appending(path: "all archives/workspace=team")
            try FileManager.default.createDirectory(at: team, withIntermediateDirectories: true)
            let script = Program.package.appending(path: "pipelines/object-storage/publish.sh").path
            let run = try await Program.run(
                [script, "all archives", "s3://b/p/"],
                executable: URL(filePath: "/bin/sh"),
                in: folder.url
            )
            let command = "publish.sh 'all archives/workspace=team' s3://b/p/workspace=team\n"
            #expect(run.status == 1 && run.notes.hasSuffix(command), "\(run.notes)")
            #expect(!run.notes.contains("catalog rebuild"))
        }
    }

    @Test(arguments: [[], ["archive"], ["--sync", "archive", "s3://b"]])
    func `invalid use is reported`(arguments: [String]) async throws {
        let script = Program.package.appending(path: "pipelines/object-storage/publish.sh").path
        let run = try await Program.run([script] + arguments, executable: URL(filePath: "/bin/sh"))
        #expect(run.status == 2 && run.notes.contains("Usage: publish.sh"), "\(run.notes)")
    }
}
