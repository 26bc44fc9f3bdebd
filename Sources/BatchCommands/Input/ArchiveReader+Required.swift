import BatchArchive
import MessageBatches

extension ArchiveReader {
    /// The manifests of a selection, oldest first.
    ///
    /// - Throws: ``CommandFailure`` if the archive does not contain a selected ID; ``ArchiveFailure`` if the manifests
    ///   cannot be listed.
    func requiredManifests(of selection: ArchiveSelection) async throws -> Listing {
        var listing = try await manifests(of: selection)
        let missing = (selection.ids ?? []).subtracting(listing.manifests.map(\.batch.id))
        if let first = missing.min() {
            throw CommandFailure.conflict("The archive \(folder.root) holds no batch \(first) in this window.")
        }
        listing.manifests.sort { ($0.batch.createdAt, $0.batch.id) < ($1.batch.createdAt, $1.batch.id) }
        return listing
    }
}
