import BatchArchive
import BatchPipeline
import Foundation
import MessageBatches

/// An archive that is only read.
struct OfflineArchive {
    /// The name behind `workspace=`; nil for an archive of its own.
    let workspace: String?
    let folder: ArchiveFolder

    /// The archive of a folder, or those of its `workspace=NAME` children by name.
    static func archives(in path: String) throws -> [OfflineArchive] {
        let mark = "workspace="
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let workspaces = names.filter { $0.hasPrefix(mark) }.sorted()
        guard workspaces.isEmpty || names.contains(ArchivePaths.manifests) else {
            return workspaces.map { name in
                OfflineArchive(
                    workspace: String(name.dropFirst(mark.count)),
                    folder: ArchiveFolder("\(path)/\(name)")
                )
            }
        }
        return [OfflineArchive(workspace: nil, folder: ArchiveFolder(path))]
    }

    /// The manifests of a window, of the given batches only if ids are given.
    func manifests(_ window: BatchWindow, ids: Set<String>?) async throws -> ArchiveReader.Listing {
        var listing = try await ArchiveReader(folder).manifests(since: window.since, until: window.until)
        if let ids { listing.manifests.removeAll { !ids.contains($0.batch.id) } }
        return listing
    }
}
