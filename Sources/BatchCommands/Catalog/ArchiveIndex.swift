import BatchArchive
import BatchCatalog
import BatchPipeline
import MessageBatches

/// Brings the catalog in line with the files of the archive, which are the truth.
///
/// Only what the catalog does not know yet is read: normally nothing, as the names of the manifests tell which batches are
/// archived; all of it where the catalog is new.
struct ArchiveIndex {
    let reader: ArchiveReader
    let catalog: Catalog

    /// Manifests one task reads before their rows are written.
    private static let manifestsPerTask = 256
    private static let tasks = 4

    /// Enters what is archived, quarantined and parked, and takes back what no file bears out.
    ///
    /// - Returns: how many manifests were read. One that cannot be read is left out; `verify` tells of it.
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

    /// Enters what is quarantined and parked: few files, so all of them are read.
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
        for journal in try reader.parked() where found.insert(journal.batch.id).inserted {
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
            .map { batches[$0..<min($0 + Self.manifestsPerTask, batches.count)] }[...]
        try await withThrowingTaskGroup(of: [Archived].self) { group in
            for part in parts.prefix(Self.tasks) { group.addTask { read(part) } }
            parts = parts.dropFirst(Self.tasks)
            while let archived = try await group.next() {
                if let part = parts.popFirst() { group.addTask { read(part) } }
                try save(archived)
            }
        }
    }

    /// What a row takes from a manifest.
    private struct Archived: Sendable {
        var batch: MessageBatch
        var requestID: String?
        var finishedAt: Timestamp
    }

    private func read(_ batches: ArraySlice<(key: String, value: CalendarDay)>) -> [Archived] {
        batches.compactMap { id, day in
            guard let manifest = (try? reader.manifest(of: id, on: day)) ?? nil else { return nil }
            return Archived(
                batch: manifest.batch,
                requestID: manifest.source.requestID,
                finishedAt: manifest.finishedAt
            )
        }
    }

    private func save(_ archived: [Archived]) throws {
        try catalog.save(
            archived.map { entry in
                var row = try catalog.batch(entry.batch.id) ?? CatalogBatch(entry.batch)
                row.archive(entry.batch, requestID: entry.requestID, at: entry.finishedAt)
                return row
            }
        )
    }
}
