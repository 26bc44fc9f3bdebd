import Foundation
import Testing

/// `publish.sh --without-raw` and `restore.sh` with a real S3 on this machine.
struct CopyWithoutRawTests {
    @Test(arguments: [ObjectStore.Tool.rclone, .aws])
    func `a copy without raw has manifests and rows only, and can be restored and verified`(
        tool: ObjectStore.Tool
    ) async throws {
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: tool) { store in
                let run = try await store.script("publish", ["--without-raw", archive, tool.destination], in: folder)
                #expect(
                    run.status == 0 && run.notes.contains("Published 13 data files and 13 manifests"),
                    "\(run.notes)"
                )
                #expect(run.notes.contains("The copy has no answers."), "\(run.notes)")
                let again = try await store.script("publish", ["--without-raw", archive, tool.destination], in: folder)
                #expect(again.notes.contains("Published 0 data files and 0 manifests"), "\(again.notes)")
                let restored = try await store.script("restore", [tool.destination, "back"], in: folder)
                #expect(restored.status == 0 && restored.notes.contains("has no raw files"), "\(restored.notes)")
                let verified = try await Program.run(["verify", "--full", "--archive", folder.path + "/back"])
                #expect(
                    verified.status == 0 && verified.notes.contains("a copy without raw files"),
                    "\(verified.output) \(verified.notes)"
                )
            }
            guard let seen else { return }
            #expect(seen.violations == [])
            let kinds = Set(seen.keys("batches/").map { $0.split(separator: "/")[1] })
            #expect(kinds == ["results", "manifests", "SHA256SUMS", "WITHOUT-RAW.txt"])
        }
    }

    @Test func `a destination with raw files is not used for a copy without them until they are removed`() async throws
    {
        try await ObjectStore.withArchive { folder, archive in
            let seen = try await ObjectStore.run(with: .rclone) { store in
                func publish(_ options: [String]) async throws -> Program.FinishedRun {
                    try await store.script("publish", options + [archive, "store:bucket/batches"], in: folder)
                }
                #expect(try await publish([]).status == 0)
                let refused = try await publish(["--without-raw"])
                #expect(refused.status == 1 && refused.notes.contains("has 13 raw, joined and unmatched files"))
                let removed = try await publish(["--without-raw", "--delete", "--delete-raw"])
                #expect(removed.status == 0, "\(removed.notes)")
                let partial = try await store.script("restore", ["store:bucket/batches", "partial"], in: folder)
                #expect(partial.notes.contains("has no raw files"), "\(partial.notes)")
                #expect(try folder.files(below: "partial").allSatisfy { !$0.contains(".jsonl") })
                // Published completely again, it is a whole archive.
                #expect(try await publish([]).status == 0)
                let whole = try await store.script("restore", ["store:bucket/batches", "whole"], in: folder)
                #expect(whole.status == 0 && !whole.notes.contains("has no raw files"), "\(whole.notes)")
            }
            guard let seen else { return }
            #expect(seen.violations == [] && !seen.objects.keys.contains("batches/WITHOUT-RAW.txt"))
            #expect(seen.keys("batches/raw/").count == 13)
        }
    }
}
