import Foundation
import Testing

/// `pipelines/object-storage` with a real S3 on this machine that checks after every change what a reader sees.
struct ObjectStorageTests {
    // With rclone; the documented lines for the AWS CLI do the same.
    @Test func `a published archive is complete, has no other files, and can be restored`() async throws {
        let tool = ObjectStore.Tool.rclone
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: tool) { store in
                for round in ["26 data files and 13 manifests", "0 data files and 0 manifests"] {
                    let run = try await store.script("publish", [archive, tool.destination], in: folder)
                    #expect(run.status == 0 && run.notes.contains("Published \(round)"), "\(run.notes)")
                }
                let restored = try await store.script("restore", [tool.destination, "back"], in: folder)
                #expect(restored.status == 0, "\(restored.notes)")
                let verified = try await Program.run(["verify", "--full", "--archive", folder.path + "/back"])
                #expect(verified.status == 0, "\(verified.output)")
                for path in try ObjectStore.listed(archive) + ["SHA256SUMS", "views/duckdb.sql"] {
                    #expect(
                        FileManager.default.contentsEqual(
                            atPath: "\(archive)/\(path)",
                            andPath: "\(folder.path)/back/\(path)"
                        )
                    )
                }
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            let keys = seen.keys("batches/").map { String($0.dropFirst("batches/".count)) }
            #expect(try keys == (ObjectStore.listed(archive) + ["SHA256SUMS"]).sorted())
            #expect(keys.contains("views/duckdb.sql") && keys.contains { $0.hasPrefix("summaries/") })
            // A second run without new batches uploads nothing again but the list.
            let sent = seen.changes.filter { !$0.contains("/SHA256SUMS") }
            #expect(try sent.count == ObjectStore.listed(archive).count)
        }
    }

    @Test func `rclone publishes to a folder that does not exist, and reports a remote that does not exist`()
        async throws
    {
        guard try await Program.tool("rclone", ["--config", "/dev/null", "version"]) != nil else { return }
        try await ObjectStore.withArchive { folder, archive in
            func publish(to destination: String) async throws -> Program.FinishedRun {
                try await Program.run(
                    [
                        Program.package.appending(path: "pipelines/object-storage/publish.sh").path, archive,
                        destination,
                    ],
                    environment: ["PATH": Program.cleanEnvironment["PATH"] ?? "", "RCLONE_CONFIG": "/dev/null"],
                    executable: URL(filePath: "/bin/sh"),
                    in: folder.url
                )
            }
            let run = try await publish(to: ":local:\(folder.path)/new/copy")
            #expect(run.status == 0 && run.notes.hasPrefix("Published 26 data files"), "\(run.notes)")
            #expect(try folder.files(below: "new/copy/manifests").count == 13)
            let failed = try await publish(to: "nowhere:copy")
            #expect(failed.status != 0 && failed.notes.contains("nowhere"), "\(failed.notes)")
        }
    }

    @Test func `the documented lines publish an archive, restore it, set its rules and read it`() async throws {
        let lines = Document.page("ScaleOut").indentedLines(below: "Object storage")
        #expect(lines.count == 4)
        try await ObjectStore.withArchive(named: "archive") { folder, _ in
            try FileManager.default.createSymbolicLink(
                at: folder.url.appending(path: "pipelines"),
                withDestinationURL: Program.package.appending(path: "pipelines")
            )
            let seen = try await ObjectStore.run(with: .aws) { store in
                for line in lines {
                    let python =
                        line.hasPrefix("import ") ? ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"] : nil
                    let run = try await Program.run(
                        ["-c", line],
                        environment: store.environment,
                        executable: URL(filePath: python ?? "/bin/sh"),
                        in: folder.url
                    )
                    #expect(run.status == 0, "\(line)\n\(run.notes)")
                    guard python != nil else { continue }
                    #expect(
                        run.output.contains("{'result_type': 'succeeded', 'output_tokens_sum': 106221}"),
                        "\(run.output)"
                    )
                }
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            // The checksums with which the store verified each upload.
            #expect(seen.objects.count > 40 && seen.objects.values.allSatisfy { $0.checksum == "SHA256" })
            #expect(seen.changes.contains("PUT /bucket?lifecycle"))
            #expect(try folder.files(below: "restored/manifests").count == 13)
        }
    }

    @Test(arguments: [
        (ObjectStore.Tool.rclone, 40), (.aws, 20),
    ])
    func `an interrupted run leaves no manifest without its data, and the next one completes it`(
        tool: ObjectStore.Tool,
        refused: Int
    ) async throws {
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: tool, refusingPut: refused) { store in
                let run = try await store.script("publish", [archive, tool.destination], in: folder)
                #expect(run.status == 1)
                #expect(run.notes.contains("Run it again."), "\(run.notes)")
                let early = try await store.script("restore", [tool.destination, "early"], in: folder)
                #expect(early.status == 1 && early.notes.contains("SHA256SUMS not found"), "\(early.notes)")
                try store.acceptAll()
                let again = try await store.script("publish", ["--read-back", archive, tool.destination], in: folder)
                #expect(again.status == 0, "\(again.notes)")
                // Running restore.sh again completes the interrupted restore.
                let restored = try await store.script("restore", [tool.destination, "early"], in: folder)
                #expect(restored.status == 0, "\(restored.notes)")
                #expect(try folder.files(below: "early/manifests").count == 13)
                // Files that it did not write are not removed: not of an archive without its catalog, nor any others.
                try FileManager.default.removeItem(at: folder.url.appending(path: "early/catalog.sqlite"))
                try FileManager.default.createDirectory(
                    at: folder.url.appending(path: "other/results"),
                    withIntermediateDirectories: true
                )
                try Data().write(to: folder.url.appending(path: "other/results/thesis.csv"))
                for place in ["early", "other"] {
                    let files = try folder.files(below: place)
                    let refused = try await store.script("restore", [tool.destination, place], in: folder)
                    #expect(refused.status == 1 && refused.notes.contains("is not empty"), "\(refused.notes)")
                    #expect(try folder.files(below: place) == files)
                }
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            #expect(seen.keys("batches/manifests/").count == 13)
        }
    }

    @Test func `the store of these tests detects a manifest that comes before its data`() async throws {
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: .rclone) { store in
                let copied = try await Program.run(
                    ["-c", "rclone copy '\(archive)/manifests' store:bucket/batches/manifests"],
                    environment: store.environment,
                    executable: URL(filePath: "/bin/sh"),
                    in: folder.url
                )
                #expect(copied.status == 0, "\(copied.notes)")
            }
            #expect(seen?.violations.isEmpty != true)
        }
    }

    @Test func `compacted and pruned files are removed in order, and a pruned raw file only on request`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let archive = folder.path + "/archive"
            try await Simulation.run(["--generate", "40", "--batches", "6"]) { simulation in
                let run = try await Program.run(
                    ["export", "--since", "60d", "--archive", archive, "--quiet"],
                    environment: simulation.environment
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            let seen = try await ObjectStore.run(with: .rclone) { store in
                func publish(_ options: [String], saying text: String) async throws {
                    let run = try await store.script(
                        "publish",
                        options + [archive, "store:bucket/batches"],
                        in: folder
                    )
                    #expect(run.status == 0 && run.notes.contains(text), "\(run.notes)")
                }
                try await publish([], saying: "Published 12 data files and 6 manifests")
                let compacted = try await Program.run(["compact", "--before", "2099-01-01", "--archive", archive])
                #expect(compacted.status == 0 && compacted.notes.contains("became one"), "\(compacted.notes)")
                try await publish([], saying: "Until --delete removes them")
                try await publish(["--delete"], saying: "Removed 0 manifests")
                let pruned = try await Program.run(
                    ["prune", "--raw-older-than", "2099-01-01", "--even-if-last-copy", "--apply", "--archive", archive]
                )
                #expect(pruned.status == 0, "\(pruned.notes)")
                try await publish(["--delete"], saying: "The store keeps 6 raw files")
                try await publish(["--delete-raw"], saying: "Removed 0 manifests and 6 data files")
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            #expect(seen.keys("batches/raw/") == [])
            let there = seen.keys("batches/results/").map { String($0.dropFirst("batches/".count)) }
            #expect(try there == ObjectStore.listed(archive).filter { $0.hasPrefix("results/") })
            #expect(there.contains { $0.contains("compact.") })
        }
    }

    @Test func `a removed batch is removed manifest first`() async throws {
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: .aws) { store in
                let first = try await store.script("publish", [archive, "s3://bucket/batches"], in: folder)
                #expect(first.status == 0, "\(first.notes)")
                for kind in ["raw", "results", "manifests"] {
                    try FileManager.default.removeItem(atPath: "\(archive)/\(kind)/date=2024-08-20")
                }
                let rebuilt = try await Program.run(["verify", "--repair", "--archive", archive])
                try #require(
                    !(try ObjectStore.listed(archive).contains { $0.contains("date=2024-08-20") }),
                    "\(rebuilt.notes)"
                )
                let second = try await store.script(
                    "publish",
                    ["--delete", "--delete-raw", archive, "s3://bucket/batches"],
                    in: folder
                )
                #expect(
                    second.status == 0 && second.notes.contains("Removed 1 manifests and 2 data files"),
                    "\(second.notes)"
                )
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            #expect(!seen.objects.keys.contains { $0.contains("date=2024-08-20") })
        }
    }

    @Test func `a revised manifest of the same size and an older time is published`() async throws {
        try await ObjectStore.withArchive { folder, archive in
            let manifest = try #require(try ObjectStore.listed(archive).first { $0.hasPrefix("manifests/") })
            let seen = try await ObjectStore.run(with: .rclone) { store in
                let first = try await store.script("publish", [archive, "store:bucket/batches"], in: folder)
                #expect(first.status == 0, "\(first.notes)")
                let script = """
                    cd '\(archive)' && sed -i 's/"revision":1/"revision":7/' \(manifest) && touch -d 2020-01-01 \(manifest)
                    sum=$(sha256sum \(manifest)) && sed -i "s|.*  \(manifest)|$sum|" SHA256SUMS && sha256sum -c --quiet SHA256SUMS
                    """
                let revised = try await Program.run(["-euc", script], executable: URL(filePath: "/bin/sh"))
                #expect(revised.status == 0, "\(revised.notes)")
                let run = try await store.script("publish", [archive, "store:bucket/batches"], in: folder)
                #expect(run.notes.contains("Published 0 data files and 1 manifests"), "\(run.notes)")
            }
            let sent = seen?.changes.filter { $0.hasPrefix("PUT /bucket/batches/\(manifest)") }.count ?? 2
            #expect(sent == 2)
        }
    }
}
