import BatchPipeline
import Foundation
import MessageBatches
import SystemPackage
import Testing

@testable import BatchArchive

/// Writes to a file system of a few hundred kilobytes, if the machine can mount one.
struct DiskFullTests {
    /// A small file system in memory that is removed after the test.
    private final class SmallDisk {
        let path: String

        init?(kilobytes: Int) throws {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let arguments = ["mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path]
            guard try run(arguments, in: "/")?.status == 0 else {
                print("skipped: this user may not mount a file system")
                try FileManager.default.removeItem(atPath: path)
                return nil
            }
        }

        deinit {
            _ = try? run(["umount", path], in: "/")
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    @Test(arguments: [16, 20, 24, 32, 40, 48, 64, 80, 96, 120])
    func `a full disk is one clear error and publishes nothing partially`(kilobytes: Int) async throws {
        guard let disk = try SmallDisk(kilobytes: kilobytes) else { return }
        let folder = ArchiveFolder(disk.path + "/archive")
        let sink = FileArchive(folder, settings: testSettings())
        var archived = Set<String>()
        var failure: ArchiveFailure?
        do {
            _ = try sink.prepare()
            for index in 0..<200 where failure == nil {
                let batch = try sampleBatch("msgbatch_\(index)", results: 60)
                let draft = try await sink.openDraft(of: batch)
                do {
                    try await draft.write(sampleBody(results: 60), of: batch)
                    _ = try await draft.publish(proof(batch, results: 60))
                    archived.insert(batch.id)
                } catch {
                    failure = error as? ArchiveFailure
                    try await draft.discard()
                }
            }
        } catch {
            failure = error as? ArchiveFailure
        }
        let found = try #require(failure)
        #expect(found.isDiskFull)
        #expect(found.path.hasPrefix(folder.root))
        // Every existing batch is complete, and there are no other files.
        let reader = FileArchive(folder, settings: testSettings())
        #expect(try reader.folder.archivedIDs() == archived)
        for kind in [DataKind.raw, .results] {
            #expect(try folder.names(in: "\(kind.rawValue)/date=2024-08-20").count == archived.count)
        }
        #expect(try folder.names(in: ArchivePaths.partial).isEmpty)
    }
}

extension ArchiveFailure {
    /// Whether the disk is full or the user's quota is used up.
    fileprivate var isDiskFull: Bool {
        code == .noSpace || code == .diskQuotaExceeded
    }
}
