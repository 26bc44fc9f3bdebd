import Foundation
import Testing

/// A link, a pipe, a device or a folder in place of a file of the archive: nothing hangs, nothing outside of the archive
/// is read or written, and the other batches are archived.
struct ForeignObjectTests {
    /// Commands that create an object at the path that follows.
    private static let objects = ["ln -s ../outside", "mkfifo", "mkdir", "ln -s /dev/zero"]

    /// Runs shell commands in the folder of an archive with three batches.
    private func withArchive(
        _ body: ((String) async throws -> Program.FinishedRun) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "20", "--batches", "3"]) { simulation in
                func shell(_ command: String) async throws -> Program.FinishedRun {
                    // An address space of 8 GB limits the memory.
                    try await Program.shell(
                        "ulimit -v 8000000; \(command)",
                        in: folder,
                        environment: simulation.environment
                    )
                }
                let export = try await shell(
                    "batchkeep export --quiet && batchkeep query 'select 1' && echo kept > outside"
                )
                #expect(export.status == 0, "\(export.notes)")
                try await body(shell)
                let outside = try await shell("cat outside")
                #expect(outside.output == "kept\n")
            }
        }
    }

    /// Puts an object in place of the first file that matches a pattern in the archive.
    private func replace(_ pattern: String, by object: String) -> String {
        "cd archive; set -- \(pattern); mv \"$1\" ../saved; \(object.replacing("../outside", with: "$PWD/../outside")) \"$1\"; cd ..; "
    }

    @Test(arguments: objects, ["manifests/*/*.json", "raw/*/*.gz", "results/*/*.gz"])
    func `a file of one batch is reported, and the other batches stay readable`(
        object: String,
        pattern: String
    ) async throws {
        try await withArchive { shell in
            let replaced = try await shell(replace(pattern, by: object))
            #expect(replaced.status == 0, "\(replaced.notes)")
            let verified = try await shell("batchkeep verify")
            #expect(verified.status == 4, "\(verified.notes)")
            #expect(verified.output.contains(", not a file"), "\(verified.output)")
            let quick = try await shell("batchkeep verify --quick")
            #expect(quick.status == 4, "\(quick.notes)")
            let selected = try await shell("batchkeep select --columns custom_id --format tsv")
            #expect(selected.lines.count > 40, "\(selected.notes)")
            for command in [
                "status", "export --full-list --quiet", "query 'select count(*) from results'", "summarize",
            ] {
                let run = try await shell("batchkeep \(command)")
                #expect([0, 3, 4].contains(run.status), "\(command): \(run.status) \(run.notes)")
            }
        }
    }

    @Test(arguments: objects)
    func `a foreign object in place of a list or an index is replaced or reported`(object: String) async throws {
        try await withArchive { shell in
            _ = try await shell(replace("catalog.sqlite", by: object))
            let status = try await shell("batchkeep status")
            #expect(status.status == 0 && status.notes.contains(", not a file"), "\(status.notes)")
            let rebuilt = try await shell("batchkeep export --full-list --quiet")
            #expect(rebuilt.status == 0 && rebuilt.notes.contains("catalog.sqlite.old"), "\(rebuilt.notes)")
            _ = try await shell("rm -rf saved archive/catalog.sqlite.old; \(replace("results.sqlite", by: object))")
            let query = try await shell("batchkeep query 'select 1'")
            // A folder may hold other files, so it stays.
            let explanation = object == "mkdir" ? ", not a file" : "result index damaged"
            #expect(query.status == (object == "mkdir" ? 1 : 0), "\(query.notes)")
            #expect(query.notes.contains(explanation), "\(query.notes)")
            _ = try await shell("rm -rf saved archive/results.sqlite; \(replace("SHA256SUMS", by: object))")
            let verified = try await shell("batchkeep verify")
            #expect(verified.status == 4, "\(verified.notes)")
            let export = try await shell("batchkeep export --full-list --quiet")
            #expect(export.status == (object == "mkdir" ? 1 : 0), "\(export.notes)")
            #expect(
                object != "mkdir" || export.notes.contains("SHA256SUMS': not a file, but a folder"),
                "\(export.notes)"
            )
        }
    }

    @Test(arguments: objects)
    func `a lock that is not a file locks nothing and is reported`(object: String) async throws {
        try await withArchive { shell in
            _ = try await shell(replace(".lock", by: object))
            let run = try await shell("batchkeep export --quiet")
            #expect(run.status == 1, "\(run.notes)")
            #expect(run.notes.contains("archive/.lock': not a file, but "), "\(run.notes)")
        }
    }

    @Test(
        arguments: objects,
        ["ID.journal", "ID.lock", "ID.raw.jsonl.gz", "ID.manifest.json", "rearrangement", "junk"]
    )
    func `an object among the drafts fails at most its own batch`(object: String, name: String) async throws {
        try await withArchive { shell in
            let object = object.replacing("../outside", with: "$PWD/outside")
            let name = name.replacing("ID", with: "$id")
            let run = try await shell(
                """
                mkdir -p other/_partial; id=$(batchkeep list --format csv | sed -n 2p | cut -d, -f1)
                \(object) "other/_partial/\(name)"; batchkeep export --archive other --json
                """
            )
            let archived = try await shell("ls other/manifests/*/*.json | wc -l")
            let isInTheWay = object == "mkdir" && name.contains("id") || name == "$id.lock"
            #expect(run.status == (isInTheWay ? 3 : 0), "\(run.notes)")
            #expect(archived.output.contains(isInTheWay ? "2" : "3"), "\(run.notes)")
            #expect(!isInTheWay || run.notes.contains("is not a file of the archive"), "\(run.notes)")
        }
    }

    @Test func `an archive may be a link, and so may a folder in it`() async throws {
        try await withArchive { shell in
            let moved = try await shell("mv archive real; ln -s real archive; mv real/raw raws; ln -s ../raws real/raw")
            #expect(moved.status == 0)
            for command in ["export --full-list --quiet", "verify --full", "status", "select --limit 1"] {
                let run = try await shell("batchkeep \(command)")
                #expect(run.status == 0, "\(command): \(run.notes) \(run.output)")
            }
            let fresh = try await shell(
                "mkdir other raw2; ln -s ../raw2 other/raw; batchkeep export --archive other --quiet"
            )
            #expect(fresh.status == 0, "\(fresh.notes)")
            let across = try await shell(
                "mkdir -p /dev/shm/$$; mkdir far; ln -s /dev/shm/$$ far/raw; batchkeep export --archive far --quiet; s=$?; rm -r /dev/shm/$$; exit $s"
            )
            #expect(across.status == 1 && across.notes.contains("on one file system"), "\(across.notes)")
        }
    }
}
