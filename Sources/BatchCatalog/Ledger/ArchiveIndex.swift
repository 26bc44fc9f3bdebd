import BatchArchive
import BatchPipeline
import MessageBatches

/// Updates the catalog from the files of the archive, which are authoritative.
///
/// The names of the manifests show which batches are archived, so only manifests of batches that the catalog does not
/// list are read. A new catalog reads all of them.
struct ArchiveIndex {
    let reader: ArchiveReader
    let catalog: Catalog

    /// The number of manifests that a task reads before their rows are written.
    private static let manifestsPerTask = 256
    private static let tasks = 4

    /// Records the archived, quarantined and partial batches, and resets states that no file confirms.
    ///
    /// - Returns: The number of manifests read. Unreadable manifests are skipped; `verify` reports them.
    @discardableResult
    func update() async throws -> Int {
        let days = try reader.archivedDays()
        let known = try catalog.ids(in: [.archived])
        let unknown = days.filter { !known.contains($0.key) }
        try await recordArchived(unknown.sorted { ($0.value, $0.key) < ($1.value, $1.key) })
        if known.count + unknown.count > days.count {
            try reopen(known.subtracting(days.keys))
        }
        try updateUnfinished()
        return unknown.count
    }

    /// Records the quarantined and partial batches.
    ///
    /// They are few, so all their files are read.
    func updateUnfinished() throws {
        var rows: [CatalogBatch] = []
        var found: Set<String> = []
        for manifest in try reader.quarantined().manifests {
            guard let quarantine = manifest.quarantine, found.insert(manifest.batch.id).inserted else { continue }
            var row = try catalog.batch(manifest.batch.id) ?? CatalogBatch(manifest.batch)
            row.quarantine(
                reason: quarantine.reasons.joined(separator: "; "),
                attempts: manifest.source.file == nil ? quarantine.attempts : nil,
                requestID: manifest.source.requestID,
                at: manifest.finishedAt
            )
            rows.append(row)
        }
        for journal in try reader.partialDownloads() where found.insert(journal.batch.id).inserted {
            var row = try catalog.batch(journal.batch.id) ?? CatalogBatch(journal.batch)
            row.markPartial()
            rows.append(row)
        }
        try catalog.save(rows)
        try reopen(try catalog.ids(in: [.quarantined, .partial]).subtracting(found))
    }

    private func reopen(_ ids: Set<String>) throws {
        var rows: [CatalogBatch] = []
        for id in ids {
            guard var row = try catalog.batch(id) else { continue }
            row.reopen()
            rows.append(row)
        }
        try catalog.save(rows)
    }

    /// Records archived batches from their manifests, which several tasks read at once.
    private func recordArchived(_ batches: [(key: String, value: CalendarDay)]) async throws {
        var parts =
            stride(from: 0, to: batches.count, by: Self.manifestsPerTask)
            .map { batches[$0..<min($0 + Self.manifestsPerTask, batches.count)] }
            .makeIterator()
        try await mapConcurrently(limit: Self.tasks, order: .completion) { () async throws in
            parts.next()
        } work: { part in
            part.compactMap { id, day in (try? reader.manifest(of: id, on: day)) ?? nil }
        } consume: { manifests in
            try save(manifests)
            return .proceed
        }
    }

    private func save(_ manifests: [Manifest]) throws {
        try catalog.save(
            manifests.map { manifest in
                var row = try catalog.batch(manifest.batch.id) ?? CatalogBatch(manifest.batch)
                row.archive(manifest.batch, requestID: manifest.source.requestID, at: manifest.finishedAt)
                return row
            }
        )
    }
}
