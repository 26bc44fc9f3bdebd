import BatchArchive
import BatchPipeline
import MessageBatches

/// Which archived batches an offline command is about.
struct ArchivedSelection {
    var window: BatchWindow
    /// Nil for all of the window.
    var ids: Set<String>?

    /// The manifests of the selection, oldest first.
    ///
    /// - Throws: ``CommandFailure`` for an id the archive does not hold, ``ArchiveFailure`` where there is no archive.
    func manifests(in folder: ArchiveFolder) async throws -> ArchiveReader.Listing {
        var listing = try await ArchiveReader(folder).manifests(since: window.since, until: window.until)
        if let ids {
            listing.manifests = listing.manifests.filter { ids.contains($0.batch.id) }
            let missing = ids.subtracting(listing.manifests.map(\.batch.id)).sorted()
            if let first = missing.first {
                throw CommandFailure.conflict("The archive \(folder.root) holds no batch \(first) in this window.")
            }
        }
        listing.manifests.sort { ($0.batch.createdAt, $0.batch.id) < ($1.batch.createdAt, $1.batch.id) }
        return listing
    }
}
