import BatchArchive
import BatchPipeline
import MessageBatches

/// Brings the catalog in line with the files of the archive, which are the truth.
///
/// Only what the catalog does not know yet is read: normally nothing, because the names of the manifests show which batches
/// are archived; all of it if the catalog is new.
struct ArchiveIndex {
    let reader: ArchiveReader
    let catalog: Catalog

    /// Manifests one task reads before their rows are written.
    private static let manifestsPerTask = 256
    private static let tasks = 4

    /// Enters what is archived, quarantined and partial, and takes back states that no file confirms.
    ///
    /// - Returns: The number of manifests read. One that cannot be read is left out; `verify` reports it.
    @discardableResult
    func update() async throws -> Int {
        let days = try reader.archivedDays()
        let known = try catalog.ids(in: [.archived])
        let unknown = days.filter { !known.contains($0.key) }
        try await enter(unknown.sorted { ($0.value, $0.key) < ($1.value, $1.key) })
        if known.count + unknown.count > days.count {
            try reopen(known.subtracting(days.keys))
        }
        try updateUnfinished()
        return unknown.count
    }

    /// Enters what is quarantined and partial: few files, so all of them are read.
    func updateUnfinished() throws {
        var rows: [CatalogBatch] = []
        var found: Set<String> = []
        for manifest in try reader.quarantined().manifests {
            guard let quarantine = manifest.quarantine, found.insert(manifest.batch.id).inserted else { continue }
            var row = try catalog.batch(manifest.batch.id) ?? CatalogBatch(manifest.batch)
            row.quarantine(
                reason: quarantine.reasons.joined(separator: "; "),
                attempts: quarantine.attempts,
                requestID: manifest.source.requestID,
                at: manifest.finishedAt
            )
            rows.append(row)
        }
        for journal in try reader.partialDownloads() where found.insert(journal.batch.id).inserted {
            var row = try catalog.batch(journal.batch.id) ?? CatalogBatch(journal.batch)
            row.park()
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

    /// Enters archived batches from their manifests, several at a time.
    private func enter(_ batches: [(key: String, value: CalendarDay)]) async throws {
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
