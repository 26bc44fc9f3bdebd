import BatchArchive
import BlockGzip
import Foundation
import MessageBatches

/// A locked archive for one run that writes.
///
/// Opening it cleans up what a killed run left.
struct OpenArchive: ~Copyable {
    let sink: FileArchive
    let recovery: RecoveryReport
    private let lock: ArchiveLock

    init(_ folder: ArchiveFolder, settings: ArchiveSettings, lock: consuming ArchiveLock) throws(ArchiveFailure) {
        sink = FileArchive(folder, settings: settings)
        recovery = try sink.prepare()
        self.lock = lock
    }

    /// Opens and locks an existing archive for an offline command, without waiting.
    ///
    /// - Throws: ``ArchiveFailure`` if there is no archive, or with the cause `busy` if another run has locked it.
    init(_ folder: ArchiveFolder, settings: ArchiveSettings? = nil, for context: CommandContext) throws {
        // Throws if there is no archive. Locking would create one.
        _ = try ArchiveReader(folder)
        let lock = try ArchiveLock(folder, as: .current(context.commandName, since: context.now().text))
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
    static func current(_ command: String, since: String) -> LockHolder {
        LockHolder(
            process: ProcessInfo.processInfo.processIdentifier,
            host: ProcessInfo.processInfo.hostName,
            since: since,
            command: command
        )
    }
}
