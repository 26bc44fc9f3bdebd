import BatchArchive
import BlockGzip
import Foundation
import MessageBatches

/// A locked archive for one run that writes.
///
/// Opening it cleans up what a killed run left.
struct OpenArchive: ~Copyable {
    let sink: FileArchive
    private let lock: ArchiveLock

    init(_ folder: ArchiveFolder, settings: ArchiveSettings, lock: consuming ArchiveLock) throws(ArchiveFailure) {
        sink = FileArchive(folder, settings: settings)
        _ = try sink.prepare()
        self.lock = lock
    }

    /// Opens and locks an archive of ``ArchiveFolders`` for an offline command, without waiting.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `busy` if another run has locked it.
    init(_ folder: ArchiveFolder, settings: ArchiveSettings? = nil, for context: CommandContext) throws {
        let lock = try ArchiveLock(folder, as: .current(in: context))
        let settings = try settings ?? .ofThisVersion(codec: CodecChoice.auto.codec())
        try self.init(folder, settings: settings, lock: lock)
    }

    /// Releases the lock of the archive.
    ///
    /// Without this call, the lock may be released after the last use of the value, which can be too early.
    consuming func close() {}
}

extension LockHolder {
    /// This process, as the lock file of the archive describes it.
    static func current(in context: CommandContext) -> LockHolder {
        LockHolder(
            process: ProcessInfo.processInfo.processIdentifier,
            host: ProcessInfo.processInfo.hostName,
            since: context.now().text,
            command: context.commandName
        )
    }
}

extension ArchiveFolders {
    /// The archive at a path, for a command that works on one workspace.
    ///
    /// - Throws: ``ArchiveFailure`` if the path is not an archive; ``CommandFailure/severalArchives(path:sources:)`` if
    ///   it contains several.
    static func only(at path: String) throws -> ArchiveFolder {
        let sources = try entries(at: path).compactMap(\.source)
        guard sources.isEmpty else { throw CommandFailure.severalArchives(path: path, sources: sources) }
        return ArchiveFolder(path)
    }
}

extension ArchiveReader {
    /// The manifests of a selection, oldest first.
    ///
    /// - Throws: ``CommandFailure`` if the archive does not contain a selected ID in the window; ``ArchiveFailure`` if
    ///   the manifests cannot be listed.
    func requiredManifests(of selection: ArchiveSelection) async throws -> Listing {
        var listing = try await manifests(of: selection)
        let missing = (selection.ids ?? []).subtracting(listing.manifests.map(\.batch.id))
        if !missing.isEmpty {
            let wanted = ArchiveSelection(since: selection.since, until: selection.until, ids: missing)
            let reasons = try await EmptyResult(selection: wanted)
                .reasons(in: [ArchiveFolders.Entry(source: nil, folder: folder)])
            throw CommandFailure.conflict(reasons.first ?? "batch '\(missing.min() ?? "")' cannot be read")
        }
        listing.manifests.sort { ($0.batch.createdAt, $0.batch.id) < ($1.batch.createdAt, $1.batch.id) }
        return listing
    }
}
