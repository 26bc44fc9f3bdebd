import BatchArchive
import MessageBatches

/// What is missing or outdated in the result index of an archive, found without reading what has not changed.
///
/// The index keeps the stamp each manifest had when its rows were filled in. Only manifests with another stamp are read, and only
/// batches whose flat rows differ have to be filled in: a join, a repair and a `compact` write new manifests about the same rows.
struct IndexGap {
    /// A batch to enter in the index, with the stamp of its manifest.
    struct Entry {
        let manifest: Manifest
        let stamp: Int64
    }

    /// Batches whose rows are missing or outdated, by day and ID.
    private(set) var missing: [Entry] = []
    /// Batches whose rows are in the index, with a manifest that was written again.
    private(set) var revised: [Entry] = []
    /// IDs in the index of batches that the archive no longer has.
    private(set) var removed: [String] = []
    /// Changed manifests that cannot be read.
    private(set) var unreadable: [ArchiveFailure] = []
    /// The stamps in the index that the archive was compared with.
    let known: Set<Int64>

    /// Compares the archive with its index; nil if there is none.
    ///
    /// Changes of batches other than those with the IDs are left out; nil stands for all batches.
    init(of reader: ArchiveReader, in index: IndexQuery?, ids: Set<String>? = nil) async throws {
        known = try index?.stamps() ?? []
        let stamped = try await reader.stampedManifests()
        let changed = stamped.filter { !known.contains($0.stamp) && ids?.contains($0.id) ?? true }
        // As many names as stamps, all of them known: nothing came, went or changed.
        guard !changed.isEmpty || stamped.count != known.count else { return }
        let contents = try index?.contents() ?? [:]
        let stamps = Dictionary(changed.map { ($0.id, $0.stamp) }) { first, _ in first }
        let listing = try await reader.manifests(of: ArchiveSelection(ids: Set(stamps.keys)))
        for manifest in listing.manifests {
            guard let stamp = stamps[manifest.batch.id] else { continue }
            let entry = Entry(manifest: manifest, stamp: stamp)
            if contents[manifest.batch.id] == manifest.flatContent {
                revised.append(entry)
            } else {
                missing.append(entry)
            }
        }
        unreadable = listing.unreadable
        // A manifest that cannot be read counts as missing.
        let present = Set(stamped.map(\.id)).subtracting(stamps.keys).union(listing.manifests.map(\.batch.id))
        removed = contents.keys.filter { !present.contains($0) }
    }

    /// Whether the index matches the archive.
    var isEmpty: Bool { missing.isEmpty && revised.isEmpty && removed.isEmpty }
}

extension Manifest {
    /// What identifies the flat rows: the digest of the uncompressed rows; empty for a batch without rows.
    var flatContent: String { files[.results]?.content.sha256 ?? "" }
}
