package import BatchArchive
package import MessageBatches
package import Prices

/// The archived batches whose derived files an update of the program or of the prices changes, with the reasons.
package struct RebuildPlan: Sendable {
    /// A batch to rebuild.
    package struct Entry: Sendable {
        package var batch: MessageBatch
        /// Why, as a clause: "archived by an older version", "claude-x now has a price".
        package var reason: String
    }

    /// Sorted by day and ID.
    package private(set) var entries: [Entry] = []
    /// Outdated batches without a raw file, which cannot be rebuilt.
    package private(set) var withoutRaw: [MessageBatch] = []
    /// The manifests that cannot be read.
    package private(set) var unreadable: [ArchiveFailure] = []

    /// Compares the selected batches of an archive with this version of the program and with a price table.
    package init(
        _ folder: ArchiveFolder,
        selection: ArchiveSelection,
        prices: PriceTable
    ) async throws {
        let listing = try await ArchiveReader(folder).manifests(of: selection)
        unreadable = listing.unreadable
        for manifest in listing.manifests {
            guard let reason = Self.reason(manifest, prices) else { continue }
            if manifest.files[.raw] == nil, !manifest.found.isEmpty {
                withoutRaw.append(manifest.batch)
            } else {
                entries.append(Entry(batch: manifest.batch, reason: reason))
            }
        }
    }

    private static func reason(_ manifest: Manifest, _ prices: PriceTable) -> String? {
        guard Derivations.areCurrent(manifest.derivations), let rows = manifest.prices else {
            return "archived by an older version"
        }
        let tokens = manifest.summary(TokenSummary.self)
        let changes = PriceChange.changes(from: rows, tokens, day: manifest.batch.day, to: prices)
        return changes.isEmpty ? nil : changes.map(\.clause).sorted().joined(separator: ", ")
    }
}
