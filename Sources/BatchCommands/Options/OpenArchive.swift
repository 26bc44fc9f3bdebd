import BatchArchive
import BlockGzip
import Foundation
import MessageBatches

/// An archive held for the time of one run that writes: locked, and put right where a killed run left something behind.
struct OpenArchive: ~Copyable {
    let sink: FileArchive
    let recovery: RecoveryReport
    private let lock: ArchiveLock

    init(_ folder: ArchiveFolder, settings: ArchiveSettings, lock: consuming ArchiveLock) throws(ArchiveFailure) {
        sink = FileArchive(folder, settings: settings)
        recovery = try sink.prepare()
        self.lock = lock
    }

    /// Takes an archive that is there for an offline command, at once or not at all.
    ///
    /// - Throws: ``ArchiveFailure`` where there is no archive, and with the cause `busy` where another run holds it.
    init(_ folder: ArchiveFolder, settings: ArchiveSettings? = nil, for context: CommandContext) throws {
        // Says it where there is no archive; the lock would make one.
        _ = try ArchiveReader(folder)
        let lock = try ArchiveLock(folder, as: .current(context.commandName, since: context.now().text))
        let settings = try settings ?? .ofThisVersion(codec: CodecChoice.auto.codec())
        try self.init(folder, settings: settings, lock: lock)
    }

    /// Gives the archive back.
    ///
    /// Until here the lock is held for sure: a value may otherwise end with its last use.
    consuming func close() {}
}

extension LockHolder {
    /// This process, as the archive's lock file names it.
    static func current(_ command: String, since: String) -> LockHolder {
        LockHolder(
            process: ProcessInfo.processInfo.processIdentifier,
            host: ProcessInfo.processInfo.hostName,
            since: since,
            command: command
        )
    }
}
