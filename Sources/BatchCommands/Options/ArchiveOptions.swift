import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BlockGzip
import Foundation
import MessageBatches

/// Which archive, and how its members are compressed.
struct ArchiveOptions: ParsableArguments {
    @Option(name: .customLong("archive"), help: ArgumentHelp("The archive's folder.", valueName: "dir"))
    var path = "./archive"

    @Option(
        help: ArgumentHelp("auto, zlib or libdeflate; auto takes libdeflate where it is installed.", valueName: "name")
    )
    var codec: CodecChoice = .auto

    @Option(help: ArgumentHelp("The compression level (default: 4 for libdeflate, 6 for zlib).", valueName: "n"))
    var level: Int?

    /// The archive, ready for a run that writes: locked, and put right where a killed run left something behind.
    func open(origin: String, lock: LockOptions) async throws -> OpenArchive {
        let folder = ArchiveFolder(path)
        let lock = try await lock.take(folder, context: .current)
        let archive = try archive(in: folder, origin: origin)
        let recovery = try archive.prepare()
        return OpenArchive(sink: archive, recovery: recovery, lock: lock)
    }

    /// The archive for a run that does not hold it as a whole: one that only looks, or writes batches it has claimed.
    func openUnlocked(origin: String) throws -> FileArchive {
        try archive(in: ArchiveFolder(path), origin: origin)
    }

    private func archive(in folder: ArchiveFolder, origin: String) throws -> FileArchive {
        FileArchive(folder, settings: try settings(origin: origin))
    }

    /// What new files are written with.
    func settings(origin: String?) throws -> ArchiveSettings {
        .ofThisVersion(codec: try codec.codec(level: level), origin: origin)
    }
}

extension ArchiveSettings {
    /// What this version of the program writes; `origin` is that of the service, where one is asked.
    static func ofThisVersion(codec: any MemberCodec, origin: String? = nil) -> ArchiveSettings {
        var settings = ArchiveSettings(
            codec: codec,
            toolVersion: BatchkeepVersion.current,
            origin: origin,
            derivations: currentDerivations
        )
        for view in ArchiveView.all { settings.views[view.name] = view.text }
        return settings
    }

    /// Which version of each derivation is at work.
    static var currentDerivations: [String: Int] {
        [
            "flat_schema": FlatSchema.version, "error_classes": ErrorClassifier.version,
            "summaries": SummaryRegistry.version,
        ]
    }
}

/// An archive held for the time of one run.
struct OpenArchive: ~Copyable {
    let sink: FileArchive
    let recovery: RecoveryReport
    private let lock: ArchiveLock

    init(sink: FileArchive, recovery: RecoveryReport, lock: consuming ArchiveLock) {
        self.sink = sink
        self.recovery = recovery
        self.lock = lock
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

extension CodecChoice: ExpressibleByArgument {}
