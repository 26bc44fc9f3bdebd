package import BatchPipeline
import BlockGzip
package import MessageBatches
import Synchronization

/// An archive in a folder: the sink that `export` writes to.
///
/// One run at a time: take an ``ArchiveLock`` first, then ``prepare()``, and end with ``finishRun()``.
package final class FileArchive: ArchiveSink {
    package let folder: ArchiveFolder
    private let settings: ArchiveSettings
    private let publisher: Publisher
    private let codecRecord = Mutex<CodecRecord?>(nil)

    /// Touches nothing on disk.
    package init(_ folder: ArchiveFolder, settings: ArchiveSettings) {
        self.folder = folder
        self.settings = settings
        publisher = Publisher(in: folder)
    }

    /// Makes the folders and puts right what a killed run left behind.
    ///
    /// Call before anything else of a run that writes.
    package func prepare() throws(ArchiveFailure) -> RecoveryReport {
        try folder.makeFolder("")
        for name in [ArchivePaths.partial, ArchivePaths.manifests, DataKind.raw.rawValue, DataKind.results.rawValue] {
            try folder.makeFolder(name)
        }
        return try ArchiveRecovery.run(in: folder)
    }

    package func archivedIDs() async throws -> Set<String> {
        guard let status = try folder.status("") else { return [] }
        guard status.isFolder else { throw ArchiveFailure(.notAFolder, .open, path: folder.root) }
        return try folder.archivedIDs()
    }

    package func openDraft(of batch: MessageBatch) async throws -> any BatchDraft {
        let paths = try ArchivePaths(of: batch)
        try folder.makeFolder(ArchivePaths.partial)
        for kind in DataKind.allCases { try folder.remove(paths.draft(kind)) }
        try folder.remove(paths.draftManifest)
        try folder.remove(paths.draftReason)
        return FileDraft(
            at: paths,
            in: folder,
            settings: settings,
            codecRecord: try currentCodec(),
            publisher: publisher
        )
    }

    package func finishRun() async throws {
        try ChecksumList.update(in: folder)
    }

    /// The codec as manifests record it; the library is hashed once a run, when it is first needed.
    private func currentCodec() throws(ArchiveFailure) -> CodecRecord {
        try codecRecord.withLock { known throws(ArchiveFailure) in
            if let known { return known }
            let identity = settings.codec.identity
            var record = CodecRecord(name: identity.name, level: identity.level, version: identity.version)
            if let path = identity.libraryPath {
                record.librarySHA256 = try ContentDigest.file(OpenFile(path, .reading)).hex
            }
            known = record
            return record
        }
    }
}

extension ArchiveFolder {
    /// The ids of all batches that have a manifest, by the names of the manifests alone.
    func archivedIDs() throws(ArchiveFailure) -> Set<String> {
        Set(
            try manifestPaths()
                .map { path in
                    String(path[path.index(after: path.lastIndex(of: "/")!)...].dropLast(".json".count))
                }
        )
    }

    /// All manifests of the days from `since` to `until`, both included, sorted by path.
    func manifestPaths(since: CalendarDay? = nil, until: CalendarDay? = nil) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for name in try names(in: ArchivePaths.manifests) where name.hasPrefix("date=") {
            guard let day = CalendarDay(name.dropFirst("date=".count)) else { continue }
            if let since, day < since { continue }
            if let until, day > until { continue }
            let folder = "\(ArchivePaths.manifests)/\(name)"
            for name in try names(in: folder) where name.hasSuffix(".json") {
                if MessageBatch.isSafeID(String(name.dropLast(".json".count))) { paths.append("\(folder)/\(name)") }
            }
        }
        return paths
    }
}
