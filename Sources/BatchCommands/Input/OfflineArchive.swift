import BatchArchive
import BatchPipeline
import MessageBatches

/// An archive that is only read.
struct OfflineArchive {
    /// The name behind `workspace=`; nil for an archive of its own.
    let workspace: String?
    let folder: ArchiveFolder

    /// The archives a path names (``ArchiveFolders``).
    static func archives(in path: String) -> [OfflineArchive] {
        ArchiveFolders.entries(at: path).map { OfflineArchive(workspace: $0.source, folder: $0.folder) }
    }

    /// The manifests of a window, of the given batches only if ids are given.
    func manifests(_ window: BatchWindow, ids: Set<String>?) async throws -> ArchiveReader.Listing {
        try await ArchiveReader(folder).manifests(of: ArchiveSelection(window, ids: ids))
    }
}
