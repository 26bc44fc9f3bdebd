package import BatchPipeline
import BlockGzip
package import MessageBatches
import Synchronization
import SystemPackage

/// An archive in a folder; the sink that `export` writes to.
///
/// Only one run at a time may use it: lock an ``ArchiveLock``, call ``prepare()``, and call ``finishRun()`` at the end.
/// Without the lock, only the files of a single claimed batch may be written. Then several processes share the archive
/// (`isShared`), and the next run that locks it updates SHA256SUMS and views.
package final class FileArchive: ArchiveSink {
    package let folder: ArchiveFolder
    private let settings: ArchiveSettings
    private let isShared: Bool
    private let publisher: Publisher
    private let pricesDigest: String
    private let codecRecord = Mutex<CodecRecord?>(nil)
    private let otherDays = Mutex<[String: CalendarDay]>([:])

    /// Prices the requests of new batches.
    package var pricing: RequestPricing { settings.pricing }
    /// The codec of new files, which also reads those of other codecs.
    var codec: any MemberCodec { settings.codec }

    /// The batches that are archived under a day other than that of their creation, with that day.
    ///
    /// An import without their batch objects has archived them. It contains what ``archivedIDs(among:)`` found so far.
    package var misplaced: [String: CalendarDay] { otherDays.withLock { $0 } }

    /// Creates a value; the disk is not accessed.
    package init(_ folder: ArchiveFolder, settings: ArchiveSettings, isShared: Bool = false) {
        self.folder = folder
        self.settings = settings
        self.isShared = isShared
        publisher = Publisher(in: folder)
        pricesDigest = settings.prices.digest
    }

    /// Creates the folders, and finishes or removes the files of interrupted runs.
    ///
    /// Call it first in every run that writes.
    package func prepare() throws(ArchiveFailure) -> RecoveryReport {
        try folder.makeFolder("")
        try folder.checkIsWhole()
        var devices: Set<UInt64> = []
        for name in [ArchivePaths.partial, ArchivePaths.manifests, DataKind.raw.rawValue, DataKind.results.rawValue] {
            try folder.makeFolder(name)
            if let device = try folder.status(name)?.device { devices.insert(device) }
            // A folder may be a link, but files are published by renaming, which works within one file system only.
            guard devices.count == 1 else {
                throw ArchiveFailure(.system(.improperLink), .rename, path: folder.path(name))
            }
        }
        return try ArchiveRecovery.run(in: folder)
    }

    /// Returns the archived batches of a list, from the names of the manifests alone.
    ///
    /// A batch that is archived under a day other than that of its creation counts too, see ``misplaced``.
    package func archivedIDs(among batches: [MessageBatch]) async throws -> Set<String> {
        guard let status = try folder.status("") else { return [] }
        guard status.isFolder else { throw ArchiveFailure(.notAFolder, .open, path: folder.root) }
        var archived: Set<String> = []
        for day in Set(batches.map(\.day)) { archived.formUnion(try folder.archivedIDs(of: day)) }
        let ids = Set(batches.map(\.id))
        let found = try folder.days(ofArchived: ids.subtracting(archived))
        otherDays.withLock { $0.merge(found) { $1 } }
        return archived.intersection(ids).union(found.keys)
    }

    /// Locks the batch, and finishes or removes the files of an interrupted process.
    package func claim(_ batch: MessageBatch) async throws -> (any BatchClaim)? {
        let paths = try ArchivePaths(of: batch)
        try folder.checkIsWhole()
        // It makes the folder an archive, before any data is in it.
        try folder.makeFolder(ArchivePaths.manifests)
        try folder.makeFolder(ArchivePaths.partial)
        guard let lock = try BatchLock.acquire(batch.id, in: folder) else { return nil }
        let isArchived: Bool
        do {
            if try folder.status(paths.manifest) == nil { try ArchiveRecovery.recover(batch.id, in: folder) }
            isArchived = try folder.status(paths.manifest) != nil
        } catch {
            lock.release()
            throw error
        }
        return FileClaim(lock, isArchived: isArchived)
    }

    package func openDraft(of batch: MessageBatch) async throws -> any BatchDraft {
        let paths = try ArchivePaths(of: batch)
        try folder.makeFolder(ArchivePaths.partial)
        // The journal is removed first: without it, the other files are not used.
        for path in [paths.journal, paths.draftManifest, paths.draftReason] { try folder.remove(path) }
        for kind in DataKind.allCases { try folder.remove(paths.draft(kind)) }
        let journal = DraftJournal(
            batch: batch,
            codec: try currentCodec(),
            derivations: settings.derivations,
            prices: pricesDigest
        )
        return FileDraft(journal, at: paths, in: folder, settings: settings, publisher: publisher)
    }

    /// Reopens the partial draft of an earlier or interrupted download.
    ///
    /// Nil if it was made by another codec, level or library, by other versions of the derivations, or with other
    /// prices.
    package func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)? {
        let paths = try ArchivePaths(of: batch)
        guard var journal = try folder.journal(at: paths.journal), journal.batch.id == batch.id else { return nil }
        guard try journal.codec == currentCodec(), journal.derivations == settings.derivations,
            journal.prices == pricesDigest
        else { return nil }
        // The batch object may have changed; the fields that the rows depend on must be the same.
        guard journal.batch.createdAt == batch.createdAt, journal.batch.endedAt == batch.endedAt else { return nil }
        journal.batch = batch
        return FileDraft(journal, at: paths, in: folder, settings: settings, publisher: publisher)
    }

    package func finishRun() async throws {
        guard !isShared else { return }
        guard try await updateViews().isEmpty else { return }
        try await ChecksumList.update(in: folder)
    }

    /// Writes the files in `views/` that are missing or outdated, and updates SHA256SUMS if there are any.
    ///
    /// - Returns: The paths of the written files.
    @discardableResult
    package func updateViews() async throws(ArchiveFailure) -> [String] {
        var outdated: [String: [UInt8]] = [:]
        for (name, text) in settings.views {
            let path = "\(ArchivePaths.views)/\(name)"
            let bytes = Array(text.utf8)
            if try folder.status(path)?.size == bytes.count, try folder.read(path) == bytes { continue }
            outdated[path] = bytes
        }
        if !outdated.isEmpty { try await replaceDocuments(outdated) }
        return outdated.keys.sorted()
    }

    /// Writes roll-ups and views, by path, and lists their digests in SHA256SUMS.
    ///
    /// The list does not name them while they are written. So after an interruption no line contradicts its file, and
    /// the next run lists them unchanged.
    package func replaceDocuments(_ documents: [String: [UInt8]]) async throws(ArchiveFailure) {
        try await ChecksumList.update(in: folder, without: Set(documents.keys))
        for (path, text) in documents.sorted(by: { $0.key < $1.key }) { try folder.replace(path, with: text) }
        try await ChecksumList.update(in: folder)
    }

    /// Rebuilds the lines of SHA256SUMS about batches after a repair, and replaces damaged roll-ups and views by
    /// `documents`, or removes those that are nil.
    ///
    /// Of the manifests, only those that the repair wrote then pass verification if they differ from their lines.
    func rewriteChecksums(
        after repair: ChecksumList.Repair = ChecksumList.Repair(),
        _ documents: [String: [UInt8]?] = [:]
    ) async throws(ArchiveFailure) {
        try await ChecksumList.update(in: folder, after: repair, without: Set(documents.keys))
        guard !documents.isEmpty else { return }
        for (path, text) in documents.sorted(by: { $0.key < $1.key }) {
            if let text { try folder.replace(path, with: text) } else { try folder.remove(path) }
        }
        try await ChecksumList.update(in: folder)
    }

    /// Returns the codec as manifests record it; the library file is hashed once per run, on first use.
    private func currentCodec() throws(ArchiveFailure) -> CodecRecord {
        try codecRecord.withLock { known throws(ArchiveFailure) in
            if let known { return known }
            let record = try CodecRecord(of: settings.codec)
            known = record
            return record
        }
    }
}
