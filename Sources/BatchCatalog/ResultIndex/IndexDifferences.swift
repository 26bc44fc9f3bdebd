import BatchAnalytics
import BatchArchive
import MessageBatches

/// The differences between an archive and its result index.
///
/// The index stores the stamp that each manifest had when its rows were inserted. Only manifests with another stamp are
/// read. Their rows are inserted again only if the flat rows differ: a join, a repair and `compact` write new manifests
/// for the same rows.
struct IndexDifferences {
    /// A batch to index, with the stamp of its manifest.
    struct Entry {
        let manifest: Manifest
        let stamp: Int64
    }

    /// Batches whose rows are missing or outdated, by day and ID.
    private(set) var missing: [Entry] = []
    /// Batches whose rows are up to date, but whose manifest was written again.
    private(set) var revised: [Entry] = []
    /// Whether queries of the index give other answers than those of an updated one.
    private(set) var changeAnswers = false
    /// IDs of indexed batches that the archive no longer contains.
    private(set) var removed: [String] = []
    /// Changed manifests that cannot be read.
    private(set) var unreadable: [ArchiveFailure] = []
    /// The stamps in the index when it was compared.
    let known: Set<Int64>

    /// Compares the archive with its index; pass nil if there is no index.
    ///
    /// With `ids`, only these batches are compared.
    init(of reader: ArchiveReader, in index: IndexQuery?, ids: Set<String>? = nil) async throws {
        async let listed = reader.stampedManifests()
        known = try index?.stamps() ?? []
        let stamped = try await listed
        let changed = stamped.filter { !known.contains($0.stamp) && ids?.contains($0.id) ?? true }
        // The same number of stamps, and all of them known: no manifest was added, removed or changed.
        guard !changed.isEmpty || stamped.count != known.count else { return }
        let contents = try index?.contents() ?? [:]
        let stamps = Dictionary(changed.map { ($0.id, $0.stamp) }) { first, _ in first }
        let listing = try await reader.manifests(of: ArchiveSelection(ids: Set(stamps.keys)))
        for manifest in listing.manifests {
            guard let stamp = stamps[manifest.batch.id] else { continue }
            let entry = Entry(manifest: manifest, stamp: stamp)
            let content = contents[manifest.batch.id]
            if content != manifest.indexContent { changeAnswers = true }
            if content?.rows == manifest.flatContent {
                revised.append(entry)
            } else {
                missing.append(entry)
            }
        }
        unreadable = listing.unreadable
        // An unreadable manifest counts as missing.
        let present = Set(stamped.map(\.id)).subtracting(stamps.keys).union(listing.manifests.map(\.batch.id))
        removed = contents.keys.filter { !present.contains($0) }
        if !removed.isEmpty { changeAnswers = true }
    }

    /// Whether the index matches the archive.
    var isEmpty: Bool { missing.isEmpty && revised.isEmpty && removed.isEmpty }
}

extension Manifest {
    /// Identifies the flat rows: the SHA-256 of the uncompressed rows, or an empty string for a batch without rows.
    var flatContent: String { files[.results]?.content.sha256 ?? "" }

    /// What an updated index contains of the batch.
    fileprivate var indexContent: IndexQuery.Content {
        IndexQuery.Content(
            rows: flatContent,
            revision: revision,
            isOutdated: !Derivations.areCurrent(derivations)
        )
    }
}
